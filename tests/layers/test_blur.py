import numpy as np
import pytest
import tensorflow as tf

from kgan.layers import Blur2D
from kgan.layers.blur import blurred, enlarged

TAPS = np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 64.0


def by_loop(x, first):
    """Each pixel of a plane, from `first` on, as a sum over zeros beyond the border."""
    wide = np.pad(x, 4)
    return np.array(
        [
            [
                (TAPS * wide[4 + r : 8 + r, 4 + c : 8 + c]).sum()
                for c in range(first, x.shape[1])
            ]
            for r in range(first, x.shape[0])
        ]
    )


def test_blur_by_loop():
    x = np.random.default_rng(0).normal(size=(2, 6, 5, 2)).astype("float32")
    made = blurred(x, around=1).numpy()
    assert made.shape == (2, 7, 6, 2)
    # From 2 pixels before the image to 1 after it.
    expected = by_loop(np.pad(x[1, ..., 1], [(0, 1), (0, 1)]), -2)[:7, :6]
    np.testing.assert_allclose(made[1, ..., 1], expected[:, :], atol=1e-6)


def test_half_as_large_keeps_the_mean_of_pairs():
    """A line 0, 1, 2, ... stays one; a checkerboard becomes its mean."""
    ramp = np.tile(np.arange(8.0, dtype="float32")[None, :, None], (8, 1, 1))[None]
    made = Blur2D("down")(ramp).numpy()[0, 1:-1, 1:-1, 0]
    np.testing.assert_allclose(made, np.tile([2.5, 4.5], (2, 1)), atol=1e-6)
    board = (np.indices((8, 8)).sum(axis=0) % 2).astype("float32")[None, ..., None]
    made = Blur2D("down")(board).numpy()[0, 1:-1, 1:-1]
    np.testing.assert_allclose(made, 0.5, atol=1e-6)


def test_twice_as_large_is_zeros_between_and_a_blur():
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 2)).astype("float32")
    zeros = np.zeros((6, 8), "float32")
    zeros[::2, ::2] = x[1, ..., 1]
    # Two zeros before, one after: the places of the authors' code.
    expected = 4.0 * by_loop(np.pad(zeros, [(0, 1), (0, 1)]), -2)[:6, :8]
    made = enlarged(x).numpy()
    assert made.shape == (2, 6, 8, 2)
    np.testing.assert_allclose(made[1, ..., 1], expected, atol=1e-6)
    np.testing.assert_allclose(Blur2D("up")(x), made)


@pytest.mark.parametrize("layer", [Blur2D("up"), Blur2D("down")])
def test_second_gradients(layer):
    """Of |grad f|^2, as R1 is, against finite differences in float64."""
    rng = np.random.default_rng(0)
    weight = tf.constant(rng.normal(size=(8, 8, 2) if layer.resampling == "up" else 2))
    x = tf.constant(rng.normal(size=(1, 4, 4, 2)))
    resample = enlarged if layer.resampling == "up" else lambda x: blurred(x, 2)

    def penalty(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(weight * tf.tanh(resample(x)))
        return tf.reduce_sum(tape.gradient(y, x) ** 2)

    with tf.GradientTape() as tape:
        tape.watch(x)
        value = penalty(x)
    gradient = tape.gradient(value, x)
    direction = tf.constant(rng.normal(size=x.shape))
    step = 1e-5
    change = (penalty(x + step * direction) - penalty(x - step * direction)) / (
        2 * step
    )
    claimed = float(tf.reduce_sum(gradient * direction))
    np.testing.assert_allclose(claimed, float(change), rtol=1e-7)
    assert abs(claimed) > 1e-4


def test_config():
    assert Blur2D.from_config(Blur2D("down").get_config()).resampling == "down"
    assert Blur2D("down").compute_output_shape((None, 4, 6, 1)) == (None, 2, 3, 1)
    with pytest.raises(ValueError, match="'up' or 'down'"):
        Blur2D("sideways")
