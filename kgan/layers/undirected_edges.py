"""Edges without a direction."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable("kgan")
class UndirectedEdges(keras.layers.Layer):
    """Logits of edges -> the same for both directions, and "no edge" to itself.

    MolGAN (arXiv 1805.11973) makes its generator's logits symmetric, (E + E^T) / 2.
    Here the diagonal has all its probability at type 0 too: real graphs have no edge
    from a node to itself, so that a discriminator could tell by it.

        >>> edges = kgan.layers.UndirectedEdges()(np.ones((1, 2, 2, 2)))
        >>> edges[0, :, :, 1].numpy().tolist()
        [[-10000.0, 1.0], [1.0, -10000.0]]

    Shapes: [batch, n, n, types] -> the same shape.
    """

    def call(self, edges: Any) -> Any:
        edges = (edges + ops.transpose(edges, (0, 2, 1, 3))) / 2.0
        n, types = edges.shape[-2:]
        # exp(-1e4) is 0 in each precision, and 1e4 a number of each.
        none = ops.cast(ops.arange(types) > 0, edges.dtype) * -1e4
        loops = ops.reshape(ops.eye(n, dtype="bool"), (1, n, n, 1))
        return ops.where(loops, none, edges)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape
