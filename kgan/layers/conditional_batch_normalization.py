"""Batch normalization with a scale and an offset for each class."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from kgan.layers.batch_normalization import BatchNormalization
from kgan.system.checks import check_whole


@keras.saving.register_keras_serializable("kgan")
class ConditionalBatchNormalization(keras.layers.Layer):
    """Batch normalization whose scale and offset depend on the label y.

    Dumoulin et al. 2016 (arXiv 1610.07629), as in the generator of Miyato and Koyama
    2018, "cGANs with projection discriminator" (arXiv 1802.05637):

        gamma_y (x - mean) / sqrt(variance + epsilon) + beta_y

    The moments are those of the whole batch, of all classes.

    >>> layer = kgan.layers.ConditionalBatchNormalization(classes=10)
    >>> layer(images, labels=np.arange(64) % 10).shape
    TensorShape([64, 28, 28, 1])

    Args:
        classes: the number of classes, at least 1.
        momentum, epsilon: as for `BatchNormalization`.
        **kwargs: as for `keras.layers.Layer`.

    Shapes: [batch, ..., channels] and labels [batch], or shares of classes [batch,
    classes] -> the shape of the first.

    Raises:
        ValueError: for fewer classes.
    """

    def __init__(
        self,
        classes: int,
        momentum: float = 0.9,
        epsilon: float = 1e-5,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.classes = check_whole("classes", classes)
        self.momentum, self.epsilon = momentum, epsilon
        self.normalize = BatchNormalization(
            momentum,
            epsilon,
            center=False,
            scale=False,
            dtype=self.dtype_policy,
            name="normalize",
        )

    def build(self, input_shape: Any) -> None:
        self.normalize.build(input_shape)
        shape = (self.classes, input_shape[-1])
        self.gamma = self.add_weight(shape=shape, initializer="ones", name="gamma")
        self.beta = self.add_weight(shape=shape, initializer="zeros", name="beta")

    def call(self, inputs: Any, labels: Any, training: bool | None = None) -> Any:
        x = self.normalize(inputs, training=training)
        if len(labels.shape) == 1:
            labels = ops.one_hot(labels, self.classes)
        labels = ops.cast(labels, x.dtype)
        between = (1,) * (len(inputs.shape) - 2)
        gamma, beta = (
            ops.reshape(ops.matmul(labels, w), (-1, *between, w.shape[-1]))
            for w in (self.gamma, self.beta)
        )
        return gamma * x + beta

    def compute_output_shape(self, input_shape: Any, *args: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        own = {
            "classes": self.classes,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
        }
        return {**super().get_config(), **own}
