"""The best one-to-one matching: Kuhn 1955, "The Hungarian method for the assignment
problem", by shortest augmenting paths as in Jonker and Volgenant 1987."""

from __future__ import annotations

import numpy as np


def best_matching(gains: np.ndarray) -> np.ndarray:
    """Returns the column of each row, so that the sum of the gains is the largest.

    >>> gains = np.array([[9.0, 8.0], [9.0, 1.0]])
    >>> kgan.metrics.matching.best_matching(gains)
    array([1, 0])

    Args:
        gains: finite numbers [rows, columns].

    Returns:
        int64 [rows]: each column belongs to at most one row. With more rows than
        columns, rows without a column have -1. The time is that of the third power of
        the longer side.
    """
    rows, columns = gains.shape
    size = max(rows, columns)
    costs = np.zeros((size + 1, size + 1))
    costs[1 : rows + 1, 1 : columns + 1] = -np.asarray(gains, "float64")
    # Number 0 is no row and no column. Potentials u + v never exceed the costs, and
    # equal them where a row has its column.
    u, v = np.zeros(size + 1), np.zeros(size + 1)
    row_of = np.zeros(size + 1, "int64")
    for row in range(1, size + 1):
        row_of[0], column = row, 0
        shortest = np.full(size + 1, np.inf)
        before = np.zeros(size + 1, "int64")
        done = np.zeros(size + 1, bool)
        while row_of[column]:
            done[column] = True
            reduced = costs[row_of[column]] - u[row_of[column]] - v
            closer = ~done & (reduced < shortest)
            shortest[closer], before[closer] = reduced[closer], column
            distances = np.where(done, np.inf, shortest)
            distances[0] = np.inf
            following = int(distances.argmin())
            step = distances[following]
            u[row_of[done]] += step
            v[done] -= step
            shortest[~done] -= step
            column = following
        while column:
            row_of[column] = row_of[before[column]]
            column = before[column]
    matching = np.empty(size, "int64")
    matching[row_of[1:] - 1] = np.arange(size)
    return np.where(matching < columns, matching, -1)[:rows]
