"""Reads and writes requests as TF Serving does: TFRecords of `PredictionLog`.

An export must not need the package tensorflow-serving-api. So the few messages are
declared here, with the names and numbers of tensorflow/serving's .proto files; the
tests compare both.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import tensorflow as tf
from tensorflow.core.framework import tensor_pb2

from kgan.serving.messages import declare

# Message: field -> (number, type). A TensorProto is encoded in the same way as bytes.
_MESSAGES = {
    "ModelSpec": {"name": (1, "string"), "signature_name": (3, "string")},
    "NamedTensor": {"key": (1, "string"), "value": (2, "bytes")},
    "PredictRequest": {
        "model_spec": (1, "ModelSpec"),
        # map<string, TensorProto>, which is encoded as repeated pairs.
        "inputs": (2, "repeated NamedTensor"),
    },
    "PredictLog": {"request": (1, "PredictRequest")},
    "PredictionLog": {"predict_log": (6, "PredictLog")},
}


class Request(NamedTuple):
    """A request to a model.

    Attributes:
        model: the model's name.
        signature: the name of the signature.
        inputs: name -> array.
    """

    model: str
    signature: str
    inputs: dict[str, Any]


def write(path: str | Path, requests: Iterable[Request]) -> None:
    """Writes requests as a TFRecord file."""
    with tf.io.TFRecordWriter(str(path)) as file:
        for request in requests:
            file.write(encode(request))


def read(path: str | Path) -> list[Request]:
    """Reads the requests of a TFRecord file.

    Raises:
        tf.errors.DataLossError: if the file is damaged.
        ValueError: if a record is not a request.
    """
    return [decode(r.numpy()) for r in tf.data.TFRecordDataset([str(path)])]


def encode(request: Request) -> bytes:
    """Encodes a request as a serialized `PredictionLog`."""
    log = _classes()["PredictionLog"]()
    predict = log.predict_log.request
    predict.model_spec.name = request.model
    predict.model_spec.signature_name = request.signature
    for name, value in sorted(request.inputs.items()):
        tensor = tf.make_tensor_proto(value).SerializeToString()
        predict.inputs.add(key=name, value=tensor)
    return log.SerializeToString(deterministic=True)


def decode(record: bytes) -> Request:
    """Decodes the request in a serialized `PredictionLog`.

    Raises:
        ValueError: if `record` is not the log of a predict request.
    """
    try:
        log = _classes()["PredictionLog"].FromString(record)
        predict = log.predict_log.request
        tensors = {
            pair.key: tf.make_ndarray(tensor_pb2.TensorProto.FromString(pair.value))
            for pair in predict.inputs
        }
    except Exception as error:
        raise ValueError(f"Expected a PredictionLog. Received: {error}.") from None
    if not predict.model_spec.signature_name:
        raise ValueError(
            "Expected a PredictionLog of a predict request that names its signature. "
            f"Received: {log}"
        )
    return Request(predict.model_spec.name, predict.model_spec.signature_name, tensors)


@functools.cache
def _classes():
    return declare("kgan.serving.log", _MESSAGES)
