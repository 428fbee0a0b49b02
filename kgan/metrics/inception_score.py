"""Inception score, Salimans et al. 2016, https://arxiv.org/abs/1606.03498.

    IS = exp(mean_x KL(p(y|x) || p(y)))

is high if a classifier is certain about each generated example and sees many different
classes. The score does not use the real data.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from kgan.metrics.examples import vectors, warn
from kgan.metrics.metric import SampleMetric
from kgan.metrics.value import Value


def inception_scores(logits: np.ndarray, splits: int = 10, seed: int = 0) -> np.ndarray:
    """Returns the inception score of each part, after a split into equal parts.

    Args:
        logits: [n, classes] of a classifier, n >= splits.
        splits: the number of parts.
        seed: of the shuffle before the split; without a shuffle, examples that are
            sorted by class would give wrong scores.

    Returns:
        float64 [splits], in [1, classes].

    Raises:
        ValueError: for other shapes, NaN, or fewer examples than splits.

    Warns:
        UserWarning: if a part has fewer examples than there are classes. The score of
            few examples is biased downwards.
    """
    logits = vectors(logits, "logits", at_least=splits)
    n, classes = logits.shape
    if n // splits < classes:
        warn(
            f"The inception score of {n // splits} examples, of {classes} classes, is "
            "biased downwards, because so few examples cannot show every class. Score "
            "more examples in the same number of splits, and compare only scores of "
            "equal numbers of examples."
        )
    order = np.random.default_rng(seed).permutation(n)
    return np.array([_score(logits[part]) for part in np.array_split(order, splits)])


@keras.saving.register_keras_serializable("kgan")
class InceptionScore(SampleMetric):
    """Streaming mean of `inception_scores` of logits [n, classes].

    Three examples that show three classes with certainty score 3:

    >>> metric = kgan.metrics.InceptionScore(splits=1)
    >>> logits = 100.0 * np.eye(3)
    >>> round(metric.score(None, logits)["inception_score"].value, 3)
    3.0

    Args:
        splits: the number of parts that the examples are split into, at least 1.
        capacity: the largest number of examples.

    Raises:
        ValueError: for `splits` or a capacity below 1.
    """

    needs = "logits"
    sides = ("fake",)
    better = {"inception_score": "higher"}

    def __init__(
        self,
        splits: int = 10,
        capacity: int = 10_000,
        name: str = "inception_score",
        dtype: str | None = None,
    ) -> None:
        super().__init__(capacity, name=name, dtype=dtype)
        if splits < 1:
            raise ValueError(f"Expected splits >= 1. Received: splits={splits}.")
        self.splits = splits

    def score(
        self, real: np.ndarray | None, fake: np.ndarray, *, seed: int = 0
    ) -> dict[str, Value]:
        scores = inception_scores(fake, self.splits, seed)
        error, how = None, f"no error: all {len(fake)} examples in one part"
        if self.splits > 1:
            error = float(scores.std())
            how = f"standard deviation over {self.splits} splits of {len(fake)}"
        return {"inception_score": Value(float(scores.mean()), error, how)}

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "splits": self.splits}


def _score(logits: np.ndarray):
    logits = logits.astype("float64")
    logits -= logits.max(axis=1, keepdims=True)
    log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    p = np.exp(log_p)
    marginal = p.mean(axis=0)
    # A class with probability 0 for every example adds 0 log 0 = 0.
    log_marginal = np.log(np.where(marginal > 0.0, marginal, 1.0))
    return np.exp(np.sum(p * (log_p - log_marginal), axis=1).mean())
