import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.layers import BatchNormalization


def _pair(shape, **kwargs):
    """Ours and Keras', with the same weights."""
    rng = np.random.default_rng(0)
    pair = []
    for cls in (BatchNormalization, keras.layers.BatchNormalization):
        layer = cls(momentum=0.9, epsilon=1e-5, **kwargs)
        layer.build((None, *shape))
        pair.append(layer)
    gamma, beta = rng.normal(size=(2, shape[-1]))
    for layer in pair:
        layer.set_weights([gamma, beta, *layer.get_weights()[2:]])
    return pair


@pytest.mark.parametrize("shape", [(5,), (7, 3), (6, 4, 3)])
def test_training_equals_keras(shape):
    ours, theirs = _pair(shape)
    x = np.random.default_rng(1).normal(2.0, 3.0, (8, *shape)).astype("float32")
    results = []
    for layer in (ours, theirs):
        v = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(v)
            y = layer(v, training=True)
            loss = tf.reduce_sum(y**3)
        gradients = tape.gradient(loss, [v, layer.gamma.value, layer.beta.value])
        results.append([y, *gradients, *layer.get_weights()])
    for a, b in zip(*results, strict=True):
        scale = np.abs(b).max()
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5 * scale)
    # And in inference, by the moving statistics.
    np.testing.assert_allclose(ours(x), theirs(x), rtol=1e-4, atol=1e-4)


def test_bfloat16_keeps_float32_statistics():
    layer = BatchNormalization(dtype="mixed_bfloat16")
    x = np.random.default_rng(0).normal(size=(8, 4, 4, 3)).astype("float32")
    y = layer(x, training=True)
    assert keras.backend.standardize_dtype(y.dtype) == "bfloat16"
    np.testing.assert_allclose(
        layer.moving_mean, 0.1 * x.mean((0, 1, 2)), rtol=0.02, atol=1e-4
    )


def test_float64_is_exact():
    layer = BatchNormalization(dtype="float64")
    x = np.random.default_rng(0).normal(size=(8, 4, 4, 3))
    y = layer(x, training=True)
    expected = (x - x.mean((0, 1, 2))) / np.sqrt(x.var((0, 1, 2)) + 1e-5)
    np.testing.assert_allclose(y, expected, rtol=1e-12, atol=1e-12)


def test_second_order_gradients_exist():
    # A gradient penalty differentiates the gradient.
    layer = BatchNormalization()
    x = tf.random.stateless_normal((6, 4, 4, 2), seed=(0, 1))
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.reduce_sum(layer(x, training=True) ** 3)
        norm = tf.reduce_sum(inner.gradient(y, x) ** 2)
    assert np.isfinite(outer.gradient(norm, x)).all()


def test_frozen_layer_uses_moving_statistics():
    layer = BatchNormalization()
    x = np.random.default_rng(0).normal(5.0, 1.0, (8, 4, 4, 3)).astype("float32")
    layer.build(x.shape)
    layer.trainable = False
    y = layer(x, training=True)
    np.testing.assert_allclose(y, x / np.sqrt(1 + 1e-5), rtol=1e-5)
