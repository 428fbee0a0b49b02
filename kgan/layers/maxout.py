"""Maxout units."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable("kgan")
class Maxout(keras.layers.Layer):
    """A dense layer whose units are the largest of several linear pieces.

    h_i(x) = max_j x . W[:, i, j] + b[i, j]: Goodfellow et al. 2013, "Maxout
    networks" (arXiv 1302.4389). The discriminator of the GAN paper of 2014 (arXiv
    1406.2661) consists of maxout units.

        >>> kgan.layers.Maxout(units=3, pieces=5)(real).shape
        TensorShape([64, 3])

    Args:
        units: the number of outputs.
        pieces: the number of linear pieces per unit.
        kernel_initializer: initializer of the weights [inputs, units * pieces].

    Shapes: [batch, inputs] -> [batch, units].

    Raises:
        ValueError: if units or pieces is below 1.
    """

    def __init__(
        self,
        units: int,
        pieces: int = 5,
        kernel_initializer: Any = "glorot_uniform",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if units < 1 or pieces < 1:
            raise ValueError(
                f"Expected units >= 1 and pieces >= 1. Received: units={units}, "
                f"pieces={pieces}."
            )
        self.units = units
        self.pieces = pieces
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.input_spec = keras.layers.InputSpec(ndim=2)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        width = self.units * self.pieces
        self.kernel = self.add_weight(
            shape=(input_shape[-1], width),
            initializer=self.kernel_initializer,
            name="kernel",
        )
        self.bias = self.add_weight(shape=(width,), initializer="zeros", name="bias")

    def call(self, inputs: Any) -> Any:
        pieces = ops.matmul(inputs, self.kernel) + self.bias
        # [B, units * pieces] -> [B, units, pieces] -> [B, units]
        return ops.max(ops.reshape(pieces, (-1, self.units, self.pieces)), axis=-1)

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        initializer = keras.initializers.serialize(self.kernel_initializer)
        return {
            **super().get_config(),
            "units": self.units,
            "pieces": self.pieces,
            "kernel_initializer": initializer,
        }
