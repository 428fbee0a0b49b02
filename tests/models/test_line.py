import keras
import numpy as np
import pytest
from scipy import stats

import kgan


@pytest.fixture(scope="module")
def linear():
    """G(z) = 2 z + 1, and D with the logits 3 x - 1."""
    model = kgan.LineGAN(generator_hidden=(), discriminator_hidden=(), seed=0)
    model.generator.set_weights([np.full((1, 1), 2.0), np.full((1,), 1.0)])
    model.discriminator.set_weights([np.full((1, 1), 3.0), np.full((1,), -1.0)])
    return model


def test_the_state_on_the_line(linear):
    state = linear.on_the_line()
    x = state.x
    np.testing.assert_allclose(state.p_data, stats.norm.pdf(x), rtol=1e-12)
    # The mean over one step of the grid.
    np.testing.assert_allclose(state.p_g, stats.norm.pdf(x, 1, 2), atol=1e-5)
    d = 1 / (1 + np.exp(-(3 * x - 1)))
    np.testing.assert_allclose(state.d, d, rtol=1e-6, atol=1e-9)
    p, q = stats.norm.pdf(x), stats.norm.pdf(x, 1, 2)
    np.testing.assert_allclose(state.d_optimal, p / (p + q), atol=1e-4)


def test_the_value_is_that_of_many_samples(linear):
    """Equation 1, as a mean over draws where the grid reaches nearly all of both."""
    wide = kgan.LineGAN(data_std=3.0, generator_hidden=(), discriminator_hidden=())
    for mine, other in zip(wide.weights, linear.weights, strict=True):
        mine.assign(other)
    numbers = wide.on_the_line().numbers()
    rng = np.random.default_rng(0)
    real = 3 * rng.normal(size=10**6)
    fake = 2 * rng.normal(size=10**6) + 1
    log_d = -np.logaddexp(0, -(3 * real - 1))
    log_not_d = -np.logaddexp(0, 3 * fake - 1)
    expected = log_d.mean() + log_not_d.mean()
    error = 4 * np.hypot(log_d.std(), log_not_d.std()) / 1000
    assert numbers["value"] == pytest.approx(expected, abs=error)
    assert numbers["value"] < numbers["optimal_value"] < 0


def test_the_picture_is_figure_1(linear):
    (name, state), *others = linear.pictures().items()
    assert (name, others) == ("figure_1", [])
    pixels = state.draw()
    assert pixels.dtype == np.uint8
    assert pixels.shape[2] == 3
    # Curves, not a blank sheet.
    assert np.unique(pixels.reshape(-1, 3), axis=0).shape[0] > 20


def test_it_is_saved_with_its_density(tmp_path):
    model = kgan.LineGAN(2.0, 0.5, generator_hidden=(4,), seed=0)
    model.compile("adam", "adam")
    model.save(tmp_path / "line.keras")
    loaded = keras.models.load_model(tmp_path / "line.keras")
    assert (loaded.data_mean, loaded.data_std) == (2.0, 0.5)
    np.testing.assert_array_equal(loaded.on_the_line().p_g, model.on_the_line().p_g)


def test_bad_input():
    with pytest.raises(ValueError, match=r"data_std > 0. Received: 0"):
        kgan.LineGAN(data_std=0)
    with pytest.raises(ValueError, match="each of hidden >= 1"):
        kgan.LineGAN(generator_hidden=(0,))
