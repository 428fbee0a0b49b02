import keras
import numpy as np
import pytest

import kgan
from kgan import metrics


def brute_force(positive, negative):
    wins = sum((p > n) + (p == n) / 2 for p in positive for n in negative)
    return wins / (len(positive) * len(negative))


@pytest.mark.parametrize("levels", [4, 1000])
def test_against_a_count_of_all_pairs(levels):
    rng = np.random.default_rng(0)
    positive = rng.integers(1, levels, 37) / 7
    negative = rng.integers(0, levels - 1, 53) / 7
    area, _ = metrics.auroc(positive, negative)
    assert area == pytest.approx(brute_force(positive, negative), rel=1e-12)
    turned, _ = metrics.auroc(negative, positive)
    assert turned == pytest.approx(1 - area, rel=1e-12)


def test_the_error_is_the_spread_of_repeated_draws():
    rng = np.random.default_rng(1)
    draws = [(rng.normal(1, 1, 60), rng.normal(0, 2, 90)) for _ in range(300)]
    made = np.array([metrics.auroc(*draw) for draw in draws])
    assert made[:, 1].mean() == pytest.approx(made[:, 0].std(), rel=0.15)


def test_scores_and_labels():
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 3, 80)
    scores = rng.normal(size=80) + (labels != 1)
    metric = metrics.AUROC(normal=1)
    value = metric.score(None, scores, labels=labels)["auroc"]
    expected = brute_force(scores[labels != 1], scores[labels == 1])
    assert value.value == pytest.approx(expected, rel=1e-12)
    assert f"{(labels != 1).sum()} anomalous and {(labels == 1).sum()}" in value.how
    scores = scores.astype("float32")
    for rows in (slice(0, 30), slice(30, 80)):
        metric.update_state(fake=scores[rows], labels=labels[rows])
    assert metric.result()["auroc"] == pytest.approx(expected, rel=1e-3)
    copy = kgan.metrics.get(keras.saving.serialize_keras_object(metric))
    assert copy.normal == 1


def test_separated_and_equal_scores():
    labels = np.array([0, 0, 1, 1])
    scores = np.array([1.0, 2.0, 3.0, 4.0])
    assert metrics.AUROC().score(None, scores, labels=labels)["auroc"].value == 1
    same = metrics.AUROC().score(None, 0 * scores, labels=labels)["auroc"]
    assert (same.value, same.error) == (0.5, 0.0)


def test_bad_input():
    metric = metrics.AUROC()
    with pytest.raises(ValueError, match=r"3 normal of 3 examples. Score a split"):
        metric.score(None, np.ones(3), labels=np.zeros(3))
    with pytest.raises(ValueError, match=r"one score per example.*\(3, 2\)"):
        metric.score(None, np.ones((3, 2)), labels=np.zeros(3))
    with pytest.raises(ValueError, match="Expected finite scores"):
        metric.score(None, np.array([1.0, np.nan]), labels=np.array([0, 1]))
    with pytest.raises(ValueError, match=r"labels to be 3 whole numbers"):
        metric.score(None, np.ones(3), labels=np.zeros(2))
