"""A model's codes as a classifier: Chen et al. 2016, "InfoGAN", arXiv 1606.03657.

A model that learned without labels gives each real image a code, such as one of ten.
Codes are numbered at random: each gets the class with which it agrees best, one class
for one code, and the error is the share of images whose code stands for another class.
The paper matches codes and digits of MNIST in the same way, and has an error of about
0.05.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from kgan.metrics.class_frechet import check_labels
from kgan.metrics.matching import best_matching
from kgan.metrics.model_metric import ModelMetric
from kgan.metrics.precision_recall import share
from kgan.metrics.value import Value

# A longer list of codes is left out of a record.
_LISTED = 20


@keras.saving.register_keras_serializable("kgan")
class CodeError(ModelMetric):
    """Streaming share of images whose code stands for another class.

    The side `fake` holds the code that the model gives to each image; the side
    `labels` holds the class of each image.

    >>> metric = kgan.metrics.CodeError()
    >>> codes, labels = np.array([2, 2, 2, 0]), np.array([1, 1, 0, 0])
    >>> metric.score(None, codes, labels=labels)["code_error"].value
    0.25

    Args:
        capacity: the largest number of images.

    Raises:
        ValueError: for a capacity below 1.
    """

    needs = "classes"
    sides = ("fake", "labels")
    asks = "from images to a class or code"
    better = {"code_error": "lower"}

    def __init__(
        self,
        capacity: int = 50_000,
        name: str = "code_error",
        dtype: str | None = None,
    ) -> None:
        super().__init__(capacity, name=name, dtype=dtype)

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
            fake: integers [n], the codes.
            labels: integers [n], the classes.
            seed: not used.

        Raises:
            ValueError: for other shapes, no images, or numbers that are not whole.
        """
        count = len(fake)
        if count == 0:
            raise ValueError("Expected codes of at least one image. Received: none.")
        fake = check_labels(fake, count, "codes")
        labels = check_labels(labels, count, "labels")
        codes, rows = np.unique(fake, return_inverse=True)
        classes, columns = np.unique(labels, return_inverse=True)
        table = np.zeros((len(codes), len(classes)), "int64")
        np.add.at(table, (rows, columns), 1)
        matching = best_matching(table)
        # Codes without a class have the matching -1.
        wrong = float(np.mean(matching[rows] != columns))
        value = share(wrong, count, "real")
        how = f"{value.how}{_told(codes, classes, matching)}"
        return {"code_error": Value(value.value, value.error, how)}

    def best(self, images: np.ndarray, labels: np.ndarray | None) -> np.ndarray:
        """Returns the classes themselves."""
        return np.asarray(labels)

    def chance(self, images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Returns one code for all images: it stands for the largest class."""
        return np.zeros(len(images), "int32")


def _told(codes: np.ndarray, classes: np.ndarray, matching: np.ndarray):
    if len(codes) > _LISTED:
        return ""
    pairs = [
        f"{code} is {classes[i] if i >= 0 else 'no class'}"
        for code, i in zip(codes, matching, strict=True)
    ]
    return f"; code {', '.join(pairs)}"
