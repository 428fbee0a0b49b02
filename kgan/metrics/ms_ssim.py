"""MS-SSIM diversity, Odena et al. 2017, https://arxiv.org/abs/1610.09585, after Wang et
al. 2003, "Multiscale structural similarity for image quality assessment".

The score is the mean similarity of random pairs of generated images. The images of a
collapsed generator are alike. The aim is the score of real images; a lower score means
noise or distortion.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kgan.metrics.examples import images
from kgan.metrics.metric import SampleMetric
from kgan.metrics.value import Value

# The paper has these exponents for its five scales, and a Gaussian window of 11 pixels.
_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
_WINDOW = 11
_CHUNK = 2**20


def scales(height: int, width: int) -> int:
    """Returns how many of the five scales fit; each scale halves the side.

    Args:
        height: in pixels, at least 11.
        width: in pixels, at least 11.

    Returns:
        1 to 5: the number of scales on which the smaller side has 11 pixels or more.

    Raises:
        ValueError: for images smaller than one window, 11 x 11 pixels.
    """
    side = min(height, width)
    if side < _WINDOW:
        raise ValueError(
            f"Expected images of at least {_WINDOW}x{_WINDOW} pixels for MS-SSIM. "
            f"Received: {height}x{width}."
        )
    sides = [-(-side // 2**scale) for scale in range(len(_WEIGHTS))]
    return sum(side >= _WINDOW for side in sides)


def ms_ssim(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Returns the MS-SSIM of pairs of images, over as many scales as fit.

    With fewer than five scales, the exponents are divided by their sum. Scores of
    images of different sizes are therefore not fully comparable. As in TensorFlow, an
    odd side is padded before it is halved, and negative correlations count as 0.

    Args:
        first: [n, height, width, channels] in [-1, 1].
        second: images of the same shape.

    Returns:
        float64 [n] in [0, 1], computed in float32; 1 for equal images.

    Raises:
        ValueError: for other shapes or pixels, or images smaller than 11 x 11.
    """
    first, second = images(first, "images"), images(second, "images")
    if first.shape != second.shape:
        raise ValueError(
            "Expected both images of each pair to have one shape. "
            f"Received: {first.shape} and {second.shape}."
        )
    weights = np.array(_WEIGHTS[: scales(*first.shape[1:3])])
    similarities = tf.image.ssim_multiscale(
        _unit(first), _unit(second), 1.0, weights / weights.sum()
    )
    return similarities.numpy().astype("float64")


def ms_ssim_of_pairs(array: np.ndarray, pairs: int = 5000, seed: int = 0) -> np.ndarray:
    """Returns the MS-SSIM of random pairs of different images of one set.

    Args:
        array: images [n, height, width, channels] in [-1, 1], n >= 2.
        pairs: the number of pairs, drawn independently.
        seed: of the draw.

    Returns:
        float64 [pairs] in [0, 1].

    Raises:
        ValueError: for other shapes or pixels, one image, or images smaller than
            11 x 11.
    """
    array = images(array, "images", at_least=2)
    rng = np.random.default_rng(seed)
    first = rng.integers(len(array), size=pairs)
    second = (first + rng.integers(1, len(array), size=pairs)) % len(array)
    step = max(_CHUNK // array[0].size, 1)
    starts = range(0, pairs, step)
    parts = [(first[i : i + step], second[i : i + step]) for i in starts]
    return np.concatenate([ms_ssim(array[a], array[b]) for a, b in parts])


@keras.saving.register_keras_serializable("kgan")
class MSSSIM(SampleMetric):
    """Streaming mean of `ms_ssim_of_pairs` of images in [-1, 1].

    A generator that repeats one image scores 1:

    >>> metric = kgan.metrics.MSSSIM(pairs=10)
    >>> collapsed = np.repeat(images[:1], 4, axis=0)
    >>> round(metric.score(None, collapsed)["ms_ssim"].value, 3)
    1.0

    Args:
        pairs: the number of pairs, at least 1.
        capacity: the largest number of images.

    Raises:
        ValueError: for `pairs` or a capacity below 1.
    """

    needs = "images"
    sides = ("fake",)
    better = {"ms_ssim": "lower"}
    noise_reaches = ("ms_ssim",)

    def __init__(
        self,
        pairs: int = 5000,
        capacity: int = 10_000,
        name: str = "ms_ssim",
        dtype: str | None = None,
    ) -> None:
        super().__init__(capacity, name=name, dtype=dtype)
        if pairs < 1:
            raise ValueError(f"Expected pairs >= 1. Received: pairs={pairs}.")
        self.pairs = pairs

    def score(
        self, real: np.ndarray | None, fake: np.ndarray, *, seed: int = 0
    ) -> dict[str, Value]:
        similarities = ms_ssim_of_pairs(fake, self.pairs, seed)
        height, width = np.shape(fake)[1:3]
        used = scales(height, width)
        how = f"standard error over {self.pairs} pairs of {len(fake)} images"
        if used < len(_WEIGHTS):
            how += f"; {used} of {len(_WEIGHTS)} scales, for {height}x{width} pixels"
        error = similarities.std() / np.sqrt(self.pairs)
        return {"ms_ssim": Value(float(similarities.mean()), float(error), how)}

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "pairs": self.pairs}


def _unit(array: np.ndarray):
    return tf.constant((array + 1.0) / 2.0, tf.float32)
