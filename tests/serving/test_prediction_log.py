import numpy as np
import pytest
import tensorflow as tf

from kgan.serving.prediction_log import Request, decode, encode, read, write

REQUEST = Request(
    "dcgan",
    "sample",
    {
        "num_samples": np.int32(3),
        "latents": np.arange(6, dtype="float32").reshape(2, 3),
        "png_bytes": np.array([b"\x89PNG", b""], object),
        "images": np.zeros((1, 2, 2, 1), "uint8"),
    },
)


def assert_same(a, b):
    assert a[:2] == b[:2]
    assert a.inputs.keys() == b.inputs.keys()
    for name, value in a.inputs.items():
        np.testing.assert_array_equal(value, b.inputs[name])
        assert np.asarray(value).dtype == np.asarray(b.inputs[name]).dtype


def test_round_trip(tmp_path):
    write(tmp_path / "requests", [REQUEST, REQUEST._replace(inputs={})])
    first, second = read(tmp_path / "requests")
    assert_same(first, REQUEST)
    assert second == Request("dcgan", "sample", {})


def test_the_official_messages_read_and_write_the_same():
    official = pytest.importorskip("tensorflow_serving.apis.prediction_log_pb2")
    log = official.PredictionLog.FromString(encode(REQUEST))
    request = log.predict_log.request
    assert request.model_spec.name == "dcgan"
    assert request.model_spec.signature_name == "sample"
    inputs = {name: tf.make_ndarray(value) for name, value in request.inputs.items()}
    assert_same(REQUEST, Request("dcgan", "sample", inputs))
    assert_same(decode(log.SerializeToString()), REQUEST)


def test_what_is_no_request(tmp_path):
    with pytest.raises(ValueError, match="Expected a PredictionLog"):
        decode(b"\xff\xff")
    with pytest.raises(ValueError, match="names its signature"):
        decode(b"")
    (tmp_path / "damaged").write_bytes(b"no TFRecord at all")
    with pytest.raises(tf.errors.DataLossError):
        read(tmp_path / "damaged")
