"""Density and coverage, Naeem et al. 2020, https://arxiv.org/abs/2002.09797.

With balls around real examples only, which reach their k-th nearest real neighbour,
an outlier among few generated ones cannot cover much. Density, equation (3), counts how
many balls a generated example is in, over the k expected; coverage, equation (4), is
the share of balls with a generated example in them.
"""

import keras
import numpy as np

from kgan.metrics import distances
from kgan.metrics.examples import check_alike, vectors
from kgan.metrics.metric import SampleMetric
from kgan.metrics.precision_recall import share
from kgan.metrics.value import Value


def density_coverage(real, fake, k=5):
    """Density and coverage.

    Of two equal distributions, density is 1 and coverage 1 - 2^-k or a little more, in
    expectation over large sets of equal size.

    Args:
        real: features [n, d], n > k.
        fake: features [m, d].
        k: the neighbour that a ball reaches.

    Returns:
        (density >= 0, coverage in [0, 1]).

    Raises:
        ValueError: for other shapes, NaN, or not more than k real examples.
    """
    per_fake, per_ball = _memberships(real, fake, k)
    return float(per_fake.mean() / k), float(np.mean(per_ball > 0))


@keras.saving.register_keras_serializable("kgan")
class DensityCoverage(SampleMetric):
    """Streaming `density_coverage`.

    Args:
        k: the neighbour that a ball reaches.
        capacity: the largest number of examples of a side.
    """

    needs = "features"
    better = {"density": "higher", "coverage": "higher"}

    def __init__(self, k=5, capacity=10_000, name="density_coverage", dtype=None):
        super().__init__(capacity, name=name, dtype=dtype)
        if k < 1:
            raise ValueError(f"Expected k >= 1. Received: k={k}.")
        self.k = k

    def score(self, real, fake, *, seed=0):
        per_fake, per_ball = _memberships(real, fake, self.k)
        density = per_fake / self.k
        error = float(density.std() / np.sqrt(len(density)))
        how = f"standard error over {len(density)} generated examples"
        return {
            "density": Value(float(density.mean()), error, how),
            "coverage": share(float(np.mean(per_ball > 0)), len(per_ball), "real"),
        }

    def get_config(self):
        return {**super().get_config(), "k": self.k}


def _memberships(real, fake, k):
    real = vectors(real, "real features")
    fake = vectors(fake, "generated features")
    check_alike(real, fake)
    return distances.count_inside(fake, real, distances.radii(real, k, "real examples"))
