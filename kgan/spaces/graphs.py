"""Graphs of typed nodes and typed edges, such as molecules."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kgan.spaces.images import tile
from kgan.spaces.space import Space

# Colors of types: white for none, then as far apart as possible.
_COLORS = np.array(
    [(255, 255, 255), (70, 70, 70), (214, 39, 40), (31, 119, 180), (44, 160, 44),
     (255, 127, 14), (148, 103, 189), (140, 86, 75), (227, 119, 194)],
    "uint8",
)  # fmt: skip
_CELL = 5


@keras.saving.register_keras_serializable("kgan")
class Graphs(Space):
    """Graphs of a fixed number of nodes.

    >>> space = kgan.spaces.Graphs(nodes=9, node_types=5, edge_types=4)
    >>> space.shape["edges"]
    (9, 9, 4)

    Inside the library a batch is a dictionary of probabilities, one-hot for real
    graphs: `edges` [batch, nodes, nodes, edge_types], symmetric, and `nodes` [batch,
    nodes, node_types]; type 0 is "none". Outside it is a dictionary of the likeliest
    types, uint8 [batch, nodes, nodes] and [batch, nodes].

    Args:
        nodes: the largest number of nodes.
        node_types: including none.
        edge_types: including none.

    Raises:
        ValueError: for fewer than one node or two types.
    """

    unit = "graph"
    dtype = {"edges": "float32", "nodes": "float32"}
    public_dtype = {"edges": "uint8", "nodes": "uint8"}

    def __init__(self, nodes: int, node_types: int, edge_types: int) -> None:
        if nodes < 1 or node_types < 2 or edge_types < 2:
            raise ValueError(
                "Expected nodes >= 1, node_types >= 2 and edge_types >= 2. Received: "
                f"{nodes}, {node_types} and {edge_types}."
            )
        self.nodes, self.node_types, self.edge_types = nodes, node_types, edge_types
        self.shape = {
            "edges": (nodes, nodes, edge_types),
            "nodes": (nodes, node_types),
        }

    def get_config(self) -> dict[str, Any]:
        return {
            "nodes": self.nodes,
            "node_types": self.node_types,
            "edge_types": self.edge_types,
        }

    def describe(self) -> str:
        return f"graph of {self.nodes} nodes"

    def specs(self, public: bool = False) -> Any:
        specs = super().specs(public)
        if not public:
            return specs
        # The likeliest type takes the place of the probabilities.
        return {k: tf.TensorSpec(s.shape[:-1], s.dtype) for k, s in specs.items()}

    def check_values(self, batch: Any) -> None:
        totals = [tf.reduce_sum(part, axis=-1) for part in batch.values()]
        one = [tf.reduce_all(tf.abs(total - 1.0) < 1e-3) for total in totals]
        message = "kgan: expected probabilities of types that add up to 1."
        tf.debugging.Assert(tf.reduce_all(one), [message])

    def to_public(self, batch: Any) -> Any:
        def likeliest(part: Any):
            if tf.is_tensor(part):
                floats = part.dtype.is_floating
                return tf.cast(tf.argmax(part, -1) if floats else part, tf.uint8)
            part = np.asarray(part)
            # Types pass, as uint8 of images does.
            types = np.argmax(part, axis=-1) if part.dtype.kind == "f" else part
            return types.astype("uint8")

        return {name: likeliest(batch[name]) for name in sorted(batch)}

    def from_public(self, batch: Any) -> Any:
        types = {"edges": self.edge_types, "nodes": self.node_types}

        def probabilities(name: str):
            part = tf.convert_to_tensor(batch[name])
            # Probabilities pass, as floats of images do.
            if part.dtype.is_floating or name not in types:
                return part
            return tf.one_hot(tf.cast(part, tf.int32), types[name])

        return {name: probabilities(name) for name in sorted(batch)}

    @property
    def packed_shape(self) -> tuple[int | None, ...]:
        return (self.nodes, self.nodes)

    def packed(self, batch: Any) -> np.ndarray:
        """Types of edges, and those of nodes on the diagonal: uint8 [n, nodes, nodes].

        >>> space = kgan.spaces.Graphs(nodes=2, node_types=3, edge_types=2)
        >>> edge = {"edges": np.array([[[0, 1], [1, 0]]]), "nodes": np.array([[2, 1]])}
        >>> space.packed(edge)
        array([[[2, 1],
                [1, 1]]], dtype=uint8)
        """
        packed = np.array(batch["edges"], "uint8")
        diagonal = np.arange(self.nodes)
        packed[:, diagonal, diagonal] = batch["nodes"]
        return packed

    def unpacked(self, array: Any) -> dict[str, np.ndarray]:
        """The batch of the form outside that `packed` made an array of."""
        edges = np.array(array, "uint8")
        diagonal = np.arange(self.nodes)
        nodes = edges[:, diagonal, diagonal]
        edges[:, diagonal, diagonal] = 0
        return {"edges": edges, "nodes": nodes}

    def noise(self, rng: np.random.Generator, n: int, reference: np.ndarray) -> Any:
        """Graphs of independent types: packed, as `reference` is."""
        edges = np.triu(rng.integers(self.edge_types, size=(n, self.nodes, self.nodes)))
        nodes = rng.integers(self.node_types, size=(n, self.nodes))
        return self.packed({"edges": edges + edges.transpose(0, 2, 1), "nodes": nodes})

    def picture(self, columns: dict[str, Any], per_row: int | None = None) -> Any:
        """Adjacency matrices in the colors of types; nodes stand on the diagonal."""
        (graphs,) = list(columns.values())[-1:]
        public = {name: np.asarray(part) for name, part in graphs.items()}
        shown = _COLORS[self.packed(self.to_public(public)) % len(_COLORS)]
        shown = shown.repeat(_CELL, axis=1).repeat(_CELL, axis=2)
        return tile(shown, per_row)
