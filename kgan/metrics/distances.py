"""Nearest neighbours and balls among many vectors, in bounded memory.

Squared distances come from a matrix product, |x|^2 + |y|^2 - 2 x.y, in float64 and a
tile at a time: 1024 x 2048 of them are held, however many there are. Such a distance is
known to within d eps (|x|^2 + |y|^2), so that copies of one vector would seem to lie
apart or not as rounding has it. Balls therefore reach to the upper bound of their
radius, and a point is inside if the lower bound of its distance is: ties and copies are
inside. This shifts distances by about 1e-12 of the features' size.
"""

import numpy as np

# Larger tiles cost more in fresh memory than they save in copies of their factors.
_ROWS, _COLUMNS = 1024, 2048


def nearest(queries, points, k=1):
    """The distance of each query to the k-th nearest of points.

    Args:
        queries: [n, d].
        points: [m, d], m >= k. Where the queries are the points, each is its own
            nearest: ask for k + 1.
        k: at least 1.

    Returns:
        float64 [n]; exactly 0 for copies.
    """
    squared = _nearest_squared(queries, points, k, slack=0.0)
    centre = points.mean(axis=0, dtype="float64")
    # Copies lie equally far from the centre.
    starts = range(0, len(queries), _ROWS)
    norms = [_squared_norms(queries[i : i + _ROWS] - centre) for i in starts]
    rounding = 4.0 * _rounding(queries) * np.concatenate(norms)
    return np.sqrt(np.where(squared <= rounding, 0.0, squared))


def radii(points, k, what="examples"):
    """The squared radius of the ball around each point that reaches its k-th neighbour.

    The point itself is not its neighbour; a copy of it is.

    Args:
        points: [n, d], n > k.
        k: at least 1.
        what: what the points are, for the message.

    Returns:
        float64 [n], rounded up, for `count_inside`.

    Raises:
        ValueError: if there are not more than k points.
    """
    if len(points) <= k:
        raise ValueError(
            f"Expected more than k={k} {what}, for each to have k neighbours. "
            f"Received: {len(points)}."
        )
    return _nearest_squared(points, points, k + 1, slack=_rounding(points))


def count_inside(points, centres, squared_radii):
    """Which points lie in which balls.

    Args:
        points: [m, d].
        centres: [n, d].
        squared_radii: [n], from `radii`.

    Returns:
        (balls that each point is in, int64 [m]; points in each ball, int64 [n]).
    """
    per_point = np.zeros(len(points), "int64")
    per_ball = np.zeros(len(centres), "int64")
    for balls, inside, squared in _tiles(centres, points, -_rounding(points)):
        hits = squared <= squared_radii[balls, None]
        per_ball[balls] += np.count_nonzero(hits, axis=1)
        per_point[inside] += np.count_nonzero(hits, axis=0)
    return per_point, per_ball


def squared_distances(x, y):
    """|x|^2 + |y|^2 - 2 x.y of float64 x [n, d] and y [m, d]; a little below 0 too."""
    return left_factor(x) @ right_factor(y).T


def left_factor(x, slack=0.0):
    """(-2 x, (1 + slack) |x|^2, 1), whose products with `right_factor`s are

        (1 + slack) (|x|^2 + |y|^2) - 2 x.y

    Args:
        x: float64 [n, d].
        slack: relative to the squared norms.

    Returns:
        float64 [n, d + 2].
    """
    norms = (1.0 + slack) * _squared_norms(x)
    return np.column_stack([-2.0 * x, norms, np.ones(len(x))])


def right_factor(y, slack=0.0):
    """(y, 1, (1 + slack) |y|^2); see `left_factor`."""
    norms = (1.0 + slack) * _squared_norms(y)
    return np.column_stack([y, np.ones(len(y)), norms])


def _nearest_squared(queries, points, k, slack):
    best = np.full((len(queries), k), np.inf)
    for rows, _, squared in _tiles(queries, points, slack):
        # Most tiles hold no nearer points for most of the queries.
        closer = squared.min(axis=1) < best[rows, -1]
        candidates = np.hstack([best[rows][closer], squared[closer]])
        best[rows][closer] = np.partition(candidates, k - 1, axis=1)[:, :k]
    return np.maximum(best[:, -1], 0.0)


def _tiles(x, y, slack):
    # (rows of x, rows of y, their squared distances), over all pairs. Near 0 the
    # squares are small, and with them their rounding.
    centre = y.mean(axis=0, dtype="float64")
    for i in range(0, len(x), _ROWS):
        rows = slice(i, i + _ROWS)
        left = left_factor(x[rows] - centre, slack)
        for j in range(0, len(y), _COLUMNS):
            columns = slice(j, j + _COLUMNS)
            right = right_factor(y[columns] - centre, slack)
            yield rows, columns, left @ right.T


def _squared_norms(x):
    return np.einsum("nd,nd->n", x, x)


def _rounding(x):
    return (x.shape[1] + 4) * np.finfo("float64").eps
