"""Retrieval: whether a made example finds its own target among all targets.

A distance says how far a translation is from its target, not whether it is that of the
right example: a blurred mean of all targets has a small one. Here the translation has
to be nearer to its own target than to those of all others.
"""

from __future__ import annotations

import keras
import numpy as np

from kgan.metrics.examples import check_alike, vectors
from kgan.metrics.metric import SampleMetric
from kgan.metrics.precision_recall import share
from kgan.metrics.value import Value

# Fakes whose distances are in memory at a time.
_ROWS = 1024


@keras.saving.register_keras_serializable("kgan")
class Retrieval(SampleMetric):
    """Share of made examples that are nearest to their own target, and the mean rank.

    Distances are Euclidean, in features; ranks begin at 1, and a target as near as the
    own one does not count as nearer. Of n targets chance has 1 / n, and a mean rank of
    (n + 1) / 2: compare numbers of equally many pairs.

    >>> target = np.eye(4)
    >>> metric = kgan.metrics.Retrieval()
    >>> values = metric.score(None, target[[0, 1, 2, 0]], target=target)
    >>> values["retrieval"].value, values["retrieval_rank"].value
    (0.75, 1.25)

    Args:
        capacity: the largest number of pairs.

    Raises:
        ValueError: for a capacity below 1.
    """

    needs = "features"
    sides = ("target", "fake")
    better = {"retrieval": "higher", "retrieval_rank": "lower"}
    stand_in = "target"

    def __init__(
        self,
        capacity: int = 10_000,
        name: str = "retrieval",
        dtype: str | None = None,
    ) -> None:
        super().__init__(capacity, name=name, dtype=dtype)

    def score(
        self,
        real: np.ndarray | None,
        fake: np.ndarray,
        *,
        target: np.ndarray | None = None,
        seed: int = 0,
    ) -> dict[str, Value]:
        """See `Metric.score`.

        Args:
            real: not used.
            fake: features [n, d].
            target: features [n, d]; i is what `fake` i should be.
            seed: not used.

        Raises:
            ValueError: for other shapes, or another number of targets.
        """
        fake, target = vectors(fake, "features"), vectors(target, "target features")
        check_alike(target, fake)
        if len(fake) != len(target):
            raise ValueError(
                "Expected a target for each generated example. Received: "
                f"{len(target)} targets, {len(fake)} generated examples."
            )
        ranks = ranks_of_own(fake, target)
        n = len(ranks)
        first = share(float(np.mean(ranks == 1)), n, "generated")
        error = float(ranks.std() / np.sqrt(n))
        return {
            "retrieval": Value(first.value, first.error, f"{first.how}; {n} targets"),
            "retrieval_rank": Value(
                float(ranks.mean()), error, f"standard error over {n} pairs"
            ),
        }


def ranks_of_own(fake: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Which place target i has among all targets, by its distance from fake i.

    Args:
        fake: [n, d].
        target: [n, d].

    Returns:
        integers [n] from 1.
    """
    centre = target.mean(axis=0, dtype="float64")
    fake, target = fake - centre, target - centre
    norms = (target**2).sum(axis=1)
    ranks = []
    for start in range(0, len(fake), _ROWS):
        rows = fake[start : start + _ROWS]
        # |f - t|^2 - |f|^2, which orders targets as the distance does.
        order = norms - 2.0 * rows @ target.T
        own = order[np.arange(len(rows)), start + np.arange(len(rows))][:, None]
        rounding = 1e-12 * ((rows**2).sum(axis=1, keepdims=True) + norms.max())
        ranks.append(1 + (order < own - rounding).sum(axis=1))
    return np.concatenate(ranks)
