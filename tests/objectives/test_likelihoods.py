import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import special, stats

from kgan import likelihoods
from kgan.spaces import Images, Points

SHAPE = (6, 4, 4, 1)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_bernoulli(rng):
    logits = rng.normal(0.0, 3.0, SHAPE)
    bits = rng.integers(0, 2, SHAPE)
    expected = stats.bernoulli(special.expit(logits)).logpmf(bits).sum(axis=(1, 2, 3))
    bernoulli = likelihoods.get("bernoulli")
    x = 2.0 * bits - 1.0
    np.testing.assert_allclose(bernoulli.log_prob(x, logits), expected, rtol=1e-10)
    probabilities = 2 * special.expit(logits) - 1
    np.testing.assert_allclose(bernoulli.mean(logits), probabilities, atol=1e-12)
    # Logits that are far off are finite: 100 nats per pixel.
    far = bernoulli.log_prob(np.ones(SHAPE), np.full(SHAPE, -100.0))
    np.testing.assert_allclose(far, -1600.0, rtol=1e-6)


def test_gaussian(rng):
    x, means = rng.normal(size=(2, 6, 3))
    expected = stats.norm(means, np.sqrt(0.3)).logpdf(x).sum(axis=1)
    actual = likelihoods.Gaussian(0.3).log_prob(x, means)
    np.testing.assert_allclose(actual, expected, rtol=1e-10)


def test_stochastic_binarization_follows_the_gray_level(rng):
    x = np.broadcast_to(np.linspace(-1, 1, 16).reshape(4, 4, 1), (4000, 4, 4, 1))
    x = tf.constant(x, tf.float32)
    stochastic = likelihoods.get("bernoulli_stochastic")
    observed = np.asarray(stochastic.observe(x, rng.random))
    assert set(np.unique(observed)) == {-1.0, 1.0}
    np.testing.assert_allclose(observed.mean(axis=0), x[0], atol=0.06)
    other = stochastic.observe(x, rng.random)
    assert np.mean(observed != other) > 0.2


def test_a_fixed_draw_is_of_the_image_alone(rng):
    x = tf.constant(rng.uniform(-1, 1, (50, 8, 8, 1)), tf.float32)
    static = likelihoods.get("bernoulli_static")
    observed = np.asarray(static.observe(x, rng.random))
    np.testing.assert_array_equal(static.observe(x[7:9]), observed[7:9])
    # Elsewhere than in training, the stochastic one is the same.
    stochastic = likelihoods.get("bernoulli_stochastic")
    np.testing.assert_array_equal(stochastic.observe(x), observed)
    np.testing.assert_allclose(observed.mean(), x.numpy().mean(), atol=0.05)
    # Nor does the number format matter.
    wide = static.observe(tf.cast(x, tf.float64))
    np.testing.assert_array_equal(wide, observed)


def test_gray_pixels_stay_gray():
    x = np.zeros(SHAPE)
    assert likelihoods.Bernoulli().observe(x) is x


def test_config():
    for likelihood in (likelihoods.Bernoulli("static"), likelihoods.Gaussian(0.1)):
        config = keras.saving.serialize_keras_object(likelihood)
        copy = likelihoods.get(config)
        assert type(copy) is type(likelihood)
        assert copy.get_config() == likelihood.get_config()


def test_bad_input():
    with pytest.raises(ValueError, match=r"'static', 'stochastic' or None.*'dynamic'"):
        likelihoods.Bernoulli("dynamic")
    with pytest.raises(ValueError, match=r"variance > 0.*variance=0.0"):
        likelihoods.Gaussian(0.0)
    with pytest.raises(ValueError, match=r"Expected images.*point 2"):
        likelihoods.Bernoulli().check_space(Points(2))
    likelihoods.Bernoulli().check_space(Images((4, 4, 1)))
