"""Frechet distance, Heusel et al. 2017, https://arxiv.org/abs/1706.08500.

    d^2 = |m_a - m_b|^2 + tr(A) + tr(B) - 2 tr((A^1/2 B A^1/2)^1/2)                (6)

between Gaussians N(m_a, A) and N(m_b, B). For any factors A = F F' and B = G G' the
last trace is the sum of the singular values of F'G, which are the square roots of the
eigenvalues of (F'G)(F'G)'. Computed from F'G, the singular values are exact to
rounding. Computed from AB or from A^1/2 B A^1/2, each singular value near 0 would have
an error of the square root of rounding, 1e-8, and FID adds two thousand of them.
"""

from __future__ import annotations

import dataclasses

import keras
import numpy as np

from kgan.metrics.accumulators import Moments
from kgan.metrics.examples import vectors, warn
from kgan.metrics.metric import Metric
from kgan.metrics.value import Value


@dataclasses.dataclass(frozen=True)
class Gaussian:
    """Mean and covariance of a set of features.

    >>> statistics = kgan.metrics.gaussian(real)
    >>> statistics.mean.shape, statistics.covariance.shape, statistics.count
    ((8,), (8, 8), 64)

    Args:
        mean: float64 [d].
        covariance: float64 [d, d], unbiased: sums are divided by count - 1.
        count: the number of examples, at least 2.

    Raises:
        ValueError: for other shapes, a count below 2, NaN or infinite numbers.
    """

    mean: np.ndarray
    covariance: np.ndarray
    count: int

    def __post_init__(self) -> None:
        d = self.mean.shape[0] if self.mean.ndim == 1 else None
        if d is None or self.covariance.shape != (d, d):
            raise ValueError(
                "Expected mean [d] and covariance [d, d]. Received: "
                f"{self.mean.shape} and {self.covariance.shape}."
            )
        if self.count < 2:
            raise ValueError(
                "Expected at least 2 examples, as a covariance needs. "
                f"Received: {self.count}."
            )
        if not (np.isfinite(self.mean).all() and np.isfinite(self.covariance).all()):
            raise ValueError(
                "Expected finite features. Received: statistics with NaN or infinite "
                "numbers. Check whether the generator has diverged."
            )


def gaussian(features: np.ndarray) -> Gaussian:
    """Returns the `Gaussian` of features, computed in float64.

    Args:
        features: [n, d], n >= 2.

    Raises:
        ValueError: for other shapes, one example, NaN or infinite features.
    """
    features = vectors(features, "features", at_least=2)
    n, d = features.shape
    mean = features.mean(axis=0, dtype="float64")
    products = np.zeros((d, d))
    for start in range(0, n, 8192):
        centred = features[start : start + 8192] - mean
        products += centred.T @ centred
    return Gaussian(mean, products / (n - 1), n)


def frechet_distance(a: Gaussian, b: Gaussian) -> float:
    """The squared Frechet distance of two `Gaussian`s, the "FID" on Inception features.

    The result is exact to rounding if both covariances have full rank. In float64, a
    covariance is accurate to 1e-16 of its largest eigenvalue. Eigenvalues below d times
    this limit count as 0: they are rounding errors, as in the null space of a
    covariance of fewer than d examples.

    >>> a, b = kgan.metrics.gaussian(real), kgan.metrics.gaussian(fake)
    >>> round(kgan.metrics.frechet_distance(a, b), 3)
    0.08

    Args:
        a: the `Gaussian` of d features.
        b: another `Gaussian` of d features.

    Returns:
        A float >= 0, in squared units of the features.

    Raises:
        ValueError: if the numbers of features differ.

    Warns:
        UserWarning: if one `Gaussian` has at most d examples. The distance of few
            examples is biased upwards.
    """
    _check(a, b)
    products = _factor(a.covariance).T @ _factor(b.covariance)
    return _distance(a, b, np.linalg.svd(products, compute_uv=False))


@keras.saving.register_keras_serializable("kgan")
class FrechetDistance(Metric):
    """Streaming `frechet_distance`; only sums of the stream stay in memory.

    >>> metric = kgan.metrics.FrechetDistance()
    >>> round(metric.score(real, fake)["frechet_distance"].value, 3)
    0.08

    Args:
        name: what results call it.
        dtype: as for a Keras metric; sums are float64 in any case.
    """

    needs = "features"
    better = {"frechet_distance": "lower"}

    def __init__(
        self, name: str = "frechet_distance", dtype: str | None = None
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self._accumulators = {side: Moments(side) for side in self.sides}

    def score(
        self, real: np.ndarray | Gaussian, fake: np.ndarray, *, seed: int = 0
    ) -> dict[str, Value]:
        """See `Metric.score`. The error covers the noise of generated examples only.

        Args:
            real: features [n, d], n >= 2, or their `Gaussian`.
            fake: features [m, d], m >= 2.
            seed: not used.

        Raises:
            ValueError: for other shapes, too few examples, NaN or infinite numbers.
        """
        real = real if isinstance(real, Gaussian) else gaussian(real)
        fake_gaussian = gaussian(fake)
        value, error = _distance_and_error(real, fake_gaussian, np.asarray(fake))
        how = "no error: at most as many generated examples as features"
        if error is not None:
            how = (
                f"standard error over {fake_gaussian.count} generated examples, to "
                f"first order; the {real.count} real examples count as exact"
            )
        return {"frechet_distance": Value(value, error, how)}

    def _values(self, seed: int):
        sides = [self._accumulators[side] for side in self.sides]
        for side in sides:
            if side.count() < 2:
                raise ValueError(
                    f"Expected at least 2 {side.name} examples. "
                    f"Received: {side.count()}."
                )
        real, fake = (Gaussian(*side.numpy()) for side in sides)
        how = f"no error: only sums of {real.count} real and {fake.count} generated"
        return {"frechet_distance": Value(frechet_distance(real, fake), None, how)}


def _distance_and_error(a: Gaussian, b: Gaussian, features: np.ndarray):
    # The distance of a and b, and its standard error, where features are those of b.
    _check(a, b)
    if b.count <= len(b.mean):
        return frechet_distance(a, b), None
    factor = _factor(b.covariance)
    products = _factor(a.covariance).T @ factor
    _, singular, axes = np.linalg.svd(products, full_matrices=False)
    # The influence of one example y is how d^2 changes with the weight of y:
    #   2 (m_b - m_a)'(y - m_b) + |y - m_b|^2 - (y - m_b)' T (y - m_b) + constant
    # where T takes N(m_b, B) to N(m_a, A). With F'G = U S V' and y - m_b = G w,
    # (y - m_b)' T (y - m_b) = sum_i s_i (V'w)_i^2; w = inverse(G'G) G'(y - m_b).
    whiten = (factor / np.square(factor).sum(axis=0)) @ axes.T
    influence = np.empty(b.count)
    for start in range(0, b.count, 8192):
        rows = slice(start, start + 8192)
        centred = features[rows] - b.mean
        influence[rows] = (
            2 * centred @ (b.mean - a.mean)
            + np.square(centred).sum(axis=1)
            - np.square(centred @ whiten) @ singular
        )
    return _distance(a, b, singular), influence.std() / np.sqrt(b.count)


def _distance(a: Gaussian, b: Gaussian, singular: np.ndarray):
    difference = a.mean - b.mean
    traces = np.trace(a.covariance) + np.trace(b.covariance)
    squared = difference @ difference + traces - 2 * singular.sum()
    # Rounding can make the distance of equal Gaussians slightly negative.
    return max(float(squared), 0.0)


def _factor(covariance: np.ndarray):
    # Returns F [d, rank] with F F' = covariance and orthogonal columns.
    eigenvalues, vectors = np.linalg.eigh(covariance)
    largest = max(eigenvalues[-1], 0.0)
    nonzero = eigenvalues > len(covariance) * np.finfo("float64").eps * largest
    return vectors[:, nonzero] * np.sqrt(eigenvalues[nonzero])


def _check(a: Gaussian, b: Gaussian):
    if a.mean.shape != b.mean.shape:
        raise ValueError(
            "Expected statistics of the same features. Received: "
            f"{len(a.mean)} and {len(b.mean)} features."
        )
    d, fewest = len(a.mean), min(a.count, b.count)
    if fewest <= d:
        warn(
            f"The Frechet distance of {fewest} examples with {d} features is biased "
            f"upwards: their covariance has rank {fewest - 1} at most. Use more than "
            f"{d} examples, and compare only scores of equal numbers of examples."
        )
