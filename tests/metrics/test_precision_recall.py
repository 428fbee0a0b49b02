import numpy as np
import pytest
from scipy.spatial.distance import cdist

from kgan import metrics
from tests.metrics.metric_test_case import run_metric_test


def brute_force(real, fake, k):
    """precision, recall, density and coverage, one pair at a time."""

    def radius(points, i):
        others = np.delete(points, i, axis=0)
        return np.sort(cdist(points[i : i + 1], others)[0])[k - 1]

    def inside(x, points, radii):
        # The tolerance is for ties, which rounding would break either way.
        pairs = zip(points, radii, strict=True)
        return [np.linalg.norm(x - p) <= r * (1 + 1e-12) for p, r in pairs]

    real_radii = [radius(real, i) for i in range(len(real))]
    fake_radii = [radius(fake, i) for i in range(len(fake))]
    by_real = np.array([inside(x, real, real_radii) for x in fake])
    by_fake = np.array([inside(x, fake, fake_radii) for x in real])
    return (
        by_real.any(axis=1).mean(),
        by_fake.any(axis=1).mean(),
        by_real.sum() / (k * len(fake)),
        by_real.any(axis=0).mean(),
    )


@pytest.fixture
def sets():
    rng = np.random.default_rng(0)
    fake = 0.8 * rng.normal(size=(31, 3)) + 1.2
    # A generator that repeats itself
    fake[20:] = fake[:11]
    return rng.normal(size=(43, 3)), fake


@pytest.mark.parametrize("k", [1, 3, 5])
def test_against_brute_force(sets, k):
    precision, recall, density, coverage = brute_force(*sets, k)
    assert 0 < precision < 1
    assert 0 < coverage < 1
    assert metrics.precision_recall(*sets, k) == pytest.approx((precision, recall))
    assert metrics.density_coverage(*sets, k) == pytest.approx((density, coverage))


def test_by_hand():
    # On a line, k = 1: real balls [-1, 1], [0, 2], [1, 5],
    # fake balls [1.5, 2.5], [2, 3] and [2.5, 15.5].
    real, fake = np.array([[0.0], [1.0], [3.0]]), np.array([[2.0], [2.5], [9.0]])
    assert metrics.precision_recall(real, fake, 1) == (2 / 3, 1 / 3)
    # 2 is in two real balls, at the very edge of one, and 2.5 in one.
    assert metrics.density_coverage(real, fake, 1) == (1, 2 / 3)


def test_real_against_itself(sets):
    real, _ = sets
    assert metrics.precision_recall(real, real) == (1, 1)
    density, coverage = metrics.density_coverage(real, real, 5)
    assert coverage == 1
    # Each of 43 balls holds its centre and 5 neighbours.
    assert density == pytest.approx(6 / 5)


def test_errors_are_those_of_shares(sets):
    values = metrics.PrecisionRecall().score(*sets)
    p = values["precision"].value
    assert values["precision"].error == pytest.approx(np.sqrt(p * (1 - p) / 31))
    assert values["recall"].how == "standard error over 43 real examples"


@pytest.mark.parametrize("metric", [metrics.PrecisionRecall, metrics.DensityCoverage])
def test_stream(sets, metric):
    sides = {"real": sets[0].astype("float32"), "fake": sets[1].astype("float32")}
    run_metric_test(metric(k=2, capacity=50), sides)


def test_bad_input(sets):
    real, fake = sets
    with pytest.raises(ValueError, match=r"more than k=3 generated examples.*: 3"):
        metrics.precision_recall(real, fake[:3])
    with pytest.raises(ValueError, match=r"more than k=5 real examples.*: 5"):
        metrics.density_coverage(real[:5], fake)
    with pytest.raises(ValueError, match="same shape"):
        metrics.density_coverage(real, fake[:, :2])
    with pytest.raises(ValueError, match="k >= 1"):
        metrics.PrecisionRecall(k=0)
    with pytest.raises(ValueError, match="k >= 1"):
        metrics.DensityCoverage(k=0)
