import numpy as np
import pytest

from kgan.metrics.discriminant import LinearDiscriminant, left_out_accuracy


def test_against_the_equation():
    rng = np.random.default_rng(0)
    labels = np.repeat([2, 5, 9], [20, 30, 25])
    mix = rng.normal(size=(4, 4))
    x = (rng.normal(size=(75, 4)) + labels[:, None] * np.eye(4)[1]) @ mix
    means = {c: x[labels == c].mean(axis=0) for c in (2, 5, 9)}
    within = np.concatenate([x[labels == c] - means[c] for c in means])
    s = within.T @ within / 75
    s = 0.9 * s + 0.1 * np.trace(s) / 4 * np.eye(4)
    new = rng.normal(size=(50, 4)) * 5 @ mix
    inverse = np.linalg.inv(s)
    scores = [new @ inverse @ m - m @ inverse @ m / 2 for m in means.values()]
    expected = np.array([2, 5, 9])[np.argmax(scores, axis=0)]
    told = LinearDiscriminant(x, labels).predict(new)
    assert len(set(expected)) == 3
    np.testing.assert_array_equal(told, expected)


def test_equal_examples_of_each_class():
    x = np.repeat(np.array([[0.0, 0.0], [4.0, 0.0]]), 3, axis=0)
    told = LinearDiscriminant(x, np.repeat([0, 1], 3))
    assert told.predict(np.array([[1.9, 7.0], [2.1, 7.0]])).tolist() == [0, 1]


def test_examples_left_out():
    rng = np.random.default_rng(1)
    labels = np.arange(200) % 2
    # Noise of many dimensions fits what it has learned, and nothing else.
    noise = rng.normal(size=(200, 150))
    assert np.mean(LinearDiscriminant(noise, labels).predict(noise) == labels) > 0.9
    assert left_out_accuracy(noise, labels) == pytest.approx(0.5, abs=0.12)
    # Of means 2 deviations apart, a share Phi(1) = 0.841 is told.
    x = rng.normal(size=(4000, 1)) + 2.0 * (np.arange(4000) % 2)[:, None]
    accuracy = left_out_accuracy(x, np.arange(4000) % 2)
    assert accuracy == pytest.approx(0.841, abs=0.02)
    few = np.array([[0.0], [0.1], [5.0], [5.1]])
    assert left_out_accuracy(few, np.array([0, 0, 1, 1])) == 1.0
