import numpy as np
import pytest
from scipy import special, stats

from kgan import metrics
from kgan.metrics import parzen
from tests.metrics.metric_test_case import run_metric_test


def images(n, seed, level=0.0):
    pixels = np.random.default_rng(seed).normal(level, 0.3, size=(n, 3, 4, 1))
    return np.clip(pixels, -1, 1).astype("float32")


def by_scipy(examples, centres, sigma):
    dimension = examples.shape[1]
    each = [stats.multivariate_normal(c, sigma**2 * np.eye(dimension)) for c in centres]
    log_p = np.array([density.logpdf(examples) for density in each])
    return special.logsumexp(log_p, axis=0) - np.log(len(centres))


@pytest.mark.parametrize("sigma", [0.02, 0.1, 1.0])
def test_against_scipy(sigma):
    rng = np.random.default_rng(0)
    # More than one chunk
    examples, centres = rng.uniform(size=(300, 5)), rng.uniform(size=(40, 5))
    likelihoods = metrics.parzen_log_likelihoods(examples, centres, sigma)
    expected = by_scipy(examples, centres, sigma)
    np.testing.assert_allclose(likelihoods, [expected], rtol=1e-10)


def test_far_examples_do_not_underflow():
    # One centre at distance 10: - 10^2 / 2 .1^2 - log(.1 sqrt(2 pi))
    (likelihood,) = metrics.parzen_log_likelihoods([[10.0]], [[0.0]], 0.1)
    expected = -5000 - np.log(0.1 * np.sqrt(2 * np.pi))
    assert likelihood == pytest.approx(expected)


def test_sigma_is_the_likeliest_on_the_first_thousand(monkeypatch):
    monkeypatch.setattr(parzen, "VALIDATION_LIMIT", 50)
    rng = np.random.default_rng(0)
    centres, validation = rng.normal(0, 0.3, (80, 2)), rng.normal(0, 0.3, (70, 2))
    # Past the limit: these would call for the widest.
    validation[50:] = 5.0
    means = [by_scipy(validation[:50], centres, s).mean() for s in parzen.SIGMAS]
    best = parzen.SIGMAS[np.argmax(means)]
    assert 0.1 < best < 1
    assert metrics.choose_sigma(validation, centres) == pytest.approx(best)


def test_sigma_at_the_end_is_warned_of():
    with pytest.warns(UserWarning, match=r"width, 0.1, is at the end.*downwards"):
        metrics.choose_sigma(np.zeros((5, 2)), np.zeros((5, 2)))


def test_score_is_in_unit_pixels():
    test, fake, validation = images(30, 0), images(60, 1), images(20, 2)
    value = metrics.ParzenWindow().score(test, fake, validation=validation)["parzen"]
    unit = [(x.reshape(len(x), -1) + 1) / 2 for x in (test, fake, validation)]
    sigma = metrics.choose_sigma(unit[2], unit[1])
    expected = by_scipy(unit[0], unit[1], sigma)
    assert value.value == pytest.approx(expected.mean(), rel=1e-6)
    assert value.error == pytest.approx(expected.std() / np.sqrt(30), rel=1e-5)
    assert value.how == (
        "standard error over 30 test images, in nats; 60 centres, sigma "
        f"{sigma:.4g}, the best on 20 validation images"
    )


def test_stream():
    sides = {"real": images(30, 0), "fake": images(60, 1), "validation": images(20, 2)}
    run_metric_test(metrics.ParzenWindow(capacity=60), sides)
    del sides["validation"]
    run_metric_test(metrics.ParzenWindow(sigma=0.2, capacity=60), sides)


def test_bad_input():
    metric, x = metrics.ParzenWindow(), images(5, 0)
    with pytest.raises(ValueError, match=r"validation images, or a sigma. Received: n"):
        metric.score(x, x)
    with pytest.raises(ValueError, match=r"in \[-1, 1\].*from 0 to 255"):
        metric.score(255.0 * (x > 0), x, validation=x)
    with pytest.raises(ValueError, match="same shape"):
        metric.score(x[:, 1:], x, validation=x)
    with pytest.raises(ValueError, match=r"\[n, height, width, channels\]"):
        metric.score(x[..., 0], x, validation=x)
    with pytest.raises(ValueError, match="sigma > 0"):
        metrics.ParzenWindow(sigma=0.0)
    with pytest.raises(ValueError, match="sigmas > 0"):
        metrics.parzen_log_likelihoods(np.zeros((2, 2)), np.zeros((2, 2)), [0.1, 0.0])
