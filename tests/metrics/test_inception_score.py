import numpy as np
import pytest

from kgan import metrics
from tests.metrics.metric_test_case import run_metric_test


def one_hot_logits(labels, classes):
    return 1e4 * np.eye(classes, dtype="float32")[labels]


def test_by_hand():
    # Sure of each, all classes alike: as many as there are classes
    every = one_hot_logits(np.arange(40) % 4, 4)
    np.testing.assert_allclose(metrics.inception_scores(every, splits=1), [4.0])
    # One class alone, or never sure: 1
    np.testing.assert_allclose(metrics.inception_scores(0 * every, splits=1), [1.0])
    same = one_hot_logits(np.zeros(40, int), 4)
    np.testing.assert_allclose(metrics.inception_scores(same, splits=1), [1.0])
    # p(y|x) = (3/4, 1/4) and (1/4, 3/4), p(y) = (1/2, 1/2)
    logits = np.log([[3.0, 1.0], [1.0, 3.0]])
    kl = 0.75 * np.log(1.5) + 0.25 * np.log(0.5)
    np.testing.assert_allclose(metrics.inception_scores(logits, 1), [np.exp(kl)])


def test_splits_are_shuffled():
    # In order, each split would have one class, and a score of 1.
    logits = one_hot_logits(np.repeat(np.arange(4), 100), 4)
    assert metrics.inception_scores(logits, splits=4).min() > 3.5


def test_splits():
    logits = np.random.default_rng(0).normal(size=(83, 5))
    scores = metrics.inception_scores(logits, 10, seed=2)
    order = np.random.default_rng(2).permutation(83)
    # 83 = 3 * 9 + 7 * 8
    alone = metrics.inception_scores(logits[order[:9]], 1)
    np.testing.assert_allclose(scores[0], alone[0])
    value = metrics.InceptionScore().score(None, logits, seed=2)["inception_score"]
    assert value.value == pytest.approx(scores.mean())
    assert value.error == pytest.approx(scores.std())


def test_stream():
    rng = np.random.default_rng(0)
    sides = {"fake": rng.normal(size=(83, 5)).astype("float32")}
    run_metric_test(metrics.InceptionScore(capacity=100), sides)


def test_real_examples_are_not_looked_at():
    logits = np.random.default_rng(0).normal(size=(83, 5)).astype("float32")
    metric = metrics.InceptionScore()
    metric.update_state(real=np.full((3, 5), np.nan), fake=logits)
    assert metric.values() == metric.score(None, logits)


def test_bad_input():
    logits = np.zeros((20, 3))
    with pytest.warns(UserWarning, match=r"2 examples, of 3 classes, is biased downw"):
        metrics.inception_scores(logits)
    with pytest.raises(ValueError, match="at least 10 logits"):
        metrics.inception_scores(logits[:9])
    with pytest.raises(ValueError, match=r"logits. Received: none"):
        metrics.InceptionScore().result()
    with pytest.raises(ValueError, match="splits >= 1"):
        metrics.InceptionScore(splits=0)
