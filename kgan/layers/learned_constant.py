"""A learned tensor, the same for all examples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from kgan.system.checks import check_sizes


@keras.saving.register_keras_serializable("kgan")
class LearnedConstant(keras.layers.Layer):
    """What a synthesis network begins with: a learned image, and not the latents.

    Karras et al. 2018 (arXiv 1812.04948, section 2): the latents act by the styles of
    the layers alone. N(0, 1) at first.

        >>> layer = kgan.layers.LearnedConstant((4, 4, 8), seed=0)
        >>> layer(np.zeros((3, 5))).shape
        TensorShape([3, 4, 4, 8])

    Args:
        shape: of the tensor.
        seed: integer; fixes the initial weights.
        **kwargs: as for `keras.layers.Layer`.

    Shapes: [batch, ...], of which only the number of rows counts -> [batch, *shape].

    Raises:
        ValueError: for sizes below 1.
    """

    def __init__(
        self, shape: Sequence[int], seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.shape, self.seed = check_sizes("shape", shape), seed

    def build(self, input_shape: Any) -> None:
        normal = keras.initializers.RandomNormal(stddev=1.0, seed=self.seed)
        self.value = self.add_weight(shape=self.shape, initializer=normal, name="value")

    def call(self, inputs: Any) -> Any:
        value = ops.convert_to_tensor(self.value)[None]
        return ops.repeat(value, ops.shape(inputs)[0], axis=0)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return (input_shape[0], *self.shape)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "shape": list(self.shape), "seed": self.seed}
