import math

import numpy as np
import pytest

from kgan import health


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
