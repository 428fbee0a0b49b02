"""Mode coverage of data with known modes: mixtures of Gaussians, as in VEEGAN,
Srivastava et al. 2017, https://arxiv.org/abs/1705.07761, and PacGAN, Lin et al. 2018,
https://arxiv.org/abs/1712.04086, and the 1,000 numbers of stacked MNIST, Metz et al.
2017, https://arxiv.org/abs/1611.02163.

A collapsed generator makes few of the modes. KL(p || uniform) = sum_i p_i log(p_i k),
in nats, measures whether the generator makes all k modes equally often: it is 0 if it
does, and log k if it makes one mode only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from kgan.data import synthetic
from kgan.metrics.distances import squared_distances
from kgan.metrics.examples import finite, vectors, warn
from kgan.metrics.metric import Conditions, SampleMetric
from kgan.metrics.precision_recall import share
from kgan.metrics.value import Value

# Name of a set in kgan.data -> its centres and standard deviation.
TARGETS = {
    "grid": (synthetic.grid_centres(), 0.05),
    "ring": (synthetic.ring_centres(), 0.01),
}


def mode_coverage(
    points: np.ndarray, centres: np.ndarray, std: float
) -> tuple[np.ndarray, np.ndarray]:
    """Counts the points per mode of a mixture of equal Gaussians.

    Args:
        points: [n, d].
        centres: [k, d] of the Gaussians.
        std: the standard deviation of each Gaussian.

    Returns:
        (the number of points nearest to each centre, int64 [k]; the number of those
        points with high quality, within three standard deviations of the centre,
        int64 [k]).

    Raises:
        ValueError: for other shapes or NaN.
    """
    points = vectors(points, "points").astype("float64", copy=False)
    centres = vectors(centres, "centres").astype("float64", copy=False)
    if points.shape[1] != centres.shape[1]:
        raise ValueError(
            f"Expected points of {centres.shape[1]} dimensions, like the modes. "
            f"Received: shape {points.shape}."
        )
    squared = squared_distances(points, centres)
    nearest = squared.argmin(axis=1)
    good = squared.min(axis=1) <= (3.0 * std) ** 2
    k = len(centres)
    return np.bincount(nearest, minlength=k), np.bincount(nearest[good], minlength=k)


def stacked_digits(
    predictions: np.ndarray, classes: int = 10, first: int = 0
) -> np.ndarray:
    """Counts the examples per number; each channel shows one digit of the number.

    Args:
        predictions: logits [n, channels, `first` + `classes` or more] of a classifier
            for each channel, or integer labels [n, channels].
        classes: the number of classes of a channel.
        first: the index of the first class in the logits; labels begin at 0.

    Returns:
        int64 [classes ** channels]: three channels of ten digits give 1,000 numbers.

    Raises:
        ValueError: for other shapes, NaN or other labels.
    """
    predictions = finite(predictions, "predictions")
    labels = predictions
    if predictions.ndim == 3 and predictions.shape[2] >= first + classes:
        labels = predictions[:, :, first : first + classes].argmax(axis=2)
    if labels.ndim != 2 or labels.size == 0:
        raise ValueError(
            f"Expected logits [n, channels, {first + classes} or more] or labels [n, "
            f"channels]. Received: shape {predictions.shape}."
        )
    if not np.isin(labels, np.arange(classes)).all():
        raise ValueError(
            f"Expected integer labels from 0 to {classes - 1}. Received: labels from "
            f"{labels.min():g} to {labels.max():g}."
        )
    channels = labels.shape[1]
    numbers = labels.astype("int64") @ classes ** np.arange(channels)[::-1]
    return np.bincount(numbers, minlength=classes**channels)


@keras.saving.register_keras_serializable("kgan")
class ModeCoverage(SampleMetric):
    """Streaming `mode_coverage`: number of modes, share of high quality, and KL.

    A mode counts as covered if at least one point of high quality lies there. The KL
    is computed from all points; each point counts for its nearest mode.

    >>> centres = [[0.0, 0.0], [1.0, 0.0]]
    >>> metric = kgan.metrics.ModeCoverage(centres, std=0.1)
    >>> metric.score(None, np.repeat(centres, 5, axis=0))["modes"].value
    2.0

    Args:
        centres: "grid" or "ring", the 25 or 8 modes of `kgan.data`; or [k, d] numbers.
        std: of each Gaussian; None: that of the grid or ring.
        capacity: the largest number of points.

    Raises:
        ValueError: for another name, numbers without `std`, or a capacity below 1.
    """

    needs = "points"
    sides = ("fake",)
    better = {"modes": "higher", "high_quality": "higher", "kl": "lower"}
    noise_reaches = ("modes", "kl")

    def __init__(
        self,
        centres: str | Sequence[Sequence[float]] | np.ndarray = "grid",
        std: float | None = None,
        capacity: int = 10_000,
        name: str = "mode_coverage",
        dtype: str | None = None,
    ) -> None:
        super().__init__(capacity, name=name, dtype=dtype)
        named = isinstance(centres, str)
        if (named and centres not in TARGETS) or (not named and std is None):
            raise ValueError(
                "Expected centres to be grid, ring, or numbers [k, d] with a std. "
                f"Received: centres={centres!r}, std={std}."
            )
        self.centres = centres if named else np.asarray(centres).tolist()
        self.std = TARGETS[centres][1] if std is None else float(std)

    @classmethod
    def made_for(cls, conditions: Conditions) -> ModeCoverage:
        return cls(conditions.dataset) if conditions.dataset in TARGETS else cls()

    def misfit(self, dataset: str) -> str | None:
        if not isinstance(self.centres, str) or self.centres == dataset:
            return None
        return (
            f"{self.name} looks for the modes of {self.centres}, but {dataset} has "
            f"other modes. Give the metric the centres of {dataset}."
        )

    def score(
        self, real: np.ndarray | None, fake: np.ndarray, *, seed: int = 0
    ) -> dict[str, Value]:
        centres = self.centres
        if isinstance(centres, str):
            centres, _ = TARGETS[centres]
        counts, good = mode_coverage(fake, centres, self.std)
        n = len(fake)
        return {
            "modes": _covered(good, n),
            "high_quality": share(float(good.sum() / n), n, "generated"),
            "kl": _divergence(counts),
        }

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "centres": self.centres, "std": self.std}


@keras.saving.register_keras_serializable("kgan")
class StackedModeCoverage(SampleMetric):
    """Streaming `stacked_digits`: number of modes, of 1,000 for three digits, and KL.

    The examples are logits [n, channels, `first` + `classes` or more] or labels [n,
    channels] of a classifier for each channel. Papers usually score 26,000 examples.

    >>> metric = kgan.metrics.StackedModeCoverage(classes=2)
    >>> always_zero = np.zeros((40, 3))
    >>> metric.score(None, always_zero)["modes"].value
    1.0

    Args:
        classes: the number of classes of a channel.
        first: the index of the first class in the logits: 0 for the digits of the
            extractor "lenet", 10 for its articles of fashion.
        capacity: the largest number of examples.

    Raises:
        ValueError: for a capacity below 1.
    """

    needs = "channel_logits"
    sides = ("fake",)
    better = {"modes": "higher", "kl": "lower"}

    def __init__(
        self,
        classes: int = 10,
        first: int = 0,
        capacity: int = 26_000,
        name: str = "stacked_mode_coverage",
        dtype: str | None = None,
    ) -> None:
        super().__init__(capacity, name=name, dtype=dtype)
        self.classes, self.first = classes, first

    @classmethod
    def made_for(cls, conditions: Conditions) -> StackedModeCoverage:
        base = conditions.dataset.removeprefix("stacked_")
        return cls(first=conditions.first_class(base))

    def score(
        self, real: np.ndarray | None, fake: np.ndarray, *, seed: int = 0
    ) -> dict[str, Value]:
        counts = stacked_digits(fake, self.classes, self.first)
        return {"modes": _covered(counts, len(fake)), "kl": _divergence(counts)}

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        return {**config, "classes": self.classes, "first": self.first}


def _covered(counts: np.ndarray, n: int):
    covered = float(np.count_nonzero(counts))
    return Value(covered, None, f"a count of {len(counts)} modes, in {n} examples")


def _divergence(counts: np.ndarray):
    n, k = counts.sum(), len(counts)
    if n < 5 * k:
        warn(
            f"The KL of {n} examples over {k} modes is biased upwards, by about "
            f"{min((k - 1) / (2 * n), np.log(k)):.2g}. Score more examples."
        )
    p = counts[counts > 0] / n
    surprise = np.log(p * k)
    kl = p @ surprise
    # To first order, the error is the spread of log(p_i k) over the examples.
    error = np.sqrt(max(p @ np.square(surprise) - kl**2, 0.0) / n)
    how = f"standard error over {n} examples, in nats"
    return Value(max(float(kl), 0.0), float(error), how)
