"""Requests as TF Serving keeps them: TFRecords of `PredictionLog`.

Whoever trains has to be able to export, with the packages of kgan alone. So the few
messages are declared here, by the names and numbers of tensorflow/serving's .proto
files, instead of asking for the package tensorflow-serving-api; the tests compare.
"""

import functools
from typing import Any, NamedTuple

import tensorflow as tf
from tensorflow.core.framework import tensor_pb2

from kgan.serving.messages import declare

# Message: field -> (number, type). A TensorProto as bytes is the same on the wire.
_MESSAGES = {
    "ModelSpec": {"name": (1, "string"), "signature_name": (3, "string")},
    "NamedTensor": {"key": (1, "string"), "value": (2, "bytes")},
    "PredictRequest": {
        "model_spec": (1, "ModelSpec"),
        # map<string, TensorProto>, which is a repeated pair on the wire.
        "inputs": (2, "repeated NamedTensor"),
    },
    "PredictLog": {"request": (1, "PredictRequest")},
    "PredictionLog": {"predict_log": (6, "PredictLog")},
}


class Request(NamedTuple):
    """A request to a model.

    Attributes:
        model: the model's name.
        signature: which signature it asks.
        inputs: dict name -> array.
    """

    model: str
    signature: str
    inputs: dict[str, Any]


def write(path, requests):
    """Writes `Request`s as a TFRecord file."""
    with tf.io.TFRecordWriter(str(path)) as file:
        for request in requests:
            file.write(encode(request))


def read(path):
    """The `Request`s of a TFRecord file.

    Raises:
        tf.errors.DataLossError: if the file is damaged.
        ValueError: if a record is no request.
    """
    return [decode(r.numpy()) for r in tf.data.TFRecordDataset([str(path)])]


def encode(request):
    """A serialized `PredictionLog` of a `Request`."""
    log = _classes()["PredictionLog"]()
    predict = log.predict_log.request
    predict.model_spec.name = request.model
    predict.model_spec.signature_name = request.signature
    for name, value in sorted(request.inputs.items()):
        tensor = tf.make_tensor_proto(value).SerializeToString()
        predict.inputs.add(key=name, value=tensor)
    return log.SerializeToString(deterministic=True)


def decode(record):
    """The `Request` in a serialized `PredictionLog`."""
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
