"""Relational graph convolution."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from kgan.random import seeds
from kgan.system.checks import check_whole


@keras.saving.register_keras_serializable("kgan")
class RelationalGraphConvolution(keras.layers.Layer):
    """Nodes take up what their neighbours are, through weights of each edge type.

    Schlichtkrull et al. 2017, "Modeling relational data with graph convolutional
    networks" (arXiv 1703.06103), as MolGAN has it (arXiv 1805.11973, section 3). With
    the features h_i of node i, and the probability A_ijy of type y for its edge to j,

        h'_i = f_s(h_i) + sum over j and y >= 1 of A_ijy f_y(h_j)

    through the activation, where f_s and f_y are affine. Type 0, "no edge", has no f_y.
    The paper divides the sum by the number |N_i| of neighbours, see `normalized`; the
    authors' code does not: a mean hides how many edges a node has, and that is what a
    discriminator has to see of molecules.

        >>> nodes, edges = np.ones((2, 3, 4)), np.zeros((2, 3, 3, 5))
        >>> kgan.layers.RelationalGraphConvolution(8)(nodes, edges).shape
        TensorShape([2, 3, 8])

    Args:
        units: features of a node behind the layer.
        activation: as for `keras.layers.Dense`.
        normalized: whether the sum is divided by |N_i|, the sum of A_ijy over j and
            y >= 1, where that is above 1.
        seed: integer; fixes the initial weights, Glorot's uniform ones of each f.
        **kwargs: as for `keras.layers.Layer`.

    Shapes: nodes [batch, n, features] and edges [batch, n, n, types] -> [batch, n,
        units].

    Raises:
        ValueError: for units below 1; when called, for edges of fewer than two types.
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        normalized: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.units = check_whole("units", units)
        self.activation = keras.activations.get(activation)
        self.normalized = normalized
        self.seed = seed

    def build(self, nodes_shape: Any, edges_shape: Any) -> None:
        features, types = nodes_shape[-1], edges_shape[-1]
        if types < 2:
            raise ValueError(
                "Expected edges [batch, n, n, types] of at least two types, of which "
                f"the first is 'no edge'. Received: {types}."
            )
        # Of Glorot's limits for rank 3, which are those of a convolution, none fits.
        limit = (6.0 / (features + self.units)) ** 0.5
        numbers = seeds.stream(self.seed, "relational")
        for name, shape in (
            ("self_kernel", (features, self.units)),
            ("kernel", (types - 1, features, self.units)),
        ):
            uniform = keras.initializers.RandomUniform(-limit, limit, next(numbers))
            setattr(self, name, self.add_weight(shape, uniform, name=name))
        self.self_bias = self.add_weight((self.units,), "zeros", name="self_bias")
        self.bias = self.add_weight((types - 1, 1, self.units), "zeros", name="bias")

    def call(self, nodes: Any, edges: Any) -> Any:
        n, types = edges.shape[-2], edges.shape[-1] - 1
        # Neighbours and types as one axis: [B, n, n, types + 1] -> [B, n, n types]
        adjacency = ops.reshape(edges[..., 1:], (-1, n, n * types))
        # f_y(h_j): [B, n, features] -> [B, n, types units] -> [B, n types, units]
        kernel = ops.reshape(
            ops.transpose(self.kernel, (1, 0, 2)), (-1, types * self.units)
        )
        messages = ops.matmul(nodes, kernel) + ops.reshape(self.bias, (-1,))
        messages = ops.reshape(messages, (-1, n * types, self.units))
        received = ops.matmul(adjacency, messages)
        if self.normalized:
            neighbours = ops.sum(adjacency, axis=-1, keepdims=True)
            received = received / ops.maximum(neighbours, 1.0)
        own = ops.matmul(nodes, self.self_kernel) + self.self_bias
        return self.activation(own + received)

    def compute_output_shape(self, nodes_shape: Any, edges_shape: Any) -> Any:
        return (*nodes_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "units": self.units,
            "activation": keras.activations.serialize(self.activation),
            "normalized": self.normalized,
            "seed": self.seed,
        }
