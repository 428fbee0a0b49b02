"""Density and coverage, Naeem et al. 2020, https://arxiv.org/abs/2002.09797.

Each real example is the centre of a ball that reaches its k-th nearest real neighbour.
No ball stands around a generated example, so an outlier of the generator cannot cover a
large region. Density, equation (3), is the number of balls that contain a generated
example, divided by k, the number to expect. Coverage, equation (4), is the share of
balls that contain at least one generated example.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from kgan.metrics import distances
from kgan.metrics.examples import check_alike, vectors
from kgan.metrics.metric import SampleMetric
from kgan.metrics.precision_recall import share
from kgan.metrics.value import Value


def density_coverage(
    real: np.ndarray, fake: np.ndarray, k: int = 5
) -> tuple[float, float]:
    """Density and coverage of two sets of features.

    For large sets of equal size from one distribution, the expected density is 1 and
    the expected coverage is 1 - 2^-k or a little more.

    Args:
        real: features [n, d], n > k.
        fake: features [m, d].
        k: each ball reaches the k-th nearest neighbour of its centre.

    Returns:
        (density >= 0, coverage in [0, 1]).

    Raises:
        ValueError: for other shapes, NaN, or at most k real examples.
    """
    per_fake, per_ball = _memberships(real, fake, k)
    return float(per_fake.mean() / k), float(np.mean(per_ball > 0))


@keras.saving.register_keras_serializable("kgan")
class DensityCoverage(SampleMetric):
    """Streaming `density_coverage` of features [n, d].

    >>> metric = kgan.metrics.DensityCoverage(k=5)
    >>> metric.score(real, fake)["coverage"].value
    1.0

    Args:
        k: each ball reaches the k-th nearest neighbour of its centre, k >= 1.
        capacity: the largest number of examples per side.

    Raises:
        ValueError: for a `k` or a capacity below 1.
    """

    needs = "features"
    better = {"density": "higher", "coverage": "higher"}

    def __init__(
        self,
        k: int = 5,
        capacity: int = 10_000,
        name: str = "density_coverage",
        dtype: str | None = None,
    ) -> None:
        super().__init__(capacity, name=name, dtype=dtype)
        if k < 1:
            raise ValueError(f"Expected k >= 1. Received: k={k}.")
        self.k = k

    def score(
        self, real: np.ndarray | None, fake: np.ndarray, *, seed: int = 0
    ) -> dict[str, Value]:
        per_fake, per_ball = _memberships(real, fake, self.k)
        density = per_fake / self.k
        error = float(density.std() / np.sqrt(len(density)))
        how = f"standard error over {len(density)} generated examples"
        return {
            "density": Value(float(density.mean()), error, how),
            "coverage": share(float(np.mean(per_ball > 0)), len(per_ball), "real"),
        }

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "k": self.k}


def _memberships(real: np.ndarray, fake: np.ndarray, k: int):
    real = vectors(real, "real features")
    fake = vectors(fake, "generated features")
    check_alike(real, fake)
    return distances.count_inside(fake, real, distances.radii(real, k, "real examples"))
