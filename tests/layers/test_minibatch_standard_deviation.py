import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.layers import MinibatchStandardDeviation


def test_against_numpy():
    x = np.random.default_rng(0).normal(size=(8, 3, 3, 4)).astype("float32")
    y = MinibatchStandardDeviation(group=4, channels=2)(x).numpy()
    np.testing.assert_array_equal(y[..., :4], x)
    for n in range(2):
        deviation = np.sqrt(x[4 * n : 4 * n + 4].var(axis=0) + 1e-8)
        for c in range(2):
            expected = deviation[..., 2 * c : 2 * c + 2].mean()
            np.testing.assert_allclose(y[4 * n : 4 * n + 4, ..., 4 + c], expected, 1e-5)


def test_groups_of_consecutive_rows_are_alone():
    """So a replica with whole groups computes what one device does."""
    x = np.random.default_rng(0).normal(size=(8, 5)).astype("float32")
    layer = MinibatchStandardDeviation(group=2)
    parts = [layer(part).numpy() for part in np.split(x, 2)]
    np.testing.assert_array_equal(layer(x), np.concatenate(parts))


def test_equal_examples_have_a_finite_gradient():
    x = tf.ones((4, 3))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(MinibatchStandardDeviation()(x))
    assert np.isfinite(tape.gradient(y, x)).all()


def test_in_a_network():
    x = keras.Input((4, 4, 2))
    network = keras.Model(x, MinibatchStandardDeviation(group=2)(x))
    assert network.output_shape == (None, 4, 4, 3)
    assert network(np.zeros((6, 4, 4, 2))).shape == (6, 4, 4, 3)
    copy = keras.Model.from_config(network.get_config())
    assert copy.layers[-1].group == 2


def test_bfloat16():
    """The deviation of near numbers is that of float32."""
    x = tf.constant([[100.0], [100.5]], "bfloat16")
    layer = MinibatchStandardDeviation(group=2, dtype="mixed_bfloat16")
    y = layer(x)
    assert y.dtype == "bfloat16"
    np.testing.assert_array_equal(tf.cast(y, "float32")[:, 1], [0.25, 0.25])


def test_a_batch_of_unknown_size():
    layer = MinibatchStandardDeviation(group=4)
    call = tf.function(layer, input_signature=[tf.TensorSpec([None, 3])])
    assert call(tf.ones((8, 3))).shape == (8, 4)
    with pytest.raises(tf.errors.InvalidArgumentError, match="a multiple of 12"):
        call(tf.ones((6, 3)))


def test_bad_input():
    with pytest.raises(ValueError, match="group >= 1"):
        MinibatchStandardDeviation(group=0)
    with pytest.raises(ValueError, match=r"divisible by 4.*a batch of 2"):
        MinibatchStandardDeviation(group=4)(np.zeros((2, 3)))
    with pytest.raises(ValueError, match="channels divisible by 2"):
        MinibatchStandardDeviation(channels=2)(np.zeros((4, 3)))
