import numpy as np
import pytest
from scipy.spatial.distance import cdist

from kgan.metrics import distances


@pytest.fixture(autouse=True)
def small_tiles(monkeypatch):
    monkeypatch.setattr(distances, "_ROWS", 5)
    monkeypatch.setattr(distances, "_COLUMNS", 7)


@pytest.fixture
def points():
    return np.random.default_rng(0).normal(size=(33, 4)).astype("float32")


@pytest.mark.parametrize("k", [1, 3])
def test_nearest(points, k):
    queries = points[::3] + 1
    expected = np.sort(cdist(queries, points))[:, k - 1]
    np.testing.assert_allclose(distances.nearest(queries, points, k), expected)


def test_nearest_of_copies(points):
    far = 1e3 * points + 1e5
    np.testing.assert_array_equal(distances.nearest(far[:9], far), 0.0)
    apart = distances.nearest(far, far, k=2)
    expected = np.sort(cdist(far, far))[:, 1]
    np.testing.assert_allclose(apart, expected, rtol=1e-6)


def test_radii(points):
    expected = np.sort(cdist(points, points))[:, 3] ** 2
    np.testing.assert_allclose(distances.radii(points, 3), expected, rtol=1e-9)


def test_radii_of_copies(points):
    doubled = np.concatenate([points] * 4)
    # Each has three copies: balls of radius 0 that hold just these.
    radii = distances.radii(doubled, 3)
    assert radii.max() < 1e-12
    inside, per_ball = distances.count_inside(points, doubled, radii)
    np.testing.assert_array_equal(inside, 4)
    np.testing.assert_array_equal(per_ball, 1)


def test_ties_are_inside():
    # Whole numbers have many equal distances, which brute force sees exactly.
    rng = np.random.default_rng(1)
    centres, points = rng.integers(0, 4, (40, 3)), rng.integers(0, 4, (30, 3))
    squared = cdist(centres, centres, "sqeuclidean")
    radii = np.sort(squared)[:, 3]
    inside = cdist(centres, points, "sqeuclidean") <= radii[:, None]
    for scale in (1.0, 0.1):
        c, p = scale * centres, scale * points
        per_point, per_ball = distances.count_inside(p, c, distances.radii(c, 3))
        np.testing.assert_array_equal(per_point, inside.sum(axis=0))
        np.testing.assert_array_equal(per_ball, inside.sum(axis=1))


def test_too_few():
    with pytest.raises(ValueError, match=r"more than k=3 real examples.*Received: 3"):
        distances.radii(np.zeros((3, 2)), 3, "real examples")
