"""Maxout units."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kgan")
class Maxout(keras.layers.Layer):
    """A dense layer whose units are the largest of several linear pieces.

    h_i(x) = max_j x . W[:, i, j] + b[i, j]: Goodfellow et al. 2013, "Maxout
    networks" (arXiv 1302.4389). The discriminator of the 2014 paper is made of these.

    Args:
        units: the number of outputs.
        pieces: the number of linear pieces a unit.
        kernel_initializer: initializer of the weights [inputs, units * pieces].

    Shapes: [batch, inputs] -> [batch, units].

    Raises:
        ValueError: if units or pieces is below 1.
    """

    def __init__(self, units, pieces=5, kernel_initializer="glorot_uniform", **kwargs):
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

    def build(self, input_shape):
        width = self.units * self.pieces
        self.kernel = self.add_weight(
            shape=(input_shape[-1], width),
            initializer=self.kernel_initializer,
            name="kernel",
        )
        self.bias = self.add_weight(shape=(width,), initializer="zeros", name="bias")

    def call(self, inputs):
        pieces = ops.matmul(inputs, self.kernel) + self.bias
        # [B, units * pieces] -> [B, units, pieces] -> [B, units]
        return ops.max(ops.reshape(pieces, (-1, self.units, self.pieces)), axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        initializer = keras.initializers.serialize(self.kernel_initializer)
        return {
            **super().get_config(),
            "units": self.units,
            "pieces": self.pieces,
            "kernel_initializer": initializer,
        }
