import hashlib

import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.metrics import extractors
from kgan.metrics.extractors import lenet as module
from kgan.metrics.extractors.lenet import CLASSES, SHA256, WEIGHTS
from tests.game_test_case import two_replicas


@pytest.fixture(scope="module")
def digits():
    return kgan.data.open_source("mnist_10k", labels=True)


def test_it_reads_digits(digits):
    lenet = extractors.get("lenet")
    made = lenet.extract(digits.examples[:2000])
    assert made.features.shape == (2000, 64)
    assert made.logits.shape == (2000, len(CLASSES))
    assert CLASSES[lenet.first_class("mnist")] == "0"
    assert CLASSES[lenet.first_class("fashion_mnist")] == "t-shirt"
    right = made.logits.argmax(axis=1) == digits.labels[:2000]
    assert right.mean() > 0.99


def test_features_are_standardized_and_of_full_rank(digits):
    features = extractors.get("lenet").extract(digits.examples).features
    values = np.linalg.eigvalsh(np.cov(features.T, dtype="float64"))
    assert values[0] > 1e-3
    assert 0.2 < values.mean() < 3.0


def test_the_weights_are_those_of_the_digest():
    content = WEIGHTS.read_bytes()
    assert hashlib.sha256(content).hexdigest() == SHA256
    assert SHA256 in (WEIGHTS.parent / "README.md").read_text()
    assert len(content) <= 1_000_000


def test_damaged_weights(monkeypatch, tmp_path):
    path = tmp_path / "lenet.npz"
    content = bytearray(WEIGHTS.read_bytes())
    content[5000] ^= 1
    path.write_bytes(content)
    monkeypatch.setattr(module, "WEIGHTS", path)
    with pytest.raises(ValueError, match=r"sha256.*damaged. Install kgan again"):
        extractors.LeNet()


def test_other_sizes_and_channels(digits):
    extractor = extractors.get("lenet")
    gray = digits.examples[:50]
    colour = np.repeat(gray, 3, axis=-1)
    same = extractor.extract(gray)
    made = extractor.extract(colour)
    np.testing.assert_allclose(made.features, same.features, atol=1e-4)
    large = tf.image.resize(gray, (56, 56), method="nearest")
    made = extractor.extract(tf.cast(large, tf.uint8).numpy())
    agree = made.logits.argmax(axis=1) == same.logits.argmax(axis=1)
    assert agree.mean() > 0.95


def test_the_dtype_policy_does_not_change_it(digits):
    import keras

    expected = extractors.get("lenet").extract(digits.examples[:10]).features
    keras.config.set_dtype_policy("mixed_bfloat16")
    made = extractors.LeNet().extract(digits.examples[:10]).features
    np.testing.assert_array_equal(made, expected)


def test_it_is_made_and_used_within_a_strategy(digits):
    expected = extractors.get("lenet").extract(digits.examples[:10]).features
    with two_replicas().scope():
        made = extractors.LeNet().extract(digits.examples[:10]).features
    np.testing.assert_array_equal(made, expected)
