import numpy as np
import pytest
from scipy import stats

from kgan import metrics
from kgan.metrics.threshold import _beta_interval, _ranks_around


def brute_force(scores, false_alarms):
    """The lowest score that at most alpha (n + 1) - 1 others are above."""
    n = len(scores)
    fits = [s for s in scores if 1 + sum(scores > s) <= false_alarms * (n + 1) + 1e-9]
    return min(fits)


@pytest.mark.parametrize("n", [19, 20, 57, 200])
@pytest.mark.parametrize("false_alarms", [0.05, 0.1, 0.3])
def test_against_a_search_of_all_scores(n, false_alarms):
    scores = np.random.default_rng(n).normal(size=n)
    found = metrics.calibrate(scores, false_alarms)
    assert found.value == brute_force(scores, false_alarms)
    assert (found.count, found.false_alarms) == (n, false_alarms)


def test_new_examples_alarm_as_often_as_asked():
    rng = np.random.default_rng(0)
    shares = []
    for _ in range(400):
        found = metrics.calibrate(rng.exponential(size=99), 0.1)
        # Of the exponential distribution, P(s > t) = exp(-t).
        shares.append(np.exp(-found.value))
    # k = 90 of 99: exactly 0.1 on the average.
    assert np.mean(shares) == pytest.approx(0.1, abs=4 * np.std(shares) / 20)
    low, high = found.shares
    inside = np.mean((np.array(shares) >= low) & (np.array(shares) <= high))
    assert inside == pytest.approx(0.95, abs=0.04)


def test_intervals_against_scipy():
    found = metrics.calibrate(np.arange(1.0, 201.0), 0.05)
    # k = ceil(201 * 0.95) = 191
    assert found.value == 191.0
    expected = stats.beta(201 - 191, 191).ppf([0.025, 0.975])
    assert found.shares == pytest.approx(expected, abs=1e-6)
    assert _beta_interval(3, 5, 0.8) == pytest.approx(stats.beta(3, 5).ppf([0.1, 0.9]))
    below, above = _ranks_around(200, 0.95, 0.95)
    binomial = stats.binom(200, 0.95)
    # P(s_l > quantile) = P(B < l), and no larger rank would do.
    assert binomial.cdf(below - 1) <= 0.025 < binomial.cdf(below)
    assert 1 - binomial.cdf(above - 1) <= 0.025 < 1 - binomial.cdf(above - 2)
    assert (found.low, found.high) == (below, above)


def test_the_interval_of_the_threshold_covers_the_quantile():
    rng = np.random.default_rng(1)
    found = [metrics.calibrate(rng.uniform(size=150), 0.1) for _ in range(300)]
    inside = np.mean([f.low <= 0.9 <= f.high for f in found])
    assert 0.93 <= inside <= 1.0


def test_few_scores_have_no_upper_bound():
    found = metrics.calibrate(np.arange(19.0), 0.05)
    assert found.value == 18.0
    assert found.high == np.inf
    assert found.sentence().startswith("18 (")


def test_equal_scores_are_no_alarms():
    found = metrics.calibrate(np.ones(40), 0.05)
    assert not np.ones(3).max() > found.value


def test_far_out():
    rng = np.random.default_rng(2)
    scores = np.exp(rng.normal(0.0, 0.3, 300))
    assert not len(metrics.far_out(scores))
    scores[[7, 100]] = 30.0, 60.0
    assert metrics.far_out(scores).tolist() == [100, 7]
    assert not len(metrics.far_out(np.full(20, 0.5)))


def test_bad_input():
    with pytest.raises(ValueError, match=r"at least 19 normal examples.*Received: 18"):
        metrics.calibrate(np.ones(18), 0.05)
    with pytest.raises(ValueError, match=r"at least 99 .*0\.01"):
        metrics.calibrate(np.ones(98), 0.01)
    assert metrics.calibrate(np.ones(99), 0.01).count == 99
    with pytest.raises(ValueError, match="false_alarms between 0 and 1"):
        metrics.calibrate(np.ones(30), 0.0)
    with pytest.raises(ValueError, match="confidence between 0 and 1"):
        metrics.calibrate(np.ones(30), 0.1, confidence=1.0)
    with pytest.raises(ValueError, match="Expected finite scores of normal examples"):
        metrics.calibrate([np.nan] * 30)
