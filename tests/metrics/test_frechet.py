import numpy as np
import pytest
import scipy.linalg

from kgan import metrics
from kgan.metrics.frechet import Gaussian
from tests.metrics.metric_test_case import run_metric_test


def features(n, d, seed=0, scale=1.0, shift=0.0):
    rng = np.random.default_rng(seed)
    mixing = rng.normal(size=(d, d)) / np.sqrt(d)
    return (scale * rng.normal(size=(n, d)) @ mixing + shift).astype("float32")


def by_sqrtm(real, fake):
    a, b = np.cov(real, rowvar=False), np.cov(fake, rowvar=False)
    root = scipy.linalg.sqrtm(a @ b).real
    difference = real.mean(0, dtype="float64") - fake.mean(0, dtype="float64")
    return difference @ difference + np.trace(a + b - 2 * root)


def test_against_sqrtm():
    real, fake = features(500, 40), features(300, 40, seed=1, scale=1.3, shift=0.2)
    distance = metrics.frechet_distance(metrics.gaussian(real), metrics.gaussian(fake))
    assert distance == pytest.approx(by_sqrtm(real, fake), rel=1e-9)


def test_against_sqrtm_with_fewer_examples_than_features():
    real, fake = features(60, 100), features(40, 100, seed=1, shift=0.2)
    with pytest.warns(UserWarning, match="40 examples with 100 features is biased"):
        distance = metrics.frechet_distance(
            metrics.gaussian(real), metrics.gaussian(fake)
        )
    # sqrtm is told of no null space; the root of its rounding is what it is worth.
    assert distance == pytest.approx(by_sqrtm(real, fake), rel=1e-5)
    # Exact for any rank: singular values of the product of the centred features.
    real, fake = real.astype("float64"), fake.astype("float64")
    x = (real - real.mean(0)) / np.sqrt(59)
    y = (fake - fake.mean(0)) / np.sqrt(39)
    exact = np.square(real.mean(0) - fake.mean(0)).sum()
    exact += np.square(x).sum() + np.square(y).sum()
    exact -= 2 * scipy.linalg.svdvals(x @ y.T).sum()
    assert distance == pytest.approx(exact, rel=1e-9)


def test_by_hand():
    # (0 - 3)^2 + (1 - 2)^2 along each of the axes, which commute
    a = Gaussian(np.zeros(2), np.diag([1.0, 0.0]), 10)
    b = Gaussian(np.array([3.0, 0.0]), np.diag([4.0, 9.0]), 10)
    assert metrics.frechet_distance(a, b) == pytest.approx(9 + 1 + 9, abs=1e-12)
    assert metrics.frechet_distance(b, b) == pytest.approx(0, abs=1e-12)


def test_collapsed_generator():
    real = features(50, 3)
    fake = np.ones((50, 3), "float32")
    expected = np.cov(real, rowvar=False).trace()
    expected += np.square(real.mean(0, dtype="float64") - 1).sum()
    value = metrics.FrechetDistance().score(real, fake)["frechet_distance"]
    assert value.value == pytest.approx(expected, rel=1e-9)
    assert value.error == 0


def test_error_is_the_spread_of_repeated_draws():
    reference = metrics.gaussian(features(4000, 4))
    rng = np.random.default_rng(1)
    scores = []
    for _ in range(60):
        fake = rng.normal(size=(400, 4)) * [2, 1, 0.5, 1] + 0.5
        value = metrics.FrechetDistance().score(reference, fake)["frechet_distance"]
        scores.append((value.value, value.error))
    values, errors = np.transpose(scores)
    # A standard deviation from 60 draws is known to within a tenth.
    assert errors.mean() == pytest.approx(values.std(), rel=0.3)


def test_stream():
    sides = {"real": features(90, 6), "fake": features(83, 6, seed=1, shift=0.3)}
    run_metric_test(metrics.FrechetDistance(), sides)


def test_stream_far_from_zero():
    real, fake = features(200, 3) + 1e4, features(200, 3, seed=1) + 1e4
    metric = metrics.FrechetDistance()
    metric.update_state(real=real[:50], fake=fake)
    metric.update_state(real=real[50:])
    expected = metrics.frechet_distance(
        metrics.gaussian(real - 1e4), metrics.gaussian(fake - 1e4)
    )
    assert metric.result()["frechet_distance"] == pytest.approx(expected, rel=1e-9)


def test_bad_input():
    metric = metrics.FrechetDistance()
    x = features(20, 3)
    with pytest.raises(ValueError, match=r"features \[n, d\]. Received: shape \(20,\)"):
        metrics.gaussian(x[:, 0])
    with pytest.raises(
        ValueError, match=r"at least 2 features. Received: shape \(1, 3\)"
    ):
        metrics.gaussian(x[:1])
    broken = x.copy()
    broken[[4, 7], 1] = np.nan, np.inf
    with pytest.raises(ValueError, match=r"2 of 20 with NaN.* first at index 4"):
        metrics.gaussian(broken)
    with pytest.raises(ValueError, match="3 and 2 features"):
        metric.score(x, x[:, :2])
    with pytest.raises(ValueError, match=r"at least 2 real examples. Received: 0"):
        metric.result()
    metric.update_state(real=x, fake=broken)
    with pytest.raises(ValueError, match="NaN or infinite"):
        metric.result()
    with pytest.raises(ValueError, match=r"shape \(3,\).*batch of shape \(20, 2\)"):
        metric.update_state(fake=x[:, :2])
    with pytest.raises(ValueError, match="covariance"):
        Gaussian(np.zeros(2), np.zeros((3, 3)), 5)
