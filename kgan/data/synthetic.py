"""Synthetic sets, whose distributions are known exactly."""

import numpy as np


def gaussian(
    n: int = 50_000, mean: float = 0.0, std: float = 1.0, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """n points of N(mean, std^2) in one dimension, as in figure 1 of arXiv 1406.2661.

        >>> points, modes = kgan.data.synthetic.gaussian(100, mean=3.0)
        >>> points.shape
        (100, 1)

    Args:
        n: the number of points.
        mean, std: of the Gaussian.
        seed: integer, fixes the points.

    Returns:
        (points [n, 1] float32, modes [n] int32, all 0).
    """
    points = mean + std * np.random.default_rng(seed).standard_normal((n, 1))
    return points.astype("float32"), np.zeros(n, "int32")


def ring(
    n: int = 50_000,
    modes: int = 8,
    radius: float = 1.0,
    std: float = 0.01,
    seed: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """A mixture of `modes` Gaussians on a circle.

    Args:
        n: the number of points.
        modes: the number of Gaussians.
        radius: of the circle.
        std: of each Gaussian, in each coordinate.
        seed: integer, fixes the points.

    Returns:
        (points [n, 2] float32, the mode of each [n] int32).
    """
    return _mixture(ring_centres(modes, radius), n, std, seed)


def grid(
    n: int = 100_000,
    side: int = 5,
    spacing: float = 2.0,
    std: float = 0.05,
    seed: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """A mixture of side x side Gaussians: 25 at {-4, -2, 0, 2, 4}^2 by default.

    Args:
        n: the number of points.
        side: Gaussians per side of the grid.
        spacing: the distance of neighbouring centres.
        std: of each Gaussian, in each coordinate.
        seed: integer, fixes the points.

    Returns:
        (points [n, 2] float32, the mode of each [n] int32).
    """
    return _mixture(grid_centres(side, spacing), n, std, seed)


def ring_centres(modes: int = 8, radius: float = 1.0) -> np.ndarray:
    """The centres of `ring`, float64 [modes, 2]."""
    angles = 2.0 * np.pi * np.arange(modes) / modes
    return radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def grid_centres(side: int = 5, spacing: float = 2.0) -> np.ndarray:
    """The centres of `grid`, float64 [side^2, 2]."""
    ticks = spacing * (np.arange(side) - (side - 1) / 2)
    return np.stack(np.meshgrid(ticks, ticks, indexing="ij"), -1).reshape(-1, 2)


def _mixture(centres: np.ndarray, n: int, std: float, seed: int):
    generator = np.random.default_rng(seed)
    modes = generator.integers(len(centres), size=n)
    points = centres[modes] + std * generator.standard_normal((n, centres.shape[1]))
    return points.astype("float32"), modes.astype("int32")


SETS = {"gaussian": gaussian, "grid": grid, "ring": ring}
