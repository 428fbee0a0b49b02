"""Improved precision and recall, Kynkaanniemi et al. 2019,
https://arxiv.org/abs/1904.06991.

Each set is taken to cover the balls around its examples that reach the k-th nearest
neighbour within the set. Precision, equation (2), is the share of generated examples
that the real set covers: are they realistic? Recall is the share of real examples that
the generated set covers: is all of the data generated?
"""

import keras
import numpy as np

from kgan.metrics import distances
from kgan.metrics.examples import check_alike, vectors
from kgan.metrics.metric import SampleMetric
from kgan.metrics.value import Value


def precision_recall(real, fake, k=3):
    """Improved precision and recall.

    Both fall with k and rise with fewer examples, so compare only scores of equal
    numbers. One outlier makes a large ball; see `density_coverage`.

    Args:
        real: features [n, d], n > k.
        fake: features [m, d], m > k.
        k: the neighbour that a ball reaches.

    Returns:
        (precision, recall), in [0, 1].

    Raises:
        ValueError: for other shapes, NaN, or not more than k examples.
    """
    real = vectors(real, "real features")
    fake = vectors(fake, "generated features")
    check_alike(real, fake)
    by_real, _ = distances.count_inside(
        fake, real, distances.radii(real, k, "real examples")
    )
    by_fake, _ = distances.count_inside(
        real, fake, distances.radii(fake, k, "generated examples")
    )
    return float(np.mean(by_real > 0)), float(np.mean(by_fake > 0))


def share(value, count, what):
    """The `Value` of a share of `count` examples."""
    error = float(np.sqrt(value * (1.0 - value) / count))
    return Value(value, error, f"standard error over {count} {what} examples")


@keras.saving.register_keras_serializable("kgan")
class PrecisionRecall(SampleMetric):
    """Streaming `precision_recall`.

    Args:
        k: the neighbour that a ball reaches.
        capacity: the largest number of examples of a side.
    """

    needs = "features"
    better = {"precision": "higher", "recall": "higher"}

    def __init__(self, k=3, capacity=10_000, name="precision_recall", dtype=None):
        super().__init__(capacity, name=name, dtype=dtype)
        if k < 1:
            raise ValueError(f"Expected k >= 1. Received: k={k}.")
        self.k = k

    def score(self, real, fake, *, seed=0):
        precision, recall = precision_recall(real, fake, self.k)
        return {
            "precision": share(precision, len(fake), "generated"),
            "recall": share(recall, len(real), "real"),
        }

    def get_config(self):
        return {**super().get_config(), "k": self.k}
