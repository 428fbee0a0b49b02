"""Nearest neighbours and balls among many vectors, in bounded memory.

Squared distances come from a matrix product, |x|^2 + |y|^2 - 2 x.y, in float64 and in
tiles: at most 1024 x 2048 of them are in memory at a time. Such a distance is accurate
to d eps (|x|^2 + |y|^2). Rounding alone would decide whether copies of one vector seem
to lie apart. A ball therefore reaches to the upper bound of its radius, and a point is
inside the ball if the lower bound of its distance is: ties and copies are inside. This
shifts distances by about 1e-12 of the features' size.
"""

from __future__ import annotations

import numpy as np

# Larger tiles are slower: allocating their memory takes longer than the work saved.
_ROWS, _COLUMNS = 1024, 2048


def nearest(queries: np.ndarray, points: np.ndarray, k: int = 1) -> np.ndarray:
    """Returns the distance from each query to its k-th nearest point.

    Args:
        queries: [n, d].
        points: [m, d], m >= k. If the queries are themselves the points, the nearest
            point of each query is the query: ask for k + 1.
        k: at least 1.

    Returns:
        float64 [n] distances; exactly 0 for copies.
    """
    squared = _nearest_squared(queries, points, k, slack=0.0)
    centre = points.mean(axis=0, dtype="float64")
    # A copy has the same distance from the centre as its original, so the norm of the
    # query alone bounds the rounding error.
    starts = range(0, len(queries), _ROWS)
    norms = [_squared_norms(queries[i : i + _ROWS] - centre) for i in starts]
    rounding = 4.0 * _rounding(queries) * np.concatenate(norms)
    return np.sqrt(np.where(squared <= rounding, 0.0, squared))


def radii(points: np.ndarray, k: int, what: str = "examples") -> np.ndarray:
    """Returns the squared radius of the ball from each point to its k-th neighbour.

    A point is not its own neighbour, but a copy of the point is.

    Args:
        points: [n, d], n > k.
        k: at least 1.
        what: what the points are, for the error message.

    Returns:
        float64 [n], rounded up, for `count_inside`.

    Raises:
        ValueError: for at most k points.
    """
    if len(points) <= k:
        raise ValueError(
            f"Expected more than k={k} {what}, so that each has k neighbours. "
            f"Received: {len(points)}."
        )
    return _nearest_squared(points, points, k + 1, slack=_rounding(points))


def count_inside(
    points: np.ndarray, centres: np.ndarray, squared_radii: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Counts the balls per point and the points per ball.

    Args:
        points: [m, d].
        centres: [n, d].
        squared_radii: [n], from `radii`.

    Returns:
        (the number of balls that contain each point, int64 [m]; the number of points
        in each ball, int64 [n]).
    """
    per_point = np.zeros(len(points), "int64")
    per_ball = np.zeros(len(centres), "int64")
    for balls, inside, squared in _tiles(centres, points, -_rounding(points)):
        hits = squared <= squared_radii[balls, None]
        per_ball[balls] += np.count_nonzero(hits, axis=1)
        per_point[inside] += np.count_nonzero(hits, axis=0)
    return per_point, per_ball


def ranks(queries: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Returns the place of point i among all points, by distance from query i.

    Args:
        queries: [n, d].
        points: [n, d].

    Returns:
        integers [n] from 1. A point as near as point i does not count as nearer.
    """
    nearer = np.zeros(len(queries), "int64")
    for rows, _, squared in _tiles(queries, points, _rounding(points)):
        own = _squared_norms(np.subtract(queries[rows], points[rows], dtype="float64"))
        nearer[rows] += np.count_nonzero(squared < own[:, None], axis=1)
    return nearer + 1


def squared_distances(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Returns |x|^2 + |y|^2 - 2 x.y, float64 [n, m], with rounding errors.

    Args:
        x: float64 [n, d].
        y: float64 [m, d].

    Returns:
        Squared distances; rounding can make those near 0 slightly negative.
    """
    return left_factor(x) @ right_factor(y).T


def left_factor(x: np.ndarray, slack: float = 0.0) -> np.ndarray:
    """Returns (-2 x, (1 + slack) |x|^2, 1), [n, d + 2].

    The product of a `left_factor` and a `right_factor` is

        (1 + slack) (|x|^2 + |y|^2) - 2 x.y

    Args:
        x: float64 [n, d].
        slack: relative to the squared norms.

    Returns:
        float64 [n, d + 2].
    """
    norms = (1.0 + slack) * _squared_norms(x)
    return np.column_stack([-2.0 * x, norms, np.ones(len(x))])


def right_factor(y: np.ndarray, slack: float = 0.0) -> np.ndarray:
    """Returns (y, 1, (1 + slack) |y|^2), [m, d + 2]; see `left_factor`."""
    norms = (1.0 + slack) * _squared_norms(y)
    return np.column_stack([y, np.ones(len(y)), norms])


def _nearest_squared(queries: np.ndarray, points: np.ndarray, k: int, slack: float):
    best = np.full((len(queries), k), np.inf)
    for rows, _, squared in _tiles(queries, points, slack):
        # Most queries find no nearer point in a tile; skip the sorting for them.
        closer = squared.min(axis=1) < best[rows, -1]
        candidates = np.hstack([best[rows][closer], squared[closer]])
        best[rows][closer] = np.partition(candidates, k - 1, axis=1)[:, :k]
    return np.maximum(best[:, -1], 0.0)


def _tiles(x: np.ndarray, y: np.ndarray, slack: float):
    # Yields (rows of x, rows of y, their squared distances) over all pairs. Centred
    # vectors have small squares, and small squares have small rounding errors.
    centre = y.mean(axis=0, dtype="float64")
    for i in range(0, len(x), _ROWS):
        rows = slice(i, i + _ROWS)
        left = left_factor(x[rows] - centre, slack)
        for j in range(0, len(y), _COLUMNS):
            columns = slice(j, j + _COLUMNS)
            right = right_factor(y[columns] - centre, slack)
            yield rows, columns, left @ right.T


def _squared_norms(x: np.ndarray):
    return np.einsum("nd,nd->n", x, x)


def _rounding(x: np.ndarray):
    return (x.shape[1] + 4) * np.finfo("float64").eps
