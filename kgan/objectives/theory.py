"""What the game of 2014 comes to, on the real line, where all of it is computable.

Goodfellow et al. 2014, "Generative adversarial nets" (arXiv 1406.2661), section 4.
Densities are arrays of their values at the points `x` of an even grid; integrals are
sums by the trapezoidal rule, which is exact to rounding for smooth densities that
vanish at both ends of the grid.
"""

from __future__ import annotations

import numpy as np


def optimal_discriminator(p_data: np.ndarray, p_g: np.ndarray) -> np.ndarray:
    """D*(x) = p_data(x) / (p_data(x) + p_g(x)), equation 2; 1/2 where both are 0.

    >>> kgan.theory.optimal_discriminator(np.array([0.3]), np.array([0.1]))
    array([0.75])

    Args:
        p_data, p_g: densities, arrays of one shape.
    """
    both = p_data + p_g
    return np.divide(p_data, both, out=np.full_like(both, 0.5), where=both > 0)


def value(
    logits: np.ndarray, p_data: np.ndarray, p_g: np.ndarray, x: np.ndarray
) -> float:
    """V(D, G) = E_data[log D(x)] + E_g[log(1 - D(x))] in nats, equation 1.

    Args:
        logits: log(D / (1 - D)) at the points of the grid.
        p_data, p_g: densities there.
        x: the points of the grid.
    """
    log_d, log_not_d = -np.logaddexp(0.0, -logits), -np.logaddexp(0.0, logits)
    return float(np.trapezoid(p_data * log_d + p_g * log_not_d, x))


def jensen_shannon(p: np.ndarray, q: np.ndarray, x: np.ndarray) -> float:
    """The Jensen-Shannon divergence in nats, from 0 (equal) to log 2 (disjoint).

    With the optimal D the game's value is V(D*, G) = -log 4 + 2 JSD(p_data, p_g),
    equation 6.

    >>> x = np.linspace(-9, 9, 1001)
    >>> p = kgan.theory.normal(x)
    >>> kgan.theory.jensen_shannon(p, p, x)
    0.0

    Args:
        p, q: densities at the points of the grid.
        x: the points of the grid.
    """
    middle = (p + q) / 2.0
    return (_kullback_leibler(p, middle, x) + _kullback_leibler(q, middle, x)) / 2.0


def normal(x: np.ndarray, mean: float = 0.0, std: float = 1.0) -> np.ndarray:
    """The density of N(mean, std^2)."""
    z = (x - mean) / std
    return np.exp(-0.5 * z**2) / (std * np.sqrt(2.0 * np.pi))


def density_of_map(masses: np.ndarray, ends: np.ndarray, x: np.ndarray) -> np.ndarray:
    """p_g: the density of G(z) on the grid, from G at the borders of small cells of z.

    Between two borders G is taken as linear: the probability of the cell spreads evenly
    over the interval that G maps it to. Exact where G is linear in each cell. The
    density at a point is the mean over the interval of one grid step around it.

    Args:
        masses: [n], the probability of each cell of z.
        ends: [n + 1], G at the borders of the cells.
        x: [m], the points of an even grid.

    Returns:
        [m]; what G maps beyond the grid is missing.
    """
    step = x[1] - x[0]
    borders = np.append(x - step / 2.0, x[-1] + step / 2.0)
    low, high = np.minimum(ends[:-1], ends[1:]), np.maximum(ends[:-1], ends[1:])
    # A flat piece of G is an atom, which falls into one step of the grid.
    width = np.maximum(high - low, 1e-12)
    below = np.clip((borders[:, None] - low) / width, 0.0, 1.0) @ masses
    return np.diff(below) / step


def _kullback_leibler(p: np.ndarray, q: np.ndarray, x: np.ndarray):
    # Half of the smallest number is 0.
    ratio = np.divide(p, q, out=np.ones_like(p), where=(p > 0) & (q > 0))
    return float(np.trapezoid(p * np.log(ratio), x))
