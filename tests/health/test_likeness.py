import math

import numpy as np
import pytest

from kgan import health


def test_vectors_to_compare():
    # 28 x 28 in boxes of 2 x 2, 40 x 20 in boxes of 3 x 2 without the last row.
    images = np.arange(28 * 28.0).reshape(1, 28, 28, 1)
    vector = health.comparable(images)
    assert vector.shape == (1, 14 * 14)
    assert vector[0, 0] == (0 + 1 + 28 + 29) / 4
    assert vector[0, 15] == vector[0, 0] + 2 + 56
    assert health.comparable(np.zeros((2, 40, 20, 3))).shape == (2, 13 * 10 * 3)
    assert health.comparable(np.zeros((2, 16, 16, 1))).shape == (2, 256)
    np.testing.assert_array_equal(health.comparable([[1, 2]]), [[1.0, 2.0]])
    assert health.comparable(np.ones((2, 5), "float32")).dtype == "float64"


def test_bandwidth():
    # Distances 1, 3, 4: half of the median.
    assert health.bandwidth(np.array([[0.0], [1.0], [4.0]])) == 1.5


def test_effective_number():
    far = 1000.0 * np.eye(6)
    assert health.effective_number(far, 1.0) == pytest.approx(6)
    # Each twice; all alike.
    assert health.effective_number(far[[0, 1, 2, 0, 1, 2]], 1.0) == pytest.approx(3)
    assert health.effective_number(far[[0] * 6], 1.0) == pytest.approx(1)
    # Two at distance 1 under width 1: K / 2 has eigenvalues (1 +- exp(-1/2)) / 2.
    k = math.exp(-0.5)
    p = np.array([1 + k, 1 - k]) / 2
    expected = math.exp(-np.sum(p * np.log(p)))
    two = np.array([[0.0, 0.0], [0.6, 0.8]])
    assert health.effective_number(two, 1.0) == pytest.approx(expected, rel=1e-12)
    # A set of one image over and over has no width.
    same = np.ones((4, 3))
    assert health.effective_number(same, health.bandwidth(same)) == pytest.approx(1)


def test_copies():
    examples = np.array([[0.0], [3.0], [100.0]])
    # Nearest and second: .5 and 2.5; 1.2 and 1.8; 0 and 3; 10 and 87.
    vectors = np.array([[0.5], [1.2], [3.0], [90.0]])
    assert health.share_of_copies(vectors, examples) == 0.75
    assert health.share_of_copies(vectors, examples[:1]) == 0.0
    # Left out, 0 is 3 and 100 from the others, 3 is 3 and 97, and 100 is 97 and 100.
    share = health.share_of_copies(examples, examples, left_out=True)
    assert share == pytest.approx(2 / 3)
    assert health.share_of_copies(examples[:2], examples[:2], left_out=True) == 0.0
