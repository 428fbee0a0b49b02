import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2

from kgan.serving.client import Client
from kgan.serving.client.over_grpc import _array


def test_answers_of_more_than_4_mb(small_model_server):
    # gRPC refuses them unless it is told not to. 50,000 images of 24 floats: 4.8 MB.
    z = np.zeros((50_000, 5), "float32")
    with Client(small_model_server.grpc, "small", max_batch=len(z)) as client:
        images = client.generate(z)
    np.testing.assert_array_equal(images, np.zeros((50_000, 6, 4, 1), "float32"))


@pytest.mark.parametrize("dtype", ["uint8", "float32", "int64", "bool"])
def test_contents_and_values(dtype):
    array = np.arange(6).reshape(1, 2, 3).astype(dtype)
    np.testing.assert_array_equal(_array(tf.make_tensor_proto(array)), array)
    np.testing.assert_array_equal(_array(tf.make_tensor_proto(array[:0])), array[:0])


def test_a_value_for_all():
    # TensorFlow may write the last value once for all that follow.
    proto = tensor_pb2.TensorProto(dtype="DT_UINT8", int_val=[1, 7])
    proto.tensor_shape.dim.add().size = 4
    np.testing.assert_array_equal(_array(proto), np.uint8([1, 7, 7, 7]))


def test_no_tensor(small_model_server):
    with (
        Client(small_model_server.grpc, "small") as client,
        pytest.raises(ValueError, match="Expected an array for latents"),
    ):
        client.predict("serving_default", {"latents": {}})
