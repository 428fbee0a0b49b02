"""Noise by which the types of a graph are drawn."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from kgan.spaces.latents import Latents


@keras.saving.register_keras_serializable("kgan")
class GraphNoise(Latents):
    """Gumbel noise for all nodes and edges of a graph: one number per type.

    An edge has one draw for both of its directions. See `kgan.random.categorical`.

        >>> space = kgan.spaces.GraphNoise(nodes=3, node_types=2, edge_types=2)
        >>> parts = space.parts(space.sample(5, seed=1))
        >>> parts["edges"].shape, parts["nodes"].shape
        (TensorShape([5, 3, 3, 2]), TensorShape([5, 3, 2]))
        >>> bool((parts["edges"][:, 0, 1] == parts["edges"][:, 1, 0]).numpy().all())
        True

    Args:
        nodes, node_types, edge_types: as for `kgan.spaces.Graphs`.
    """

    unit = "noise"

    def __init__(self, nodes: int, node_types: int, edge_types: int) -> None:
        self.nodes, self.node_types, self.edge_types = nodes, node_types, edge_types
        # A node with itself is a pair too.
        self.pairs = nodes * (nodes + 1) // 2
        super().__init__(self.pairs * edge_types + nodes * node_types, "gumbel")

    def get_config(self) -> dict[str, Any]:
        return {
            "nodes": self.nodes,
            "node_types": self.node_types,
            "edge_types": self.edge_types,
        }

    def parts(self, noise: Any) -> dict[str, Any]:
        """`edges` [batch, nodes, nodes, edge_types], equal in both directions, and
        `nodes` [batch, nodes, node_types].

        Args:
            noise: [batch, dim].
        """
        rows, columns = np.triu_indices(self.nodes)
        places = np.zeros((self.nodes, self.nodes), "int32")
        places[rows, columns] = places[columns, rows] = np.arange(self.pairs)
        split = self.pairs * self.edge_types
        edges = ops.reshape(noise[:, :split], (-1, self.pairs, self.edge_types))
        nodes = ops.reshape(noise[:, split:], (-1, self.nodes, self.node_types))
        return {"edges": ops.take(edges, places, axis=1), "nodes": nodes}
