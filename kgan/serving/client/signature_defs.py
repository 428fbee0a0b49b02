"""Reads the signatures of a model from a server's answer."""

from __future__ import annotations

import dataclasses
from typing import Any

_NUMPY = {
    "DT_FLOAT": "float32",
    "DT_DOUBLE": "float64",
    "DT_UINT8": "uint8",
    "DT_INT8": "int8",
    "DT_INT16": "int16",
    "DT_INT32": "int32",
    "DT_INT64": "int64",
    "DT_UINT32": "uint32",
    "DT_UINT64": "uint64",
    "DT_BOOL": "bool",
    "DT_STRING": "object",
}


@dataclasses.dataclass(frozen=True)
class Tensor:
    """An input or output: the name of its NumPy dtype, and its shape.

    None in the shape is a free size; None instead of a shape is a free rank.
    """

    dtype: str
    shape: tuple[int | None, ...] | None


@dataclasses.dataclass(frozen=True)
class Signature:
    """The inputs and outputs of a signature, by name."""

    inputs: dict[str, Tensor]
    outputs: dict[str, Tensor]


def read(signature_def_map: dict[str, Any]) -> dict[str, Signature]:
    """Reads signatures from the JSON form of a `SignatureDefMap`.

    Args:
        signature_def_map: the field `signature_def`, from TF Serving's metadata
            endpoint over REST, or from protobuf's `MessageToDict` over gRPC.

    Returns:
        name -> `Signature`.
    """
    return {
        name: Signature(_tensors(s.get("inputs", {})), _tensors(s.get("outputs", {})))
        for name, s in signature_def_map.items()
        if not name.startswith("__")
    }


def _tensors(infos: dict[str, Any]):
    return {name: Tensor(_dtype(i), _shape(i)) for name, i in sorted(infos.items())}


def _dtype(info: dict[str, Any]):
    return _NUMPY.get(info["dtype"], info["dtype"])


def _shape(info: dict[str, Any]):
    shape = info.get("tensor_shape", {})
    if shape.get("unknown_rank"):
        return None
    # 64-bit numbers are strings in protobuf's JSON.
    sizes = [int(dim.get("size", 0)) for dim in shape.get("dim", [])]
    return tuple(None if size < 0 else size for size in sizes)
