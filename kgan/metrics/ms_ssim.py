"""MS-SSIM diversity, Odena et al. 2017, https://arxiv.org/abs/1610.09585, after Wang et
al. 2003, "Multiscale structural similarity for image quality assessment".

The mean similarity of random pairs of generated images. A collapsed generator's images
are alike: compare with the same figure of real images, which is the aim; a lower one is
noise or distortion.
"""

import keras
import numpy as np
import tensorflow as tf

from kgan.metrics.examples import images
from kgan.metrics.metric import SampleMetric
from kgan.metrics.value import Value

# Exponents of the five scales in the paper, and the side of its Gaussian window.
_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
_WINDOW = 11
_CHUNK = 2**20


def scales(height, width):
    """How many of the five scales images have: each halves the side, down to 11 pixels.

    Raises:
        ValueError: for images smaller than one window.
    """
    side = min(height, width)
    if side < _WINDOW:
        raise ValueError(
            f"Expected images of at least {_WINDOW}x{_WINDOW} pixels for MS-SSIM. "
            f"Received: {height}x{width}."
        )
    sides = [-(-side // 2**scale) for scale in range(len(_WEIGHTS))]
    return sum(side >= _WINDOW for side in sides)


def ms_ssim(first, second):
    """MS-SSIM of pairs of images, over as many scales as they have.

    The exponents of fewer than five scales are divided by their sum, so that figures of
    images of other sizes are not quite comparable. As in TensorFlow, an odd side is
    padded before it is halved, and negative correlations count as 0.

    Args:
        first: [n, height, width, channels] in [-1, 1].
        second: of the same shape.

    Returns:
        float64 [n] in [0, 1], computed in float32; 1 for equal images.

    Raises:
        ValueError: for other shapes or pixels, or images smaller than 11 x 11.
    """
    first, second = images(first, "images"), images(second, "images")
    if first.shape != second.shape:
        raise ValueError(
            "Expected pairs of images of one shape. "
            f"Received: {first.shape} and {second.shape}."
        )
    weights = np.array(_WEIGHTS[: scales(*first.shape[1:3])])
    similarities = tf.image.ssim_multiscale(
        _unit(first), _unit(second), 1.0, weights / weights.sum()
    )
    return similarities.numpy().astype("float64")


def ms_ssim_of_pairs(array, pairs=5000, seed=0):
    """MS-SSIM of random pairs of different images of one set.

    Args:
        array: images [n, height, width, channels] in [-1, 1], n >= 2.
        pairs: how many, drawn independently.
        seed: of the draw.

    Returns:
        float64 [pairs].
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
    """Streaming mean of `ms_ssim_of_pairs`.

    Args:
        pairs: how many.
        capacity: the largest number of images.
    """

    needs = "images"
    sides = ("fake",)
    better = {"ms_ssim": "lower"}

    def __init__(self, pairs=5000, capacity=10_000, name="ms_ssim", dtype=None):
        super().__init__(capacity, name=name, dtype=dtype)
        if pairs < 1:
            raise ValueError(f"Expected pairs >= 1. Received: pairs={pairs}.")
        self.pairs = pairs

    def score(self, real, fake, *, seed=0):
        similarities = ms_ssim_of_pairs(fake, self.pairs, seed)
        height, width = np.shape(fake)[1:3]
        used = scales(height, width)
        how = f"standard error over {self.pairs} pairs of {len(fake)} images"
        if used < len(_WEIGHTS):
            how += f"; {used} scales of {len(_WEIGHTS)}, for {height}x{width} pixels"
        error = similarities.std() / np.sqrt(self.pairs)
        return {"ms_ssim": Value(float(similarities.mean()), float(error), how)}

    def get_config(self):
        return {**super().get_config(), "pairs": self.pairs}


def _unit(array):
    return tf.constant((array + 1.0) / 2.0, tf.float32)
