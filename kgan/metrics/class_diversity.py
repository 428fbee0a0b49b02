"""Diversity within classes, as Odena, Olah and Shlens 2016 ask for, "Conditional image
synthesis with auxiliary classifier GANs", https://arxiv.org/abs/1610.09585, part 4.2.

A generator can show every class, and one example of each. The paper compares the mean
MS-SSIM of pairs of generated images of a class with that of real ones; five scales need
176 pixels. Here, pairs are compared by the distance of their features:

    D(X) = mean over pairs i != j of |x_i - x_j|,  score of a class: D(fake) / D(real)

so that 1 is as diverse as real examples, and 0 is one example again and again. Mistakes
count as diversity too: a class with examples of others scores above 1, so read it with
`kgan.metrics.Agreement`. A few examples, each repeated many times, are nearly as far
apart as many: recall and coverage notice them.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from kgan.metrics.class_frechet import by_class
from kgan.metrics.distances import squared_distances
from kgan.metrics.metric import SampleMetric
from kgan.metrics.value import Value

_ROWS = 1024


def mean_distance(features: np.ndarray) -> tuple[float, float]:
    """Returns the mean distance between two different examples, and its error.

    >>> x = np.array([[0.0], [0.0], [3.0]])
    >>> kgan.metrics.class_diversity.mean_distance(x)[0]
    2.0

    Args:
        features: [n, d], n >= 2.

    Returns:
        Two floats. The error is the standard error of a mean over pairs that share
        examples: 2 / sqrt(n) times the spread of the mean distances from each example.
    """
    n = len(features)
    x = features - features.mean(axis=0, dtype="float64")
    from_each = np.empty(n)
    for i in range(0, n, _ROWS):
        squared = squared_distances(x[i : i + _ROWS], x)
        # By rounding, an example may seem to lie apart from itself.
        squared[np.arange(len(squared)), np.arange(i, i + len(squared))] = 0.0
        distances = np.sqrt(np.maximum(squared, 0.0))
        from_each[i : i + _ROWS] = distances.sum(axis=1) / (n - 1)
    return float(from_each.mean()), float(2.0 * from_each.std() / np.sqrt(n))


@keras.saving.register_keras_serializable("kgan")
class ClassDiversity(SampleMetric):
    """The mean over the classes of `mean_distance`, relative to real, and the worst.

    The sides `real_labels` and `labels` hold the classes of the examples in `real` and
    `fake`. The classes are those of the real examples.

    >>> labels = np.arange(64) % 2
    >>> metric = kgan.metrics.ClassDiversity()
    >>> sides = {"real_labels": labels, "labels": labels}
    >>> round(metric.score(real, 3 * real, **sides)["class_diversity"].value, 6)
    3.0

    Args:
        capacity: the largest number of examples per side.

    Raises:
        ValueError: for a capacity below 1.
    """

    needs = "features"
    sides = ("real", "fake", "real_labels", "labels")
    better = {"class_diversity": "higher", "worst_class_diversity": "higher"}
    noise_reaches = tuple(better)

    def __init__(
        self,
        capacity: int = 10_000,
        name: str = "class_diversity",
        dtype: str | None = None,
    ) -> None:
        super().__init__(capacity, name=name, dtype=dtype)

    def of_classes(
        self, real: np.ndarray, fake: np.ndarray, real_labels: Any, labels: Any
    ) -> dict[int, Value]:
        """Returns class -> diversity of its generated examples, relative to real ones.

        Args:
            real: features [n, d].
            fake: features [m, d].
            real_labels: integers [n], the classes of `real`.
            labels: integers [m], the classes of `fake`.

        Raises:
            ValueError: for other shapes, a class of fewer than 2 examples on one side,
                a class that has no real examples, or one whose real examples are all
                equal.
        """
        values = {}
        sides = by_class(real, fake, real_labels, labels)
        for number, (of_real, of_fake) in sides.items():
            goal, goal_error = mean_distance(of_real)
            if goal == 0.0:
                raise ValueError(
                    "Expected real examples of each class to differ. Received: "
                    f"{len(of_real)} equal examples of class {number}. Choose another "
                    "extractor, or leave the class out."
                )
            distance, error = mean_distance(of_fake)
            ratio = distance / goal
            values[number] = Value(
                ratio,
                float(np.hypot(error, ratio * goal_error) / goal),
                f"standard error over {len(of_fake)} generated and {len(of_real)} real "
                "examples",
            )
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
        # The classes are independent draws.
        error = np.linalg.norm([value.error for value in values.values()])
        worst = min(values, key=lambda number: values[number].value)
        value = values[worst]
        return {
            "class_diversity": Value(
                float(np.mean([value.value for value in values.values()])),
                float(error / len(values)),
                f"standard error of the mean of {len(values)} classes, relative to "
                "real ones",
            ),
            "worst_class_diversity": Value(
                value.value, value.error, f"class {worst}; {value.how}"
            ),
        }
