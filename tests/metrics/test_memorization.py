import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import cdist

from kgan import metrics
from tests.metrics.metric_test_case import run_metric_test


def draw(n, seed, scale=1.0):
    x = scale * np.random.default_rng(seed).normal(size=(n, 4))
    return x.astype("float32")


def test_against_scipy():
    training, held_out, fake = draw(200, 0), draw(90, 1), draw(110, 2, 1.2)
    # Copies, so that there are ties
    fake[:15] = training[:15]
    values = metrics.Memorization().score(held_out, fake, training=training)
    near_fake = cdist(fake, training).min(axis=1)
    near_held_out = cdist(held_out, training).min(axis=1)
    near_fake[:15] = 0.0
    test = stats.mannwhitneyu(
        near_fake, near_held_out, method="asymptotic", use_continuity=False
    )
    z = values["memorization_z"].value
    assert 2 * stats.norm.sf(abs(z)) == pytest.approx(test.pvalue, rel=1e-9)
    ratio = np.median(near_fake) / np.median(near_held_out)
    assert values["memorization_ratio"].value == pytest.approx(ratio, rel=1e-6)
    share = np.mean(near_fake <= np.quantile(near_held_out, 0.05))
    assert values["memorization_share"].value == pytest.approx(share)


def test_mann_whitney_by_hand():
    # Ranks of x: 1, 2.5; U = 3.5 - 3 = .5, its mean 2;
    # variance 4/12 (5 - (2^3 - 2) / (4 3)) = 1.5
    z = metrics.mann_whitney([0.0, 1.0], [1.0, 2.0])
    assert z == pytest.approx(-1.5 / np.sqrt(1.5))
    assert metrics.mann_whitney([1.0], [1.0, 1.0]) == 0


def test_what_it_tells():
    training, held_out = draw(500, 0), draw(300, 1)

    def score(fake):
        values = metrics.Memorization().score(held_out, fake, training=training)
        return [v.value for v in values.values()]

    ratio, z, share = score(draw(300, 2))
    assert (ratio, share) == pytest.approx((1, 0.05), abs=0.12)
    assert abs(z) < 3
    ratio, z, share = score(training[:300] + draw(300, 3, 0.01))
    assert ratio < 0.1
    assert z < -10
    assert share > 0.9
    ratio, z, _ = score(draw(300, 4, 3.0))
    assert ratio > 1.5
    assert z > 10
    # A few copies among samples that are too far: only the share tells.
    mixed = np.concatenate([training[:60], draw(240, 4, 1.3)])
    ratio, z, share = score(mixed)
    assert ratio > 1
    assert share > 0.2


def test_stream():
    sides = {"training": draw(60, 0), "real": draw(50, 1), "fake": draw(55, 2)}
    run_metric_test(metrics.Memorization(capacity=60), sides)


def test_bad_input():
    training, fake = draw(60, 0), draw(55, 2)
    metric = metrics.Memorization()
    with pytest.raises(ValueError, match="Expected training features"):
        metric.score(fake, fake)
    with pytest.raises(ValueError, match="Received: 40 of 50 that are in the training"):
        held_out = np.concatenate([training[:40], draw(10, 3)])
        metric.score(held_out, fake, training=training)
    with pytest.raises(ValueError, match="same shape"):
        metric.score(fake, fake, training=training[:, :2])
