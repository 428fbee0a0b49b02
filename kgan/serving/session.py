"""Loads and runs a SavedModel as TF Serving does."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any, Self

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import config_pb2, meta_graph_pb2

from kgan.serving import c_api

_INIT = "__saved_model_init_op"


class ServingSession:
    """A SavedModel that is loaded by the same C function as in TF Serving.

    `TF_LoadSessionFromSavedModel` uses neither Keras nor Python, so a model that runs
    here also runs in a server. Threads may share a session. Close it by `close()`, or
    use it in a `with` block.

    >>> path = model.export("export/digits/1", force=True)
    >>> with kgan.serving.ServingSession(path) as session:
    ...     inputs = {"num_samples": np.int32(2), "seed": np.int32(1)}
    ...     answer = session.run("sample", inputs)
    >>> answer["images"].shape
    (2, 28, 28, 1)

    Args:
        path: the directory of a SavedModel.

    Attributes:
        path: the directory, as a `Path`.
        signatures: name -> `SignatureDef`.

    Raises:
        FileNotFoundError: if the directory has no SavedModel.
        tf.errors.OpError: if the SavedModel cannot be loaded.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._session = None
        if not (self.path / "saved_model.pb").is_file():
            raise FileNotFoundError(
                "Expected the directory of a SavedModel, such as export/dcgan/1. "
                f"Received: {path}, a path without saved_model.pb."
            )
        self._graph = c_api.library().TF_NewGraph()
        meta_graph = self._load()
        self.signatures = dict(meta_graph.signature_def)
        self.signatures.pop(_INIT, None)
        self._ends = {
            name: (self._outputs(s.inputs), self._outputs(s.outputs))
            for name, s in self.signatures.items()
        }

    def run(self, signature: str, inputs: dict[str, Any]) -> dict[str, np.ndarray]:
        """Runs one signature.

        Args:
            signature: the name of the signature.
            inputs: name -> array of the dtype and shape that the signature has; strings
                are `bytes` in an array of objects.

        Returns:
            name -> NumPy array.

        Raises:
            ValueError: if the model does not have the signature or the inputs, or if
                the session is closed.
            tf.errors.OpError: if the graph refuses the inputs.
        """
        takes, gives = self._ends_of(signature, inputs)
        tensors = [c_api.tensor(inputs[name]) for name in takes]
        results = (ctypes.c_void_p * len(gives))()
        try:
            with c_api.checked() as status:
                c_api.library().TF_SessionRun(
                    *(self._session, None),
                    (c_api.Output * len(takes))(*takes.values()),
                    (ctypes.c_void_p * len(takes))(*tensors),
                    len(takes),
                    (c_api.Output * len(gives))(*gives.values()),
                    results,
                    len(gives),
                    *(None, 0, None, status),
                )
            return {n: c_api.array(r) for n, r in zip(gives, results, strict=True)}
        finally:
            for pointer in tensors:
                c_api.delete_input(pointer)
            for pointer in filter(None, results):
                c_api.library().TF_DeleteTensor(pointer)

    def close(self) -> None:
        """Frees the session and its graph."""
        if self._session is not None:
            with c_api.checked() as status:
                c_api.library().TF_CloseSession(self._session, status)
            with c_api.checked() as status:
                c_api.library().TF_DeleteSession(self._session, status)
            self._session = None
        if self._graph is not None:
            c_api.library().TF_DeleteGraph(self._graph)
            self._graph = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _load(self):
        functions = c_api.library()
        options, buffer = functions.TF_NewSessionOptions(), functions.TF_NewBuffer()
        config = _server_config().SerializeToString()
        tags = (ctypes.c_char_p * 1)(b"serve")
        try:
            with c_api.checked() as status:
                functions.TF_SetConfig(options, config, len(config), status)
            with c_api.checked() as status:
                self._session = functions.TF_LoadSessionFromSavedModel(
                    *(options, None, str(self.path).encode(), tags, 1),
                    *(self._graph, buffer, status),
                )
            meta_graph = ctypes.string_at(buffer.contents.data, buffer.contents.length)
            return meta_graph_pb2.MetaGraphDef.FromString(meta_graph)
        except tf.errors.OpError:
            functions.TF_DeleteGraph(self._graph)
            raise
        finally:
            functions.TF_DeleteSessionOptions(options)
            functions.TF_DeleteBuffer(buffer)

    def _outputs(self, tensor_infos: dict[str, Any]):
        """The tensors of a signature in the graph: name -> `Output`."""
        places = {}
        for name, info in sorted(tensor_infos.items()):
            operation, _, index = info.name.partition(":")
            pointer = c_api.library().TF_GraphOperationByName(
                self._graph, operation.encode()
            )
            places[name] = c_api.Output(pointer, int(index or 0))
        return places

    def _ends_of(self, signature: str, inputs: dict[str, Any]):
        if self._session is None:
            raise ValueError(
                f"Expected an open session. Received: a closed session of {self.path}."
            )
        if signature not in self._ends:
            raise ValueError(
                f"Expected a signature of the model: {', '.join(sorted(self._ends))}. "
                f"Received: {signature!r}."
            )
        takes, gives = self._ends[signature]
        if set(inputs) != set(takes):
            raise ValueError(
                f"Expected the inputs {', '.join(takes)} of {signature}. "
                f"Received: {', '.join(sorted(inputs)) or 'none'}."
            )
        return takes, gives


def _server_config():
    config = config_pb2.ConfigProto()
    optimizer = config.graph_options.optimizer_options
    optimizer.global_jit_level = config_pb2.OptimizerOptions.OFF
    return config
