import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from kgan.random import philox


def drawn(draw, shape, seed, xla):
    def call(seed):
        with philox.compiled_by_xla(xla):
            return draw(shape, seed)

    return tf.function(call, jit_compile=xla)(tf.constant(seed)).numpy()


@pytest.mark.parametrize("shape", [(3,), (64, 30)])
@pytest.mark.parametrize("seed", [(3, 4), (-1, 2**31 - 1)])
def test_xla_draws_what_the_kernels_draw(shape, seed):
    kernels = [drawn(d, shape, seed, False) for d in (philox.uniform, philox.normal)]
    xla = [drawn(d, shape, seed, True) for d in (philox.uniform, philox.normal)]
    np.testing.assert_array_equal(xla[0], kernels[0])
    # Sines and logarithms round otherwise.
    np.testing.assert_allclose(xla[1], kernels[1], atol=1e-5)


def test_the_kernels_numbers():
    # As TensorFlow 2.21 draws them, so that samples of a seed stay what they are.
    np.testing.assert_allclose(
        philox.uniform([3], [3, 4]), [0.24328744, 0.9835063, 0.22041726], rtol=1e-6
    )


def test_range():
    x = philox.uniform([10_000], [0, 1], -2.0, 3.0)
    assert -2.0 <= np.min(x) < -1.99
    assert 2.99 < np.max(x) < 3.0
    assert abs(np.mean(x) - 0.5) < 0.05


def test_numbers_that_examples_decide():
    rng = np.random.default_rng(0)
    examples = rng.integers(0, 256, (2000, 5, 3), dtype="uint8")
    numbers = philox.uniform_of(tf.constant(examples)).numpy()
    assert numbers.shape == examples.shape
    assert stats.kstest(numbers.ravel(), "uniform").pvalue > 1e-3
    # Of the example alone: not of its place or its neighbours.
    np.testing.assert_array_equal(philox.uniform_of(examples[40:42]), numbers[40:42])
    # A change of one level changes all numbers.
    other = examples[:1].copy()
    other[0, 0, 0] ^= 1
    assert np.mean(philox.uniform_of(other).numpy() == numbers[:1]) < 0.1
    across = np.corrcoef(numbers.reshape(2000, -1), rowvar=False)
    assert np.abs(across - np.eye(15)).max() < 0.1
