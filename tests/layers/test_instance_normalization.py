import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.layers import InstanceNormalization


def _results(layer, x, **kwargs):
    """y, its gradient, and the gradient of the gradient's square."""
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = layer(x, **kwargs)
            loss = tf.reduce_sum(y**3)
        slope = inner.gradient(loss, x)
        penalty = tf.reduce_sum(slope**2)
    return y, slope, outer.gradient(penalty, x)


@pytest.mark.parametrize("shape", [(1, 5, 7, 3), (4, 6, 4, 2), (2, 32, 32, 3)])
def test_training_equals_float64(shape):
    x = np.random.default_rng(0).normal(2.0, 3.0, shape)
    # Which is what the paper says, by NumPy.
    exact = _results(InstanceNormalization(dtype="float64"), tf.constant(x))
    variance = x.var((1, 2), keepdims=True)
    expected = (x - x.mean((1, 2), keepdims=True)) / np.sqrt(variance + 1e-5)
    np.testing.assert_allclose(exact[0], expected, rtol=1e-10, atol=1e-10)
    x = tf.constant(x, "float32")
    for training in (False, True):
        results = _results(InstanceNormalization(), x, training=training)
        for a, b in zip(results, exact, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-4 * np.abs(b).max())


def test_it_is_keras_group_normalization():
    theirs = keras.layers.GroupNormalization(
        -1, epsilon=1e-5, center=False, scale=False
    )
    x = np.random.default_rng(1).normal(size=(3, 32, 40, 4)).astype("float32")
    for training in (False, True):
        y = InstanceNormalization()(x, training=training)
        np.testing.assert_allclose(y, theirs(x), rtol=1e-4, atol=1e-5)


def test_a_batch_of_unknown_size():
    x = np.random.default_rng(2).normal(size=(3, 32, 32, 2)).astype("float32")
    layer = InstanceNormalization()
    spec = tf.TensorSpec((None, None, None, 2))
    call = tf.function(lambda x: layer(x, training=True), input_signature=[spec])
    np.testing.assert_allclose(call(x), layer(x, training=True), atol=1e-5)


def test_one_pixel_is_zero():
    x = np.full((1, 1, 1, 3), 5.0, "float32")
    for training in (False, True):
        np.testing.assert_array_equal(InstanceNormalization()(x, training=training), 0)


def test_bfloat16():
    layer = InstanceNormalization(dtype="mixed_bfloat16")
    x = np.random.default_rng(0).normal(100.0, 1.0, (2, 32, 32, 3)).astype("float32")
    for training in (False, True):
        y = layer(x, training=training)
        assert keras.backend.standardize_dtype(y.dtype) == "bfloat16"
        # The moments are those of the rounded pixels, in float32.
        np.testing.assert_allclose(np.mean(y, (1, 2)), 0.0, atol=0.02)
