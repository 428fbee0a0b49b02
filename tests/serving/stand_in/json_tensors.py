"""Tensors as TF Serving's REST API writes them in JSON (api_rest.md)."""

import base64
import binascii
import json

import numpy as np
import tensorflow as tf

from tests.serving.stand_in.refused import invalid


def read_request(body):
    """The JSON object of a request; what follows it is ignored, as the server does."""
    try:
        request, _ = json.JSONDecoder().raw_decode(body.decode().lstrip())
    except ValueError as error:
        raise invalid(f"The body is not JSON: {error}") from None
    if not isinstance(request, dict):
        raise invalid(f"The body is not a JSON object: {body[:80]!r}")
    if not isinstance(request.get("signature_name", ""), str):
        raise invalid("signature_name has to be a string")
    if ("instances" in request) == ("inputs" in request):
        raise invalid("Exactly one of the keys 'inputs' and 'instances' is expected")
    return request


def read_inputs(request, infos):
    """Arrays from "instances" (rows) or "inputs" (columns).

    Args:
        request: a dict, from `read_request`.
        infos: dict name -> `TensorInfo` of the signature.

    Returns:
        dict name -> array.
    """
    if "inputs" in request:
        columns = request["inputs"]
        if not isinstance(columns, dict) or _is_base64(columns):
            columns = {_only_name(infos, "inputs"): columns}
    else:
        columns = _columns(request["instances"], infos)
    absent = set(infos) - set(columns)
    if absent:
        raise invalid(f"Inputs that are missing: {', '.join(sorted(absent))}")
    # In columnar form, names that the signature does not have are ignored.
    return {name: _array(name, columns[name], info) for name, info in infos.items()}


def write_outputs(arrays, in_rows):
    """The body of an answer to a request in rows or columns."""
    nested = {name: _nested(name, array) for name, array in arrays.items()}
    single = next(iter(nested.values())) if len(nested) == 1 else None
    if not in_rows:
        return {"outputs": nested if single is None else single}
    sizes = {array.shape[:1] for array in arrays.values()}
    if len(sizes) > 1 or sizes == {()}:
        raise invalid(f"Outputs that differ in their first dimension: {sizes}")
    if single is not None:
        return {"predictions": single}
    rows = zip(*nested.values(), strict=True)
    return {"predictions": [dict(zip(nested, row, strict=True)) for row in rows]}


def _columns(rows, infos):
    if not isinstance(rows, list) or not rows:
        raise invalid("'instances' has to be a list of at least one value")
    named = [isinstance(row, dict) and not _is_base64(row) for row in rows]
    if not any(named):
        return {_only_name(infos, "instances"): rows}
    if not all(named):
        raise invalid("'instances' mixes objects and values")
    for i, row in enumerate(rows):
        if set(row) != set(infos):
            raise invalid(f"Instance {i} has to have the keys {', '.join(infos)}")
    return {name: [row[name] for row in rows] for name in infos}


def _only_name(infos, key):
    if len(infos) != 1:
        raise invalid(f"'{key}' has to name the inputs: {', '.join(sorted(infos))}")
    return next(iter(infos))


def _array(name, value, info):
    shape, first = [], value
    while isinstance(first, list):
        shape.append(len(first))
        first = first[0] if first else None
    leaves = [value]
    for size in shape:
        if any(not isinstance(v, list) or len(v) != size for v in leaves):
            raise invalid(f"Input {name} is a ragged list")
        leaves = [v for leaf in leaves for v in leaf]
    dtype = tf.as_dtype(info.dtype)
    if dtype == tf.string:
        leaves = [_bytes(name, v) for v in leaves]
    else:
        allowed = (int, float) if dtype.is_floating else (int,)
        allowed = (bool,) if dtype.is_bool else allowed
        for v in leaves:
            # Not isinstance: True is an int in Python.
            if type(v) not in allowed or not _fits(v, dtype):
                raise invalid(f"Input {name}: {str(v)[:80]} is no {dtype.name}")
    return np.array(leaves, dtype.as_numpy_dtype).reshape(shape)


def _fits(value, dtype):
    return not dtype.is_integer or dtype.min <= value <= dtype.max


def _is_base64(value):
    return isinstance(value, dict) and set(value) == {"b64"}


def _bytes(name, value):
    if isinstance(value, str):
        return value.encode()
    if not _is_base64(value):
        raise invalid(f"Input {name}: {str(value)[:80]} is no string")
    try:
        return base64.b64decode(value["b64"], validate=True)
    except (binascii.Error, TypeError):
        raise invalid(f"Input {name}: not base64") from None


def _nested(name, array):
    if array.dtype != object:
        return array.tolist()
    if name.endswith("_bytes"):
        leaves = [{"b64": base64.b64encode(v).decode()} for v in array.ravel()]
    else:
        leaves = [v.decode() for v in array.ravel()]
    for size in reversed(array.shape[1:]):
        leaves = [leaves[i : i + size] for i in range(0, len(leaves), size)]
    return leaves if array.shape else leaves[0]
