import numpy as np
import pytest

from kgan import metrics
from kgan.data import synthetic
from tests.metrics.metric_test_case import run_metric_test


def test_by_hand():
    centres = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]
    # 3 sigma = .3: two good ones at the first mode, one at the third.
    points = [[0.0, 0.29], [0.0, 0.0], [0.69, 0.0], [0.1, 1.1]]
    counts, good = metrics.mode_coverage(points, centres, 0.1)
    np.testing.assert_array_equal(counts, [2, 1, 1])
    np.testing.assert_array_equal(good, [2, 0, 1])
    metric = metrics.ModeCoverage(centres, 0.1)
    with pytest.warns(UserWarning, match="4 examples over 3 modes is biased upwards"):
        values = metric.score(None, points)
    assert values["modes"].value == 2
    assert values["modes"].how == "a count of 3 modes, in 4 examples"
    assert values["high_quality"].value == 0.75
    # 1/2 log(3/2) + 2 1/4 log(3/4)
    expected = 0.5 * np.log(1.5) + 0.5 * np.log(0.75)
    assert values["kl"].value == pytest.approx(expected)


@pytest.mark.parametrize(("name", "modes"), [("grid", 25), ("ring", 8)])
def test_real_data_covers_all(name, modes):
    points, labels = synthetic.SETS[name](n=2500)
    values = metrics.ModeCoverage(name).score(None, points)
    assert values["modes"].value == modes
    # 1 - exp(-9/2) = .989 of a Gaussian in the plane lies within 3 sigma.
    assert values["high_quality"].value == pytest.approx(0.989, abs=0.007)
    counts, _ = metrics.mode_coverage(points, *_target(name))
    np.testing.assert_array_equal(counts, np.bincount(labels))
    # On average (k - 1) / 2n
    assert values["kl"].value < 3 * (modes - 1) / 5000


def _target(name):
    centres = {"grid": synthetic.grid_centres, "ring": synthetic.ring_centres}[name]()
    return centres, {"grid": 0.05, "ring": 0.01}[name]


def test_one_mode():
    values = metrics.ModeCoverage("ring").score(None, np.tile([1.0, 0.0], (100, 1)))
    assert values["modes"].value == 1
    assert values["kl"].value == pytest.approx(np.log(8))
    assert values["kl"].error == pytest.approx(0, abs=1e-9)


def test_error_of_kl_is_its_spread():
    rng = np.random.default_rng(0)
    ring = synthetic.ring_centres()
    p = np.array([4, 3, 2, 2, 2, 1, 1, 1]) / 16
    draws = [ring[rng.choice(8, size=500, p=p)] for _ in range(100)]
    values = [metrics.ModeCoverage("ring").score(None, x)["kl"] for x in draws]
    spread = np.std([v.value for v in values])
    assert np.mean([v.error for v in values]) == pytest.approx(spread, rel=0.25)


def test_stacked_digits():
    labels = np.array([[0, 0, 7], [1, 2, 3], [1, 2, 3]])
    counts = metrics.stacked_digits(labels)
    assert counts.shape == (1000,)
    assert (counts[7], counts[123], counts.sum()) == (1, 2, 3)
    # Other classes do not count.
    for first, shown in ((0, slice(0, 10)), (2, slice(2, 12))):
        logits = np.full((3, 3, 12), 99.0)
        logits[..., shown] = np.random.default_rng(0).normal(size=(3, 3, 10))
        logits[np.arange(3)[:, None], np.arange(3), labels + first] = 9.0
        found = metrics.stacked_digits(logits, first=first)
        np.testing.assert_array_equal(found, counts)


def test_stacked_digits_that_are_all_alike():
    numbers = np.repeat(np.arange(1000), 5)
    labels = np.stack([numbers // 100, numbers // 10 % 10, numbers % 10], axis=1)
    values = metrics.StackedModeCoverage().score(None, labels)
    assert values["modes"].value == 1000
    assert values["kl"].value == pytest.approx(0, abs=1e-12)
    half = metrics.StackedModeCoverage().score(None, np.tile(labels[:2500], (2, 1)))
    assert half["modes"].value == 500
    assert half["kl"].value == pytest.approx(np.log(2))


def test_stream():
    points, _ = synthetic.grid(n=130)
    run_metric_test(metrics.ModeCoverage(capacity=130), {"fake": points})
    logits = np.random.default_rng(0).normal(size=(50, 2, 3)).astype("float32")
    metric = metrics.StackedModeCoverage(classes=3, capacity=50)
    run_metric_test(metric, {"fake": logits})


def test_bad_input():
    metric = metrics.ModeCoverage()
    with pytest.raises(ValueError, match=r"2 dimensions.*shape \(4, 3\)"):
        metric.score(None, np.zeros((4, 3)))
    with pytest.raises(ValueError, match="1 of 4 with NaN"):
        metric.score(None, [[0, 0], [0, np.nan], [0, 0], [0, 0]])
    with pytest.raises(ValueError, match=r"grid, ring, or numbers.*'line'"):
        metrics.ModeCoverage("line")
    with pytest.raises(ValueError, match="std=None"):
        metrics.ModeCoverage([[0.0, 0.0]])
    with pytest.raises(ValueError, match=r"channels, 10 or more\].*\(4, 3, 9\)"):
        metrics.stacked_digits(np.zeros((4, 3, 9)))
    with pytest.raises(ValueError, match=r"0 to 9. Received: labels from 0 to 10"):
        metrics.stacked_digits([[0, 10]])
