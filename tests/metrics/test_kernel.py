import numpy as np
import pytest

from kgan import metrics
from tests.metrics.metric_test_case import run_metric_test


def double_loop(x, y):
    def k(a, b):
        return (float(a @ b) / len(a) + 1) ** 3

    n, m = len(x), len(y)
    xx = sum(k(x[i], x[j]) for i in range(n) for j in range(n) if i != j)
    yy = sum(k(y[i], y[j]) for i in range(m) for j in range(m) if i != j)
    xy = sum(k(a, b) for a in x for b in y)
    return xx / (n * (n - 1)) + yy / (m * (m - 1)) - 2 * xy / (n * m)


@pytest.fixture
def sets():
    rng = np.random.default_rng(0)
    return rng.normal(size=(25, 7)), 0.5 + rng.normal(size=(17, 7))


def test_against_a_double_loop(sets):
    assert metrics.squared_mmd(*sets) == pytest.approx(double_loop(*sets), rel=1e-12)


def test_subsets(sets):
    real, fake = sets
    distances = metrics.kernel_distances(real, fake, 50, 10, seed=3)
    assert distances.shape == (50,)
    rng = np.random.default_rng(3)
    first = [
        real[rng.choice(25, 10, replace=False)],
        fake[rng.choice(17, 10, replace=False)],
    ]
    assert distances[0] == pytest.approx(double_loop(*first), rel=1e-12)
    metric = metrics.KernelDistance(subsets=50, subset_size=10)
    value = metric.score(real, fake, seed=3)["kernel_distance"]
    assert value.value == pytest.approx(distances.mean(), rel=1e-12)
    assert value.error == pytest.approx(distances.std(), rel=1e-12)
    assert value.how == "standard deviation over 50 subsets of 10"


def test_all_at_once(sets):
    real, fake = sets[0][:17], sets[1]
    value = metrics.KernelDistance(subset_size=17).score(real, fake)["kernel_distance"]
    assert value.value == pytest.approx(double_loop(real, fake), rel=1e-12)
    assert value.error is None


def test_unbiased():
    rng = np.random.default_rng(0)
    draws = [metrics.squared_mmd(*rng.normal(size=(2, 20, 5))) for _ in range(400)]
    assert abs(np.mean(draws)) < 3 * np.std(draws) / np.sqrt(len(draws))
    assert min(draws) < 0


def test_stream(sets):
    sides = {"real": sets[0].astype("float32"), "fake": sets[1].astype("float32")}
    run_metric_test(metrics.KernelDistance(20, 8, capacity=25), sides)


def test_bad_input(sets):
    metric = metrics.KernelDistance()
    with pytest.raises(ValueError, match=r"25 real and 17 generated. Score more"):
        metric.score(*sets)
    with pytest.raises(ValueError, match=r"same shape.*\(25, 6\) and fake \(17, 7\)"):
        metric.score(sets[0][:, 1:], sets[1])
    with pytest.raises(ValueError, match="1 of 25 with NaN"):
        metric.score(np.where(sets[0] == sets[0].max(), np.nan, sets[0]), sets[1])
    with pytest.raises(ValueError, match="subset_size=1"):
        metrics.KernelDistance(subset_size=1)
