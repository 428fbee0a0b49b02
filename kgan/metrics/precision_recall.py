"""Improved precision and recall, Kynkaanniemi et al. 2019,
https://arxiv.org/abs/1904.06991.

Each example of a set is the centre of a ball that reaches its k-th nearest neighbour in
the set; a set covers the union of its balls. Precision, equation (2), is the share of
generated examples that the real set covers: it is high if the examples are realistic.
Recall is the share of real examples that the generated set covers: it is high if all of
the data can be generated.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from kgan.metrics import distances
from kgan.metrics.examples import check_alike, vectors
from kgan.metrics.metric import SampleMetric
from kgan.metrics.value import Value


def precision_recall(
    real: np.ndarray, fake: np.ndarray, k: int = 3
) -> tuple[float, float]:
    """Improved precision and recall of two sets of features.

    Both rise with k and depend on the numbers of examples, so compare only scores of
    equal numbers. One outlier has a large ball; `density_coverage` avoids this.

    Args:
        real: features [n, d], n > k.
        fake: features [m, d], m > k.
        k: each ball reaches the k-th nearest neighbour of its centre.

    Returns:
        (precision, recall), in [0, 1].

    Raises:
        ValueError: for other shapes, NaN, or at most k examples.
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


def share(value: float, count: int, what: str) -> Value:
    """Returns a share as a `Value`, with its binomial standard error.

    Args:
        value: the share, in [0, 1].
        count: the number of examples that it is a share of.
        what: which examples these are, such as "generated".
    """
    error = float(np.sqrt(value * (1.0 - value) / count))
    return Value(value, error, f"standard error over {count} {what} examples")


@keras.saving.register_keras_serializable("kgan")
class PrecisionRecall(SampleMetric):
    """Streaming `precision_recall` of features [n, d].

    >>> metric = kgan.metrics.PrecisionRecall(k=3)
    >>> metric.score(real, fake)["precision"].value
    1.0

    Args:
        k: each ball reaches the k-th nearest neighbour of its centre, k >= 1.
        capacity: the largest number of examples per side.

    Raises:
        ValueError: for a `k` or a capacity below 1.
    """

    needs = "features"
    better = {"precision": "higher", "recall": "higher"}

    def __init__(
        self,
        k: int = 3,
        capacity: int = 10_000,
        name: str = "precision_recall",
        dtype: str | None = None,
    ) -> None:
        super().__init__(capacity, name=name, dtype=dtype)
        if k < 1:
            raise ValueError(f"Expected k >= 1. Received: k={k}.")
        self.k = k

    def score(
        self, real: np.ndarray | None, fake: np.ndarray, *, seed: int = 0
    ) -> dict[str, Value]:
        precision, recall = precision_recall(real, fake, self.k)
        return {
            "precision": share(precision, len(fake), "generated"),
            "recall": share(recall, len(real), "real"),
        }

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "k": self.k}
