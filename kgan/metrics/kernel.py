"""Kernel distance, Binkowski et al. 2018, https://arxiv.org/abs/1801.01401.

The squared maximum mean discrepancy of two sets under the kernel

    k(x, y) = (x.y / d + 1)^3                                          (section 4)

The unbiased estimate, equation (4) of Gretton et al. 2012, may be negative. Its
expectation does not depend on the number of examples, unlike the Frechet distance.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from kgan.metrics.examples import check_alike, vectors
from kgan.metrics.metric import Conditions, SampleMetric
from kgan.metrics.value import Value


def squared_mmd(real: np.ndarray, fake: np.ndarray, degree: int = 3) -> float:
    """Returns the unbiased estimate of MMD^2 of two whole sets.

    Args:
        real: features [n, d], n >= 2.
        fake: features [m, d], m >= 2.
        degree: of the kernel (x.y / d + 1)^degree.

    Returns:
        A float. One float64 matrix [n, n], [m, m] or [n, m] is in memory at a time.
    """
    x, y = np.asarray(real, "float64"), np.asarray(fake, "float64")
    n, m = len(x), len(y)
    # sum_{i != j} k(x_i, x_j) / n (n-1) + the same of y - 2 sum_ij k(x_i, y_j) / n m
    within_x = _sum_off_diagonal(x, degree) / (n * (n - 1))
    within_y = _sum_off_diagonal(y, degree) / (m * (m - 1))
    return within_x + within_y - 2.0 * _kernel(x, y, degree).sum() / (n * m)


def kernel_distances(
    real: np.ndarray,
    fake: np.ndarray,
    subsets: int = 100,
    subset_size: int = 1000,
    degree: int = 3,
    seed: int = 0,
) -> np.ndarray:
    """Returns `squared_mmd` of random subsets.

    Args:
        real: features [n, d].
        fake: features [m, d].
        subsets: the number of subsets.
        subset_size: the number of examples that a subset has from each set, drawn
            without replacement.
        degree: of the kernel.
        seed: of the draw.

    Returns:
        float64 [subsets]; [1] if both sets have exactly `subset_size` examples.

    Raises:
        ValueError: for other shapes, NaN, or fewer examples than subset_size.
    """
    real = vectors(real, "real features")
    fake = vectors(fake, "generated features")
    check_alike(real, fake)
    fewest = min(len(real), len(fake))
    if fewest < subset_size:
        raise ValueError(
            f"Expected at least subset_size={subset_size} examples of each set. "
            f"Received: {len(real)} real and {len(fake)} generated. Score more "
            "examples, or make the subsets smaller, which adds noise but no bias."
        )
    if len(real) == len(fake) == subset_size:
        return np.array([squared_mmd(real, fake, degree)])
    rng = np.random.default_rng(seed)

    def draw(features: np.ndarray) -> np.ndarray:
        return features[rng.choice(len(features), subset_size, replace=False)]

    pairs = ((draw(real), draw(fake)) for _ in range(subsets))
    return np.array([squared_mmd(x, y, degree) for x, y in pairs])


@keras.saving.register_keras_serializable("kgan")
class KernelDistance(SampleMetric):
    """Streaming mean of `kernel_distances`, called KID on Inception features.

    >>> metric = kgan.metrics.KernelDistance(subset_size=32)
    >>> metric.update_state(real, fake)
    >>> list(metric.result())
    ['kernel_distance']

    Args:
        subsets: the number of subsets, at least 1.
        subset_size: the number of examples that a subset has from each set, at least 2.
        degree: of the kernel, at least 1.
        capacity: the largest number of examples per side.

    Raises:
        ValueError: for smaller numbers.
    """

    needs = "features"
    better = {"kernel_distance": "lower"}

    def __init__(
        self,
        subsets: int = 100,
        subset_size: int = 1000,
        degree: int = 3,
        capacity: int = 10_000,
        name: str = "kernel_distance",
        dtype: str | None = None,
    ) -> None:
        super().__init__(capacity, name=name, dtype=dtype)
        if subsets < 1 or subset_size < 2 or degree < 1:
            raise ValueError(
                "Expected subsets >= 1, subset_size >= 2 and degree >= 1. Received: "
                f"subsets={subsets}, subset_size={subset_size}, degree={degree}."
            )
        self.subsets, self.subset_size, self.degree = subsets, subset_size, degree

    @classmethod
    def made_for(cls, conditions: Conditions) -> KernelDistance:
        # Subsets usually have 1,000 examples; use fewer when there are fewer.
        return cls(subset_size=max(2, min(1000, conditions.fewest)))

    def score(
        self, real: np.ndarray | None, fake: np.ndarray, *, seed: int = 0
    ) -> dict[str, Value]:
        distances = kernel_distances(
            real, fake, self.subsets, self.subset_size, self.degree, seed
        )
        error, how = None, f"no error: one subset of all {self.subset_size} examples"
        if len(distances) > 1:
            error = distances.std()
            how = (
                f"standard deviation over {self.subsets} subsets of {self.subset_size}"
            )
        return {"kernel_distance": Value(float(distances.mean()), error, how)}

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "subsets": self.subsets,
            "subset_size": self.subset_size,
            "degree": self.degree,
        }


def _kernel(x: np.ndarray, y: np.ndarray, degree: int):
    inner = x @ y.T
    inner /= x.shape[1]
    inner += 1.0
    kernel = inner.copy()
    for _ in range(degree - 1):
        kernel *= inner
    return kernel


def _sum_off_diagonal(x: np.ndarray, degree: int):
    kernel = _kernel(x, x, degree)
    return kernel.sum() - np.trace(kernel)
