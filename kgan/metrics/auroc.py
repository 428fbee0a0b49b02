"""Area under the receiver operating characteristic, of one score per example.

    AUROC = P(s+ > s-) + P(s+ = s-) / 2

for the score s+ of an anomalous and s- of a normal example: .5 for scores that tell
nothing, 1 for scores that separate both. The error is that of DeLong, DeLong,
Clarke-Pearson 1988, Biometrics 44: with m anomalous and n normal examples, each
example has the share of the other kind that it wins against; the variance of the area
is the sum of the variances of the shares, divided by m and n.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from kgan.metrics.class_frechet import check_labels
from kgan.metrics.examples import finite
from kgan.metrics.model_metric import ModelMetric
from kgan.metrics.value import Value


def auroc(positive: np.ndarray, negative: np.ndarray) -> tuple[float, float]:
    """Returns the area under the curve and its standard error.

    >>> area, error = kgan.metrics.auroc(np.array([3.0, 1.0]), np.array([0.0, 2.0]))
    >>> area
    0.75

    Args:
        positive: scores [m] of the examples that should have high scores, m >= 1.
        negative: scores [n] of the others, n >= 1.

    Returns:
        Two floats; (1, 0) for scores that separate both. The memory is that of the
        scores; the time that of sorting them.

    Raises:
        ValueError: for no scores of one kind, NaN or infinity.
    """
    positive = finite(positive, "scores of anomalous examples").ravel()
    negative = finite(negative, "scores of normal examples").ravel()
    wins = _share_below(negative, positive)
    losses = 1.0 - _share_below(positive, negative)
    variance = wins.var() / len(wins) + losses.var() / len(losses)
    return float(wins.mean()), float(np.sqrt(variance))


@keras.saving.register_keras_serializable("kgan")
class AUROC(ModelMetric):
    """Streaming `auroc` of a score per example, such as an anomaly score.

    The side `fake` holds what the model gives for each example, one number; the side
    `labels` holds the class of each example.

    >>> metric = kgan.metrics.AUROC()
    >>> scores = np.array([0.1, 0.9, 0.4, 0.8])
    >>> metric.score(None, scores, labels=np.array([0, 1, 0, 1]))["auroc"].value
    1.0

    Args:
        normal: the class of normal examples; all others are anomalous and should have
            higher scores.
        capacity: the largest number of examples.

    Raises:
        ValueError: for a capacity below 1.
    """

    sides = ("fake", "labels")
    better = {"auroc": "higher"}

    def __init__(
        self,
        normal: int = 0,
        capacity: int = 50_000,
        name: str = "auroc",
        dtype: str | None = None,
    ) -> None:
        super().__init__(capacity, name=name, dtype=dtype)
        self.normal = int(normal)

    def score(
        self,
        real: np.ndarray | None,
        fake: np.ndarray,
        *,
        labels: Any = None,
        seed: int = 0,
    ) -> dict[str, Value]:
        """See `Metric.score`.

        Args:
            real: not used.
            fake: scores [n].
            labels: integers [n], the class of each example.
            seed: not used.

        Raises:
            ValueError: for other shapes, examples of one kind alone, or NaN.
        """
        scores = finite(fake, "scores")
        if scores.ndim != 1:
            raise ValueError(
                f"Expected one score per example, [n]. Received: shape {scores.shape}."
            )
        normal = check_labels(labels, len(scores), "labels") == self.normal
        if normal.all() or not normal.any():
            raise ValueError(
                f"Expected examples of class {self.normal}, which is normal, and of "
                f"others. Received: {normal.sum()} normal of {len(normal)} examples. "
                "Score a split with both, or set `normal`."
            )
        area, error = auroc(scores[~normal], scores[normal])
        how = (
            f"standard error over {(~normal).sum()} anomalous and {normal.sum()} "
            "normal examples (DeLong)"
        )
        return {"auroc": Value(area, error, how)}

    def best(self, images: np.ndarray, labels: np.ndarray | None) -> np.ndarray:
        """Returns float32 [n]: 1 for anomalous examples, 0 for normal ones."""
        return (np.asarray(labels) != self.normal).astype("float32")

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "normal": self.normal}


def _share_below(numbers: np.ndarray, limits: np.ndarray):
    """For each limit, the share of numbers below it; equal ones count half."""
    numbers = np.sort(numbers)
    below, not_above = (
        np.searchsorted(numbers, limits, side=side) for side in ("left", "right")
    )
    return (below + not_above) / (2.0 * len(numbers))
