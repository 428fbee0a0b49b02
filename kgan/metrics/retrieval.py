"""Retrieval: whether a made example finds its own target among all targets.

A distance says how far a translation is from its target, not whether it is that of the
right example: a blurred mean of all targets has a small one. Here the translation has
to be nearer to its own target than to those of all others.
"""

from __future__ import annotations

import keras
import numpy as np

from kgan.metrics.distances import ranks
from kgan.metrics.examples import check_alike, vectors
from kgan.metrics.metric import SampleMetric
from kgan.metrics.precision_recall import share
from kgan.metrics.value import Value


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
        places = ranks(fake, target)
        n = len(places)
        first = share(float(np.mean(places == 1)), n, "generated")
        error = float(places.std() / np.sqrt(n))
        return {
            "retrieval": Value(first.value, first.error, f"{first.how}; {n} targets"),
            "retrieval_rank": Value(
                float(places.mean()), error, f"standard error over {n} pairs"
            ),
        }
