"""Agreement: the share of generated examples of the class that was asked for.

A generator that ignores its labels can have the best Frechet distance; of k classes,
one in k of its examples agrees. The judge is a linear classifier that learns from the
features of real labelled examples, `kgan.metrics.discriminant`, so that the score means
the same for every set with classes, whatever the extractor knows. It is not perfect:
the score of real examples, which is its accuracy, is the best that one can expect.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from kgan.metrics.class_frechet import check_labels
from kgan.metrics.discriminant import LinearDiscriminant, left_out_accuracy
from kgan.metrics.examples import check_alike, vectors
from kgan.metrics.metric import SampleMetric
from kgan.metrics.precision_recall import share
from kgan.metrics.value import Value


@keras.saving.register_keras_serializable("kgan")
class Agreement(SampleMetric):
    """Streaming share of examples of the class asked for, and the worst class.

    The sides `real_labels` and `labels` hold the classes of the examples in `real` and
    the classes asked for in `fake`.

    >>> labels = np.arange(64) % 2
    >>> metric = kgan.metrics.Agreement()
    >>> apart = real + 9.0 * labels[:, None]
    >>> values = metric.score(apart, apart, real_labels=labels, labels=labels)
    >>> values["agreement"].value
    1.0

    Args:
        capacity: the largest number of examples per side.

    Raises:
        ValueError: for a capacity below 1.
    """

    needs = "features"
    sides = ("real", "fake", "real_labels", "labels")
    better = {"agreement": "higher", "worst_class_agreement": "higher"}

    def __init__(
        self,
        capacity: int = 10_000,
        name: str = "agreement",
        dtype: str | None = None,
    ) -> None:
        super().__init__(capacity, name=name, dtype=dtype)

    def score(
        self,
        real: np.ndarray | None,
        fake: np.ndarray,
        *,
        real_labels: Any = None,
        labels: Any = None,
        seed: int = 0,
    ) -> dict[str, Value]:
        """See `Metric.score`.

        Args:
            real: features [n, d].
            fake: features [m, d].
            real_labels: integers [n], the classes of `real`.
            labels: integers [m], the classes that `fake` should be of. Not every class
                has to be asked for.
            seed: not used.

        Raises:
            ValueError: for other shapes, one class, a class of fewer than 2 real
                examples, or labels that no real example has.
        """
        real, fake = vectors(real, "real features"), vectors(fake, "features")
        check_alike(real, fake)
        real_labels = check_labels(real_labels, len(real), "real_labels")
        labels = check_labels(labels, len(fake), "labels")
        check_known(labels, real_labels)
        told = LinearDiscriminant(real, real_labels).predict(fake)
        known = left_out_accuracy(real, real_labels)
        agrees = told == labels
        by = (
            f"by a linear classifier of the features of {len(real)} real examples, "
            f"which tells the class of {known:.1%} of real examples that it does not "
            "know"
        )
        shares = {
            number: agrees[labels == number] for number in np.unique(labels).tolist()
        }
        worst = min(shares, key=lambda number: shares[number].mean())
        value, of_worst = (
            share(float(part.mean()), len(part), "generated")
            for part in (agrees, shares[worst])
        )
        return {
            "agreement": Value(value.value, value.error, f"{value.how}; {by}"),
            "worst_class_agreement": Value(
                of_worst.value, of_worst.error, f"class {worst}; {of_worst.how}; {by}"
            ),
        }


def check_known(labels: np.ndarray, real_labels: np.ndarray) -> None:
    """Raises ValueError unless the real examples show what the labels mean.

    Args:
        labels: integers [m] of generated examples.
        real_labels: integers [n] of real ones: at least 2 classes, and 2 examples each.
    """
    classes, counts = np.unique(real_labels, return_counts=True)
    if len(classes) < 2 or counts.min() < 2:
        raise ValueError(
            "Expected real examples of at least 2 classes, and 2 of each. Received: "
            f"{len(classes)} classes, and {counts.min()} of class "
            f"{classes[counts.argmin()]}. Score more real examples."
        )
    unknown = np.setdiff1d(labels, classes)
    if unknown.size:
        raise ValueError(
            f"Expected labels of real examples, from {classes[0]} to {classes[-1]}. "
            f"Received: label {unknown[0]}, which no real example has."
        )
