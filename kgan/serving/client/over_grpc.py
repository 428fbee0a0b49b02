"""Asks a served model over gRPC: PredictionService and ModelService."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kgan.serving.client import signature_defs
from kgan.serving.client.address import Address
from kgan.serving.client.errors import ServerError, missing
from kgan.serving.client.signature_defs import Signature

# gRPC's default limit per answer is 4 MB: 340 images of 64x64x3 as uint8, 85 as
# float32.
_NO_LIMIT = -1
_OPTIONS = (
    ("grpc.max_receive_message_length", _NO_LIMIT),
    ("grpc.max_send_message_length", _NO_LIMIT),
    # gRPC's default pause between attempts to connect grows to two minutes, which would
    # exceed the pauses of `retrying`.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
)


class GrpcTransport:
    """Sends the requests of `Client` as gRPC calls. Threads may share it.

    Args:
        address: the address of the model.

    Raises:
        ImportError: if the package tensorflow-serving-api is missing.
    """

    def __init__(self, address: Address) -> None:
        try:
            import grpc
            from tensorflow_serving.apis import (
                get_model_metadata_pb2,
                get_model_status_pb2,
                model_service_pb2_grpc,
                predict_pb2,
                prediction_service_pb2_grpc,
            )
        except ImportError as error:
            raise missing("tensorflow-serving-api", "gRPC", error) from error
        self._grpc = grpc
        self._predict_request = predict_pb2.PredictRequest
        self._status_request = get_model_status_pb2.GetModelStatusRequest
        self._metadata = get_model_metadata_pb2
        self._address = address
        self._channel = grpc.insecure_channel(address.root, options=_OPTIONS)
        self._prediction = prediction_service_pb2_grpc.PredictionServiceStub(
            self._channel
        )
        self._models = model_service_pb2_grpc.ModelServiceStub(self._channel)

    def predict(
        self, signature: str, inputs: dict[str, Any], timeout: float
    ) -> dict[str, np.ndarray]:
        """See `Client.predict`; lists of floats become float32."""
        import tensorflow as tf

        request = self._predict_request()
        self._choose_model(request)
        request.model_spec.signature_name = signature
        for name, value in inputs.items():
            try:
                request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
            except (TypeError, ValueError) as error:
                raise ValueError(
                    f"Expected an array for {name}. Received: {value!r} ({error})."
                ) from error
        response = self._call(self._prediction.Predict, request, timeout)
        return {name: _array(proto) for name, proto in response.outputs.items()}

    def status(self, timeout: float) -> dict[int, tuple[str, str]]:
        """See `Client.status`."""
        request = self._status_request()
        # Without a version, the status is of all versions, as over REST.
        self._choose_model(request)
        response = self._call(self._models.GetModelStatus, request, timeout)
        return {
            s.version: (s.State.Name(s.state), s.status.error_message)
            for s in response.model_version_status
        }

    def signatures(self, timeout: float) -> dict[str, Signature]:
        """See `Client.signatures`."""
        from google.protobuf.json_format import MessageToDict

        request = self._metadata.GetModelMetadataRequest()
        self._choose_model(request)
        request.metadata_field.append("signature_def")
        response = self._call(self._prediction.GetModelMetadata, request, timeout)
        signatures = self._metadata.SignatureDefMap()
        response.metadata["signature_def"].Unpack(signatures)
        as_json = MessageToDict(signatures, preserving_proto_field_name=True)
        return signature_defs.read(as_json["signature_def"])

    def close(self) -> None:
        """Closes the channel."""
        self._channel.close()

    def _choose_model(self, request: Any):
        request.model_spec.name = self._address.model
        if self._address.version is not None:
            request.model_spec.version.value = self._address.version
        elif self._address.label is not None:
            request.model_spec.version_label = self._address.label

    def _call(self, method: Callable[..., Any], request: Any, timeout: float):
        try:
            return method(request, timeout=timeout)
        except self._grpc.RpcError as error:
            code, details = error.code().name, error.details() or ""
            raise ServerError(code, details, str(self._address)) from error


def _array(proto: Any):
    import tensorflow as tf

    dtype = tf.as_dtype(proto.dtype).as_numpy_dtype
    shape = [dim.size for dim in proto.tensor_shape.dim]
    # `tf.make_ndarray` reads int_val and float_val, which the server uses, one by one,
    # which is slow.
    values = {tf.uint8: proto.int_val, tf.float32: proto.float_val}.get(proto.dtype)
    if values is None or len(values) != np.prod(shape, dtype="int64"):
        return tf.make_ndarray(proto)
    return np.array(values, dtype).reshape(shape)
