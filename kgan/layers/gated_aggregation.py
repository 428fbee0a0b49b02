"""Gated aggregation of the nodes of a graph."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from kgan.random import seeds
from kgan.system.checks import check_whole


@keras.saving.register_keras_serializable("kgan")
class GatedAggregation(keras.layers.Layer):
    """One vector for a graph: the sum of what its nodes say, each through a gate.

    Li et al. 2015, "Gated graph sequence neural networks" (arXiv 1511.05493), as MolGAN
    has it (arXiv 1805.11973, section 3):

        h_G = tanh(sum over nodes v of sigmoid(i(h_v)) tanh(j(h_v)))

    with affine i and j. The order of the nodes does not matter.

        >>> layer = kgan.layers.GatedAggregation(8)
        >>> layer(np.ones((2, 3, 4))).shape
        TensorShape([2, 8])

    Args:
        units: the size of the vector.
        activation: in place of both tanh, as for `keras.layers.Dense`.
        seed: integer; fixes the initial weights.
        **kwargs: as for `keras.layers.Layer`.

    Shapes: [batch, n, features] -> [batch, units].

    Raises:
        ValueError: for units below 1.
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.units = check_whole("units", units)
        self.activation = keras.activations.get(activation)
        self.seed = seed

    def build(self, input_shape: Any) -> None:
        numbers = seeds.stream(self.seed, "aggregation")
        shape = (input_shape[-1], self.units)
        for name in ("gate", "value"):
            glorot = keras.initializers.GlorotUniform(next(numbers))
            kernel = self.add_weight(shape, glorot, name=f"{name}_kernel")
            bias = self.add_weight((self.units,), "zeros", name=f"{name}_bias")
            setattr(self, f"{name}_kernel", kernel)
            setattr(self, f"{name}_bias", bias)

    def call(self, nodes: Any) -> Any:
        gates = ops.sigmoid(ops.matmul(nodes, self.gate_kernel) + self.gate_bias)
        values = ops.matmul(nodes, self.value_kernel) + self.value_bias
        total = ops.sum(gates * self.activation(values), axis=1)
        return self.activation(total)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return (input_shape[0], self.units)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "units": self.units,
            "activation": keras.activations.serialize(self.activation),
            "seed": self.seed,
        }
