"""Checks that a server has all operations of a graph."""

from __future__ import annotations

from pathlib import Path

import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow.core.protobuf import saved_model_pb2


def check_operations(path: str | Path) -> str:
    """Checks the operations in the graph of a SavedModel.

    Args:
        path: the directory of the SavedModel.

    Returns:
        A sentence with the number of operations.

    Raises:
        ValueError: if the graph contains Python, custom operations or XLA, or if the
            SavedModel is not one graph with the tag serve.
    """
    file = Path(path) / "saved_model.pb"
    try:
        saved = saved_model_pb2.SavedModel.FromString(file.read_bytes())
    except (OSError, DecodeError) as error:
        raise ValueError(f"Expected a SavedModel. Received: {file}: {error}") from None
    tags = [sorted(graph.meta_info_def.tags) for graph in saved.meta_graphs]
    if tags != [["serve"]]:
        raise ValueError(f"Expected one graph, tagged serve. Received: tags {tags}.")
    graph = saved.meta_graphs[0].graph_def
    functions = {f.signature.name for f in graph.library.function}
    nodes = [n for f in graph.library.function for n in f.node_def]
    nodes += graph.node
    kinds = {n.op for n in nodes} - functions
    # Servers have only TensorFlow's own operations.
    unsupported = {k for k in kinds if not hasattr(tf.raw_ops, k)}
    unsupported |= {k for k in kinds if "PyFunc" in k or k.startswith("Xla")}
    marked = [*nodes, *graph.library.function]
    if any(m.attr["_XlaMustCompile"].b for m in marked if "_XlaMustCompile" in m.attr):
        unsupported.add("jit_compile=True")
    if unsupported:
        raise ValueError(
            "Expected a graph that a server can run, without Python, custom operations "
            f"and XLA. Received: {', '.join(sorted(unsupported))}."
        )
    return f"{len(nodes)} operations of {len(kinds)} kinds, all of which servers have"
