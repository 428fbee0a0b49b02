"""Synthetic sets, where what a GAN should learn is known exactly."""

import numpy as np


def gaussian(n=50_000, mean=0.0, std=1.0, seed=0):
    """n points of N(mean, std^2) in one dimension, as in figure 1 of arXiv 1406.2661.

    Returns:
        (points [n, 1] float32, modes [n] int32, all 0).
    """
    points = mean + std * np.random.default_rng(seed).standard_normal((n, 1))
    return points.astype("float32"), np.zeros(n, "int32")


def ring(n=50_000, modes=8, radius=1.0, std=0.01, seed=0):
    """A mixture of `modes` Gaussians on a circle.

    Returns:
        (points [n, 2] float32, the mode of each [n] int32).
    """
    return _mixture(ring_centres(modes, radius), n, std, seed)


def grid(n=100_000, side=5, spacing=2.0, std=0.05, seed=0):
    """A mixture of side x side Gaussians: 25 at {-4, -2, 0, 2, 4}^2 by default.

    Returns:
        (points [n, 2] float32, the mode of each [n] int32).
    """
    return _mixture(grid_centres(side, spacing), n, std, seed)


def ring_centres(modes=8, radius=1.0):
    """The centres [modes, 2] of `ring`."""
    angles = 2.0 * np.pi * np.arange(modes) / modes
    return radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def grid_centres(side=5, spacing=2.0):
    """The centres [side^2, 2] of `grid`."""
    ticks = spacing * (np.arange(side) - (side - 1) / 2)
    return np.stack(np.meshgrid(ticks, ticks, indexing="ij"), -1).reshape(-1, 2)


def _mixture(centres, n, std, seed):
    generator = np.random.default_rng(seed)
    modes = generator.integers(len(centres), size=n)
    points = centres[modes] + std * generator.standard_normal((n, centres.shape[1]))
    return points.astype("float32"), modes.astype("int32")


SETS = {"gaussian": gaussian, "grid": grid, "ring": ring}
