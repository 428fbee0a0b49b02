"""Distances in frozen features: VGG19 by hand, and networks that are not there."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.metrics.perceptual import Perceptual

VGG19 = keras.applications.VGG19
# Convolutions of the five blocks (Simonyan and Zisserman 2014, table 1, E).
BLOCKS = (2, 2, 4, 4, 4)
# Of ImageNet, for red, green and blue.
MEANS = (123.68, 116.779, 103.939)


@pytest.fixture(scope="module")
def vgg():
    """VGG19 of random weights, small in its features, as it would be fetched."""
    keras.utils.set_random_seed(1)
    network = VGG19(include_top=False, weights=None)
    rng = np.random.default_rng(0)
    for weight in network.weights:
        if weight.name == "bias":
            weight.assign(rng.normal(0.0, 0.1, weight.shape))
    return network


@pytest.fixture
def perceptual(vgg, monkeypatch):
    asked = []

    def fetch(**kwargs):
        asked.append(kwargs)
        copy = VGG19(include_top=False, weights=None)
        copy.set_weights(vgg.get_weights())
        return copy

    monkeypatch.setattr(keras.applications, "VGG19", fetch)
    perceptual = Perceptual("vgg19")
    assert asked == [{"include_top": False, "weights": "imagenet"}]
    return perceptual


def by_hand(vgg, images):
    """conv5_4 before its activation, of images [n, height, width, 3] in [-1, 1]."""
    levels = (np.asarray(images, "float64") + 1.0) * 127.5 - MEANS
    # The weights are of a network of blue, green, red.
    x = tf.constant(np.stack([levels[..., i] for i in (2, 1, 0)], -1), "float32")
    for block, count in enumerate(BLOCKS, 1):
        for i in range(1, count + 1):
            layer = vgg.get_layer(f"block{block}_conv{i}")
            x = tf.nn.conv2d(x, layer.kernel.value, 1, "SAME") + layer.bias.value
            if (block, i) == (5, 4):
                return x.numpy()
            x = tf.nn.relu(x)
        x = tf.nn.max_pool2d(x, 2, 2, "VALID")
    return None


def images(n=2, size=32):
    shape = (n, size, size, 3)
    return np.random.default_rng(2).uniform(-1, 1, shape).astype("float32")


def test_vgg19_by_hand(perceptual, vgg):
    expected = by_hand(vgg, images())
    assert expected.shape == (2, 2, 2, 512)
    (found,) = perceptual.maps(images())
    scale = np.abs(expected).max()
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5 * scale)
    # Before the activation: half of it is below 0.
    assert 0.2 < (expected < 0).mean() < 0.8
    # The order of the colors matters by far more than rounding.
    (swapped,) = perceptual.maps(images()[..., ::-1].copy())
    assert np.abs(swapped - expected).max() > 0.01 * scale
    one, other = images()[:1], images()[1:]
    difference = by_hand(vgg, one) - by_hand(vgg, other)
    assert float(perceptual(one, other)) == pytest.approx(np.mean(difference**2), 1e-3)


def test_vgg19_takes_the_levels_that_its_authors_take(perceptual, vgg):
    whole = np.round((images() + 1.0) * 127.5)
    levels = keras.applications.vgg19.preprocess_input(whole.copy())
    features = keras.Model(vgg.input, vgg.get_layer("block5_conv4").output)
    (found,) = perceptual.maps((whole / 127.5 - 1.0).astype("float32"))
    # Keras' features are after the activation.
    expected = features(levels)
    atol = 1e-5 * np.abs(expected).max()
    np.testing.assert_allclose(np.maximum(found, 0), expected, rtol=1e-4, atol=atol)


def test_vgg19_is_frozen_and_lets_gradients_through(perceptual):
    network = perceptual._maps.__closure__[0].cell_contents
    assert len(network.weights) == 2 * sum(BLOCKS)
    assert not network.trainable_variables
    x = tf.Variable(images(1))
    with tf.GradientTape() as tape:
        value = perceptual(tf.constant(images(2)[1:]), x)
    assert np.abs(tape.gradient(value, x)).max() > 0


def test_vgg19_without_a_network(monkeypatch):
    def fetch(**kwargs):
        raise OSError("URL fetch failure on https://x: [Errno -2] Name not known")

    monkeypatch.setattr(keras.applications, "VGG19", fetch)
    message = r"keras.applications downloads. Received: URL fetch.*perceptual='color'"
    with pytest.raises(ValueError, match=message):
        Perceptual("vgg19")


def test_weights_that_are_not_there(tmp_path, monkeypatch):
    monkeypatch.delenv("KGAN_WEIGHTS", raising=False)
    with pytest.raises(ValueError, match=r"lpips_alex_v0\.1\.npz.*Received: neither"):
        Perceptual("lpips")
    path = tmp_path / "other.npz"
    with pytest.raises(ValueError, match=r"other\.npz, which does not exist. Give"):
        Perceptual(f"lpips:{path}")
    path.write_bytes(b"no arrays")
    with pytest.raises(ValueError, match=r"other\.npz \(another kind of file\). Ch"):
        Perceptual(f"lpips:{path}")
    np.savez(path, conv1_kernel=np.zeros((3, 3)))
    with pytest.raises(ValueError, match=r"Expected the weights of.*other\.npz, with"):
        Perceptual(f"lpips:{path}")
