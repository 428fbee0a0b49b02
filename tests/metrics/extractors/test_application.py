import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.metrics import extractors
from kgan.metrics.extractors import application as module


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A file of random weights, and the network that has them."""
    keras.utils.set_random_seed(0)
    model = keras.applications.MobileNetV2(weights=None, classifier_activation=None)
    path = tmp_path_factory.mktemp("weights") / "MobileNetV2.weights.h5"
    model.save_weights(path)
    return path, model


def test_features_and_logits(weights, monkeypatch):
    path, model = weights
    monkeypatch.setenv("KGAN_WEIGHTS", str(path.parent))
    extractor = extractors.get("applications:MobileNetV2")
    x = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3), dtype="uint8")
    made = extractor.extract(x)
    # MobileNetV2 takes 224 x 224 pixels in [-1, 1].
    resized = tf.image.resize(x / np.float32(127.5) - 1, (224, 224), antialias=True)
    np.testing.assert_allclose(made.logits, model(resized), rtol=1e-3, atol=1e-5)
    pooled = keras.Model(model.input, model.get_layer("global_average_pooling2d").output
        if any(la.name == "global_average_pooling2d" for la in model.layers)
        else model.layers[-2].output)  # fmt: skip
    np.testing.assert_allclose(made.features, pooled(resized), rtol=1e-3, atol=1e-6)
    assert made.features.shape == (2, extractor.feature_dim) == (2, 1280)
    assert extractor.name == "applications:MobileNetV2"
    assert "224x224" in extractor.resize


def test_the_digest_is_that_of_the_weights(weights):
    path, _ = weights
    one, same = (extractors.Application("MobileNetV2", path) for _ in range(2))
    assert one.digest == same.digest


def test_without_a_network_connection(tmp_path, monkeypatch):
    monkeypatch.delenv("KGAN_WEIGHTS", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(module.connection, "reachable", lambda url: False)
    with pytest.raises(ValueError, match=r"no answer from .*KGAN_WEIGHTS"):
        extractors.Application("MobileNetV2")


def test_weights_of_another_network(weights):
    path, _ = weights
    with pytest.raises(ValueError, match=r"weights of MobileNet, as.*MobileNetV2"):
        extractors.Application("MobileNet", path)
    with pytest.raises(ValueError, match=r"weights of MobileNetV2, as"):
        extractors.Application("MobileNetV2", path.parent / "nothing.weights.h5")


@pytest.mark.parametrize("name", ["applications", "applications:Mobilenet"])
def test_unknown_networks(name):
    with pytest.raises(ValueError, match=r"Choose one of .*MobileNetV2"):
        extractors.get(name)
