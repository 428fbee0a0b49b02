import numpy as np
import pytest
import tensorflow as tf

from kgan.random.categorical import drawn, relaxed
from kgan.spaces.latents import Gumbel

LOGITS = np.log(np.float32([[1.0, 2.0, 5.0]]))
# e^g = 4, 1, 1: shares of 4, 2 and 5
NOISE = np.log(np.float32([[4.0, 1.0, 1.0]]))


@pytest.mark.parametrize(
    ("how", "temperature", "expected"),
    [
        ("softmax", 1.0, [1 / 8, 2 / 8, 5 / 8]),
        ("softmax", 0.5, [1 / 30, 4 / 30, 25 / 30]),
        ("gumbel", 1.0, [4 / 11, 2 / 11, 5 / 11]),
        ("gumbel", 0.5, [16 / 45, 4 / 45, 25 / 45]),
        ("straight_through", 0.5, [0.0, 0.0, 1.0]),
    ],
)
def test_by_hand(how, temperature, expected):
    shares = relaxed(LOGITS, NOISE, how, temperature)
    np.testing.assert_allclose(shares, [expected], rtol=1e-6, atol=1e-9)


def test_straight_through_has_the_gradient_of_gumbel():
    slopes = []
    for how in ("gumbel", "straight_through"):
        with tf.GradientTape() as tape:
            logits = tf.constant(LOGITS)
            tape.watch(logits)
            shares = relaxed(logits, NOISE, how, 0.5)
            loss = tf.reduce_sum(shares * [[1.0, -2.0, 3.0]])
        slopes.append(tape.gradient(loss, logits).numpy())
    # p = (16, 4, 25) / 45, w = (1, -2, 3): p_i (w_i - w . p) / t, w . p = 83 / 45
    p, w = np.array([16, 4, 25]) / 45, np.array([1.0, -2.0, 3.0])
    np.testing.assert_allclose(slopes[0], [p * (w - 83 / 45) / 0.5], rtol=1e-5)
    np.testing.assert_array_equal(*slopes)


def test_draws_are_of_the_softmax():
    noise = Gumbel().sample((20_000, 3), seed=1)
    draws = drawn(np.repeat(LOGITS, 20_000, axis=0), noise).numpy()
    np.testing.assert_array_equal(np.unique(draws), [0.0, 1.0])
    np.testing.assert_array_equal(draws.sum(axis=1), 1.0)
    # Of 20,000 draws, a share has a standard deviation of .0035 at most.
    np.testing.assert_allclose(draws.mean(axis=0), [1 / 8, 2 / 8, 5 / 8], atol=0.014)


def test_unknown_relaxation():
    with pytest.raises(ValueError, match=r"'gumbel', 'straight_through'.*'hard'"):
        relaxed(LOGITS, NOISE, "hard")
