"""Frechet distance, Heusel et al. 2017, https://arxiv.org/abs/1706.08500.

    d^2 = |m_a - m_b|^2 + tr(A) + tr(B) - 2 tr((A^1/2 B A^1/2)^1/2)                (6)

between Gaussians N(m_a, A) and N(m_b, B). For any factors A = F F' and B = G G' the
last trace is the sum of the singular values of F'G: they are the square roots of the
eigenvalues of (F'G)(F'G)'. Taken from F'G itself they are exact to rounding. Taken from
the product AB, or from A^1/2 B A^1/2, those near 0 would carry the square root of
rounding, 1e-8, two thousand times over.
"""

import dataclasses

import keras
import numpy as np

from kgan.metrics.accumulators import Moments
from kgan.metrics.examples import vectors, warn
from kgan.metrics.metric import Metric
from kgan.metrics.value import Value


@dataclasses.dataclass(frozen=True)
class Gaussian:
    """What the Frechet distance needs to know of a set of features.

    Args:
        mean: float64 [d].
        covariance: float64 [d, d], divided by count - 1.
        count: the number of examples.
    """

    mean: np.ndarray
    covariance: np.ndarray
    count: int

    def __post_init__(self):
        d = self.mean.shape[0] if self.mean.ndim == 1 else None
        if d is None or self.covariance.shape != (d, d):
            raise ValueError(
                "Expected mean [d] and covariance [d, d]. Received: "
                f"{self.mean.shape} and {self.covariance.shape}."
            )
        if self.count < 2:
            raise ValueError(
                "Expected at least 2 examples to have a covariance. "
                f"Received: {self.count}."
            )
        if not (np.isfinite(self.mean).all() and np.isfinite(self.covariance).all()):
            raise ValueError(
                "Expected finite features. Received: statistics with NaN or infinite "
                "numbers. Has the generator diverged?"
            )


def gaussian(features):
    """The `Gaussian` of features [n, d], n >= 2, summed in float64.

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


def frechet_distance(a, b):
    """The squared Frechet distance of two `Gaussian`s, "FID" on Inception features.

    Exact to rounding where both covariances have full rank. A covariance that is known
    in float64 is known to 1e-16 of its largest eigenvalue only; of what is smaller than
    d times that, as in the null space of one made from fewer than d examples, nothing
    can be said, and it counts as 0.

    Args:
        a, b: `Gaussian`s of the same number of features d.

    Returns:
        A float >= 0.

    Raises:
        ValueError: for other numbers of features.

    Warns:
        UserWarning: if either has no more examples than features. The distance of few
            examples is biased upwards.
    """
    _check(a, b)
    products = _factor(a.covariance).T @ _factor(b.covariance)
    return _distance(a, b, np.linalg.svd(products, compute_uv=False))


@keras.saving.register_keras_serializable("kgan")
class FrechetDistance(Metric):
    """Streaming `frechet_distance`: of the stream, only sums are kept."""

    needs = "features"
    better = {"frechet_distance": "lower"}

    def __init__(self, name="frechet_distance", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self._accumulators = {side: Moments(side) for side in self.sides}

    def score(self, real, fake, *, seed=0):
        """See `Metric.score`. The error is that of the generated examples alone.

        Args:
            real: features [n, d], or their `Gaussian`.
            fake: features [m, d].
            seed: not used.
        """
        real = real if isinstance(real, Gaussian) else gaussian(real)
        fake_gaussian = gaussian(fake)
        value, error = _distance_and_error(real, fake_gaussian, np.asarray(fake))
        how = "no error: not more generated examples than features"
        if error is not None:
            how = (
                f"standard error over {fake_gaussian.count} generated examples, to "
                f"first order; the {real.count} real ones as given"
            )
        return {"frechet_distance": Value(value, error, how)}

    def _values(self, seed):
        sides = [self._accumulators[side] for side in self.sides]
        for side in sides:
            if side.count() < 2:
                raise ValueError(
                    f"Expected at least 2 {side.name} examples. "
                    f"Received: {side.count()}."
                )
        real, fake = (Gaussian(*side.numpy()) for side in sides)
        how = f"no error: sums over {real.count} real and {fake.count} generated"
        return {"frechet_distance": Value(frechet_distance(real, fake), None, how)}


def _distance_and_error(a, b, features):
    # Distance of b from a, and its standard error as b is an estimate from features.
    _check(a, b)
    if b.count <= len(b.mean):
        return frechet_distance(a, b), None
    factor = _factor(b.covariance)
    products = _factor(a.covariance).T @ factor
    _, singular, axes = np.linalg.svd(products, full_matrices=False)
    # How d^2 changes with the weight of one example y, its influence:
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


def _distance(a, b, singular):
    difference = a.mean - b.mean
    traces = np.trace(a.covariance) + np.trace(b.covariance)
    squared = difference @ difference + traces - 2 * singular.sum()
    # Rounding can leave equal Gaussians a little below 0.
    return max(float(squared), 0.0)


def _factor(covariance):
    # F [d, rank] with F F' = covariance, its columns orthogonal.
    eigenvalues, vectors = np.linalg.eigh(covariance)
    largest = max(eigenvalues[-1], 0.0)
    kept = eigenvalues > len(covariance) * np.finfo("float64").eps * largest
    return vectors[:, kept] * np.sqrt(eigenvalues[kept])


def _check(a, b):
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
