import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.layers import resampling_convolutions
from tests.derivatives import along

HALVING, DOUBLING = kgan.layers.HalvingConv2D, kgan.layers.DoublingConv2D


def pair(kind, filters, channels, dtype="float32"):
    """A layer and that of Keras, with the same weights."""
    layers = keras.layers
    if kind is HALVING:
        other = layers.Conv2D(filters, 4, strides=2, padding="same", dtype=dtype)
    else:
        size = {"strides": 2, "padding": "same", "dtype": dtype}
        other = layers.Conv2DTranspose(filters, 4, **size)
    own = kind(filters, dtype=dtype)
    for layer in (own, other):
        layer.build((None, 8, 6, channels))
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=w.shape) for w in other.weights]
    own.set_weights(weights)
    other.set_weights(weights)
    return own, other


def images(channels, sides=(8, 6), dtype="float32"):
    x = np.random.default_rng(1).normal(size=(3, *sides, channels))
    return tf.constant(x, dtype)


def slopes(layer, x):
    """Of a loss with curvature: of the images, the weights, and the square of the
    images' slope by the weights."""
    with tf.GradientTape() as outer:
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(layer(x) ** 3)
        slope = tape.gradient(loss, x)
        square = tf.reduce_sum(slope**2)
    kernel = layer.kernel.value
    second = outer.gradient(square, kernel)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(x) ** 3)
    return slope, *tape.gradient(loss, [kernel, layer.bias.value]), second


@pytest.fixture
def always(monkeypatch):
    """The fast forms, also in float32 and of few channels."""
    monkeypatch.setattr(
        resampling_convolutions, "_has_fast_gradient", lambda *args: True
    )


@pytest.mark.parametrize("kind", [HALVING, DOUBLING])
def test_results_and_gradients_are_those_of_keras(kind, always):
    own, other = pair(kind, 6, 5)
    x = images(5)
    np.testing.assert_allclose(own(x), other(x), atol=1e-4)
    for a, b in zip(slopes(own, x), slopes(other, x), strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-4, atol=1e-2)
    assert [w.name for w in own.weights] == [w.name for w in other.weights]


def test_the_kernel_gradient_by_a_loop():
    rng = np.random.default_rng(0)
    large, small = rng.normal(size=(2, 4, 6, 3)), rng.normal(size=(2, 2, 3, 2))
    expected = np.zeros((4, 4, 3, 2))
    padded = np.pad(large, [(0, 0), (1, 1), (1, 1), (0, 0)])
    for i in range(2):
        for j in range(3):
            window = padded[:, 2 * i : 2 * i + 4, 2 * j : 2 * j + 4]
            expected += np.einsum("buvc,bo->uvco", window, small[:, i, j])
    found = resampling_convolutions.kernel_gradient(*map(tf.constant, (large, small)))
    np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize("kind", [HALVING, DOUBLING])
def test_the_second_derivative_by_finite_differences(kind, always):
    layer, _ = pair(kind, 5, 2, "float64")
    x = images(2, (4, 4), "float64")
    kernel = layer.kernel
    way = np.random.default_rng(2).normal(size=kernel.shape)

    def square():
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(layer(x) ** 3)
        return tf.reduce_sum(tape.gradient(loss, x) ** 2)

    claimed, measured = along(square, [kernel], [way], 1e-6)
    assert claimed == pytest.approx(measured, rel=1e-7)


def test_the_fast_gradient_is_of_bfloat16_with_many_channels():
    def fast(dtype, sides, channels):
        x = tf.zeros((1, *sides, channels), dtype)
        kernel = tf.zeros((4, 4, channels, 64))
        return resampling_convolutions._has_fast_gradient(x, kernel, sides)

    assert fast("bfloat16", (16, 14), 64)
    assert not fast("float32", (16, 14), 64)
    assert not fast("bfloat16", (32, 16), 64)
    assert not fast("bfloat16", (7, 8), 64)
    assert not fast("bfloat16", (32, 32), 3)


def test_layers_are_saved(tmp_path):
    x = keras.Input((8, 8, 2))
    model = keras.Model(x, DOUBLING(1, use_bias=False)(HALVING(4)(x)))
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    given = images(2, (8, 8))
    np.testing.assert_array_equal(again(given), model(given))
