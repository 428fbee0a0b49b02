"""The stand-in's gRPC side, on the official servicer classes."""

import contextlib

import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_management_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from tests.serving.stand_in.predicting import predict, signature_of
from tests.serving.stand_in.refused import RefusedError, invalid

_LONGEST_MESSAGE = 1024


class PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Predict and GetModelMetadata; the rest answers UNIMPLEMENTED."""

    def __init__(self, models):
        self._models = models

    def Predict(self, request, context):  # noqa: N802
        with _refusing(context), self._models.use(request.model_spec) as served:
            version, session = served
            name, signature = signature_of(session, request.model_spec.signature_name)
            inputs = {n: _array(n, proto) for n, proto in request.inputs.items()}
            arrays = predict(session, name, signature, inputs, request.output_filter)
            response = predict_pb2.PredictResponse()
            response.model_spec.name = request.model_spec.name
            response.model_spec.version.value = version
            response.model_spec.signature_name = name
            for output, array in arrays.items():
                _fill(response.outputs[output], array)
            return response

    def GetModelMetadata(self, request, context):  # noqa: N802
        with _refusing(context):
            return metadata(self._models, request)


class ModelService(model_service_pb2_grpc.ModelServiceServicer):
    """GetModelStatus and HandleReloadConfigRequest."""

    def __init__(self, models):
        self._models = models

    def GetModelStatus(self, request, context):  # noqa: N802
        with _refusing(context):
            return status(self._models, request)

    def HandleReloadConfigRequest(self, request, context):  # noqa: N802
        with _refusing(context):
            self._models.reload(request.config)
            return model_management_pb2.ReloadConfigResponse()


def metadata(models, request):
    """`GetModelMetadataResponse` to a `GetModelMetadataRequest`."""
    if list(request.metadata_field) != ["signature_def"]:
        raise invalid("metadata_field has to be signature_def, and nothing else")
    with models.use(request.model_spec) as (version, session):
        signatures = get_model_metadata_pb2.SignatureDefMap()
        for name, signature in session.signatures.items():
            signatures.signature_def[name].CopyFrom(signature)
    response = get_model_metadata_pb2.GetModelMetadataResponse()
    response.model_spec.name = request.model_spec.name
    response.model_spec.version.value = version
    response.metadata["signature_def"].Pack(signatures)
    return response


def status(models, request):
    """`GetModelStatusResponse` to a `GetModelStatusRequest`."""
    response = get_model_status_pb2.GetModelStatusResponse()
    for number, (state, error) in models.status(request.model_spec).items():
        version = response.model_version_status.add()
        version.version = number
        version.state = version.State.Value(state)
        version.status.error_code = 2 if error else 0
        version.status.error_message = error
    return response


@contextlib.contextmanager
def _refusing(context):
    try:
        yield
    except RefusedError as refused:
        message = refused.message
        if len(message) > _LONGEST_MESSAGE:
            message = message[:_LONGEST_MESSAGE] + "...TRUNCATED"
        code = next(c for c in grpc.StatusCode if c.value[0] == refused.number)
        context.abort(code, message)


def _array(name, proto):
    try:
        return tf.make_ndarray(proto)
    except (TypeError, ValueError) as error:
        raise invalid(f"Input {name} is no tensor: {error}") from None


def _fill(proto, array):
    """Fills the field of the dtype, as the server does by default."""
    proto.dtype = tf.as_dtype(array.dtype).as_datatype_enum
    for size in array.shape:
        proto.tensor_shape.dim.add().size = size
    if array.dtype == object:
        proto.string_val.extend(array.ravel())
    elif array.dtype == np.float32:
        proto.float_val.extend(array.ravel().tolist())
    elif array.dtype in (np.uint8, np.int32):
        proto.int_val.extend(array.ravel().tolist())
    else:
        proto.CopyFrom(tf.make_tensor_proto(array))
