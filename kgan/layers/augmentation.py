"""What layers that change D's input at random have in common."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from kgan.random import seeds
from kgan.random.draws import Draws


class Augmentation(keras.layers.Layer):
    """A layer that changes images at random in training. A subclass writes `augment`.

    A game calls the layer on all that D sees, real and generated, so that D cannot
    remember few images. The generator learns through the layer, and penalties of D's
    gradient are taken through it: a subclass uses operations with a second gradient.

    The numbers are drawn for the global batch, and each replica uses its own rows of
    them: N replicas compute what one replica computes.

    Args:
        seed: integer, or None for a random seed.
        **kwargs: as for `keras.layers.Layer`.

    Shapes: [batch, height, width, channels] -> the same shape. Only the batch may be of
    unknown size.
    """

    def __init__(self, seed: int | None = None, **kwargs: Any) -> None:
        # Without autocast: images keep their own type under mixed precision.
        super().__init__(autocast=False, **kwargs)
        self.seed = seed
        # A purpose of its own: a game of the same seed has other numbers.
        self.draws = Draws(seeds.derive(seed, "augment"))
        # Keras saves the seeds of generators that are attributes.
        self.seed_generators = [self.draws.seeds, self.draws.test_seeds]

    def build(self, input_shape: Any) -> None:
        shape = tuple(input_shape)
        if len(shape) != 4 or None in shape[1:] or min(shape[1:3]) < 2:
            raise ValueError(
                "Expected images [batch, height, width, channels] of known size, at "
                f"least 2x2. Received: shape {shape}."
            )
        self.check_channels(shape[-1])
        self.built = True

    def check_channels(self, channels: int) -> None:
        """Raises a ValueError for a number of channels that the layer cannot change."""

    def call(self, inputs: Any, training: bool = False) -> Any:
        if not training or tf.distribute.get_replica_context() is None:
            return inputs
        # The positions of pixels need more digits than 16 bits have.
        images = tf.cast(inputs, "float32") if inputs.dtype.size < 4 else inputs
        images = self.augment(images, keras.ops.shape(images)[0])
        return tf.ensure_shape(tf.cast(images, inputs.dtype), inputs.shape)

    def augment(self, images: tf.Tensor, rows: Any) -> tf.Tensor:
        """The changed images.

        Args:
            images: float32 or float64 [rows, height, width, channels].
            rows: how many images there are, an integer or a scalar tensor.
        """
        raise NotImplementedError

    def compute_output_shape(self, input_shape: Any) -> Any:
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "seed": self.seed}
