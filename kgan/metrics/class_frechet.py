"""Frechet distance per class, the "intra-FID" of Miyato and Koyama 2018, "cGANs with
projection discriminator", https://arxiv.org/abs/1802.05637.

For each class, the real examples of the class are compared with the examples that the
generator makes for it. A generator that ignores its labels has a good Frechet distance
and a bad one per class.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from kgan.metrics.examples import check_alike, vectors
from kgan.metrics.frechet import FrechetDistance
from kgan.metrics.metric import SampleMetric
from kgan.metrics.value import Value


@keras.saving.register_keras_serializable("kgan")
class ClassFrechetDistance(SampleMetric):
    """The mean over the classes of `FrechetDistance`, and the worst class.

    The sides `real_labels` and `labels` hold the classes of the examples in `real` and
    `fake`. The classes are those of the real examples.

    >>> labels = np.arange(64) % 2
    >>> metric = kgan.metrics.ClassFrechetDistance()
    >>> sides = {"real_labels": labels, "labels": labels}
    >>> values = metric.score(real, fake, **sides)
    >>> values["class_frechet_distance"].how
    'standard error of the mean of 2 classes, 32 to 32 generated examples each'

    Args:
        capacity: the largest number of examples per side.

    Raises:
        ValueError: for a capacity below 1.
    """

    needs = "features"
    sides = ("real", "fake", "real_labels", "labels")
    better = {"class_frechet_distance": "lower", "worst_class_frechet": "lower"}

    def __init__(
        self,
        capacity: int = 10_000,
        name: str = "class_frechet_distance",
        dtype: str | None = None,
    ) -> None:
        super().__init__(capacity, name=name, dtype=dtype)

    def of_classes(
        self, real: np.ndarray, fake: np.ndarray, real_labels: Any, labels: Any
    ) -> dict[int, Value]:
        """Returns class -> `Value` of `FrechetDistance` on its examples alone.

        Args:
            real: features [n, d].
            fake: features [m, d].
            real_labels: integers [n], the classes of `real`.
            labels: integers [m], the classes of `fake`.

        Raises:
            ValueError: for other shapes, a class of fewer than 2 examples on one side,
                or a class that has no real examples.
        """
        one = FrechetDistance()
        sides = by_class(real, fake, real_labels, labels)
        values = {}
        for number, (of_real, of_fake) in sides.items():
            (values[number],) = one.score(of_real, of_fake).values()
        return values

    def score(
        self,
        real: np.ndarray | None,
        fake: np.ndarray,
        *,
        real_labels: Any = None,
        labels: Any = None,
        seed: int = 0,
    ) -> dict[str, Value]:
        """See `Metric.score`; arguments as for `of_classes`.

        Raises:
            ValueError: as `of_classes`.
        """
        values = self.of_classes(real, fake, real_labels, labels)
        counts = np.unique_counts(np.asarray(labels)).counts
        size = f"{counts.min()} to {counts.max()} generated examples each"
        errors = [value.error for value in values.values()]
        error, how = None, f"no error: {len(values)} classes, {size}"
        if None not in errors:
            # The classes are independent draws.
            error = float(np.linalg.norm(errors) / len(errors))
            how = f"standard error of the mean of {len(values)} classes, {size}"
        mean = float(np.mean([value.value for value in values.values()]))
        worst = max(values, key=lambda number: values[number].value)
        value = values[worst]
        return {
            "class_frechet_distance": Value(mean, error, how),
            "worst_class_frechet": Value(
                value.value, value.error, f"class {worst}; {value.how}"
            ),
        }


def by_class(
    real: np.ndarray, fake: np.ndarray, real_labels: Any, labels: Any
) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Returns class -> (the real examples of the class, the generated ones).

    Args:
        real: features [n, d].
        fake: features [m, d].
        real_labels: integers [n], the classes of `real`.
        labels: integers [m], the classes of `fake`.

    Raises:
        ValueError: for other shapes, a class of fewer than 2 examples on one side, or a
            class that has no real examples.
    """
    real, fake = vectors(real, "real features"), vectors(fake, "features")
    check_alike(real, fake)
    real_labels = check_labels(real_labels, len(real), "real_labels")
    labels = check_labels(labels, len(fake), "labels")
    sides = {}
    for number in np.union1d(real_labels, labels).tolist():
        pair = real[real_labels == number], fake[labels == number]
        counts = [len(side) for side in pair]
        if min(counts) < 2:
            raise ValueError(
                "Expected at least 2 real and 2 generated examples of each class. "
                f"Received: {counts[0]} real and {counts[1]} generated examples of "
                f"class {number}. Score more examples, or leave the class out."
            )
        sides[number] = pair
    return sides


def check_labels(labels: Any, count: int, what: str) -> np.ndarray:
    """Returns labels as int64 [count].

    Args:
        labels: whole numbers [count], also as floats.
        count: the number of examples.
        what: the name of the side, for the error message.

    Raises:
        ValueError: for None, another shape, or numbers that are not whole.
    """
    if labels is None:
        raise ValueError(f"Expected {what}, one per example. Received: none.")
    labels = np.asarray(labels)
    if labels.shape != (count,) or (labels != np.floor(labels)).any():
        raise ValueError(
            f"Expected {what} to be {count} whole numbers, one per example. "
            f"Received: {labels.dtype} of shape {labels.shape}."
        )
    return labels.astype("int64")
