import itertools

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from kgan.metrics.matching import best_matching


@pytest.mark.parametrize("shape", [(1, 1), (4, 4), (3, 6), (7, 2), (9, 9)])
def test_against_scipy(shape):
    rng = np.random.default_rng(0)
    for draw in range(20):
        # Every second table has many ties.
        whole = rng.integers(0, 4, shape)
        gains = whole if draw % 2 else rng.normal(size=shape)
        matching = best_matching(gains)
        rows = np.flatnonzero(matching >= 0)
        assert len(rows) == len(set(matching[rows])) == min(shape)
        expected = gains[linear_sum_assignment(gains, maximize=True)].sum()
        assert gains[rows, matching[rows]].sum() == pytest.approx(expected)


def test_against_all_orders():
    gains = np.random.default_rng(1).normal(size=(5, 5))
    orders = itertools.permutations(range(5))
    best = max(orders, key=lambda order: gains[np.arange(5), list(order)].sum())
    assert best_matching(gains).tolist() == list(best)
