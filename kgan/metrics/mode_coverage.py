"""Mode coverage, where the modes are known: mixtures of Gaussians, as in VEEGAN,
Srivastava et al. 2017, https://arxiv.org/abs/1705.07761, and PacGAN, Lin et al. 2018,
https://arxiv.org/abs/1712.04086, and the 1,000 numbers of stacked MNIST, Metz et al.
2017, https://arxiv.org/abs/1611.02163.

A collapsed generator makes few of the modes. KL(p || uniform) = sum_i p_i log(p_i k),
in nats, tells whether it makes the k of them equally often: from 0 to log k.
"""

import keras
import numpy as np

from kgan.data import synthetic
from kgan.metrics.distances import squared_distances
from kgan.metrics.examples import finite, vectors, warn
from kgan.metrics.metric import SampleMetric
from kgan.metrics.precision_recall import share
from kgan.metrics.value import Value

# Name -> centres and standard deviation of the sets of kgan.data.
TARGETS = {
    "grid": (synthetic.grid_centres(), 0.05),
    "ring": (synthetic.ring_centres(), 0.01),
}


def mode_coverage(points, centres, std):
    """How a set of points covers a mixture of equal Gaussians.

    Args:
        points: [n, d].
        centres: [k, d] of the Gaussians.
        std: their standard deviation.

    Returns:
        (counts int64 [k] of the points nearest to each centre, counts int64 [k] of
        those of high quality: within three standard deviations of it).

    Raises:
        ValueError: for other shapes or NaN.
    """
    points = vectors(points, "points").astype("float64", copy=False)
    centres = vectors(centres, "centres").astype("float64", copy=False)
    if points.shape[1] != centres.shape[1]:
        raise ValueError(
            f"Expected points of {centres.shape[1]} dimensions, as the modes have. "
            f"Received: shape {points.shape}."
        )
    squared = squared_distances(points, centres)
    nearest = squared.argmin(axis=1)
    good = squared.min(axis=1) <= (3.0 * std) ** 2
    k = len(centres)
    return np.bincount(nearest, minlength=k), np.bincount(nearest[good], minlength=k)


def stacked_digits(predictions, classes=10, first=0):
    """How many examples show each number, by the classes seen in their channels.

    Args:
        predictions: logits [n, channels, at least `first` + `classes`] of a classifier
            of each channel, or labels [n, channels], integers.
        classes: that a label can be.
        first: where they begin among the logits; labels begin at 0.

    Returns:
        int64 [classes ** channels]: three channels of ten digits make 1,000.

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
    """Streaming `mode_coverage`: modes found, share of high quality, and KL.

    A mode is found if one point of high quality lies there. The KL is of all points,
    each counted for its nearest mode.

    Args:
        centres: "grid", the 25, or "ring", the 8 of `kgan.data`; or [k, d] numbers.
        std: of each Gaussian; None for that of the grid or ring.
        capacity: the largest number of points.
    """

    needs = "points"
    sides = ("fake",)
    better = {"modes": "higher", "high_quality": "higher", "kl": "lower"}

    def __init__(
        self,
        centres="grid",
        std=None,
        capacity=10_000,
        name="mode_coverage",
        dtype=None,
    ):
        super().__init__(capacity, name=name, dtype=dtype)
        named = isinstance(centres, str)
        if (named and centres not in TARGETS) or (not named and std is None):
            raise ValueError(
                "Expected centres to be grid, ring, or numbers [k, d] with a std. "
                f"Received: centres={centres!r}, std={std}."
            )
        self.centres = centres if named else np.asarray(centres).tolist()
        self.std = TARGETS[centres][1] if std is None else float(std)

    def score(self, real, fake, *, seed=0):
        centres = self.centres
        if isinstance(centres, str):
            centres, _ = TARGETS[centres]
        counts, good = mode_coverage(fake, centres, self.std)
        n = len(fake)
        return {
            "modes": _found(good, n),
            "high_quality": share(float(good.sum() / n), n, "generated"),
            "kl": _divergence(counts),
        }

    def get_config(self):
        return {**super().get_config(), "centres": self.centres, "std": self.std}


@keras.saving.register_keras_serializable("kgan")
class StackedModeCoverage(SampleMetric):
    """Streaming `stacked_digits`: modes found among the 1,000, and KL.

    Its examples are logits [n, channels, at least `first` + `classes`] or labels
    [n, channels] of a classifier of each channel. 26,000 are usual.

    Args:
        classes: that a label can be.
        first: where they begin among the logits: 0 for the digits of the extractor
            "lenet", 10 for its articles of fashion.
        capacity: the largest number of examples.
    """

    needs = "channel_logits"
    sides = ("fake",)
    better = {"modes": "higher", "kl": "lower"}

    def __init__(
        self,
        classes=10,
        first=0,
        capacity=26_000,
        name="stacked_mode_coverage",
        dtype=None,
    ):
        super().__init__(capacity, name=name, dtype=dtype)
        self.classes, self.first = classes, first

    def score(self, real, fake, *, seed=0):
        counts = stacked_digits(fake, self.classes, self.first)
        return {"modes": _found(counts, len(fake)), "kl": _divergence(counts)}

    def get_config(self):
        config = super().get_config()
        return {**config, "classes": self.classes, "first": self.first}


def _found(counts, n):
    found = int(np.count_nonzero(counts))
    return Value(float(found), None, f"a count: of {len(counts)}, by {n} examples")


def _divergence(counts):
    n, k = counts.sum(), len(counts)
    if n < 5 * k:
        warn(
            f"The KL of {n} examples over {k} modes is biased upwards, by about "
            f"{min((k - 1) / (2 * n), np.log(k)):.2g}. Score more examples."
        )
    p = counts[counts > 0] / n
    surprise = np.log(p * k)
    kl = p @ surprise
    # To first order, the spread of log(p_i k) over the examples
    error = np.sqrt(max(p @ np.square(surprise) - kl**2, 0.0) / n)
    how = f"standard error over {n} examples, in nats"
    return Value(max(float(kl), 0.0), float(error), how)
