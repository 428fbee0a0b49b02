"""Sliced Wasserstein distance, as Karras et al. 2018 score images with it,
https://arxiv.org/abs/1710.10196.

Along one direction the Wasserstein distance of two sets is that of their sorted
projections; the sliced one, Rabin et al. 2011, is the mean over random directions:

    SW(a, b) = mean over |u| = 1 of the integral of |F^-1_a.u (q) - F^-1_b.u (q)| dq

The sets are 7 x 7 patches of each level of a Laplacian pyramid: a level at 64 pixels
compares the finest detail, one at 16 the layout. Whole images would hide the detail in
the layout.
"""

import keras
import numpy as np

from kgan.metrics.examples import check_alike, images, vectors
from kgan.metrics.metric import SampleMetric
from kgan.metrics.value import Value

_PATCH = 7
# The coarsest level has at least twice the side of a patch.
_COARSEST = 14
# Descriptors x directions that are projected at a time.
_BLOCK = 2**24
_CHUNK = 512


def sliced_wasserstein(a, b, directions=512, seed=0):
    """The Wasserstein-1 distance of two sets along random directions.

    Args:
        a: [n, d].
        b: [m, d].
        directions: how many.
        seed: of the directions.

    Returns:
        float64 [directions], >= 0; their mean is the sliced distance. Computed in the
        precision of the sets.

    Raises:
        ValueError: for other shapes or NaN.
    """
    a, b = vectors(a, "vectors"), vectors(b, "vectors")
    check_alike(a, b)
    axes = np.random.default_rng(seed).normal(size=(directions, a.shape[1]))
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    # Between these shares of the sets neither quantile function changes.
    n, m = len(a), len(b)
    edges = np.union1d(np.arange(1, n + 1) * m, np.arange(1, m + 1) * n)
    weights = np.diff(edges, prepend=0) / (n * m)
    of_a, of_b = (edges - 1) // m, (edges - 1) // n
    step = max(_BLOCK // max(n, m), 1)
    result = []
    for start in range(0, directions, step):
        block = axes[start : start + step]
        x = np.sort(block.astype(a.dtype) @ a.T, axis=1)
        y = np.sort(block.astype(b.dtype) @ b.T, axis=1)
        if n == m:
            result.append(np.abs(x - y).mean(axis=1, dtype="float64"))
        else:
            result.append(np.abs(x[:, of_a] - y[:, of_b]) @ weights)
    return np.concatenate(result)


def laplacian_pyramid(array):
    """Images as differences from their blurred halves, and the last half itself.

    Args:
        array: [n, height, width, channels].

    Returns:
        A list of arrays [n, height_i, width_i, channels], finest first, halved while
        no side falls below 14 pixels. Blurred up and added, they make the images.
    """
    levels = [array]
    while min(levels[-1].shape[1:3]) >= 2 * _COARSEST:
        half = _blur(levels[-1])[:, ::2, ::2]
        levels[-1] = levels[-1] - _enlarge(half, levels[-1].shape)
        levels.append(half)
    return levels


def patches(array, count=128, seed=0):
    """Random patches of each level of the pyramid of images, normalised.

    Args:
        array: images [n, height, width, channels].
        count: patches of each image and level.
        seed: of their places.

    Returns:
        {side of the level: [n * count, channels * 49]}: in each channel over the set,
        mean 0 and standard deviation 1.
    """
    rng = np.random.default_rng(seed)
    parts = [
        laplacian_pyramid(array[i : i + _CHUNK]) for i in range(0, len(array), _CHUNK)
    ]
    result = {}
    for part in zip(*parts, strict=True):
        level = np.concatenate(part)
        n, height, width, channels = level.shape
        top = rng.integers(height - _PATCH + 1, size=(n, count))
        left = rng.integers(width - _PATCH + 1, size=(n, count))
        windows = np.lib.stride_tricks.sliding_window_view(
            level, (_PATCH, _PATCH), axis=(1, 2)
        )
        # [n * count, channels, 49]
        taken = windows[np.arange(n)[:, None], top, left]
        taken = taken.reshape(n * count, channels, _PATCH**2)
        taken -= taken.mean(axis=(0, 2), keepdims=True, dtype="float64")
        std = taken.std(axis=(0, 2), keepdims=True, dtype="float64")
        taken /= np.where(std > 0, std, 1.0)
        result[min(height, width)] = taken.reshape(n * count, -1)
    return result


@keras.saving.register_keras_serializable("kgan")
class SlicedWasserstein(SampleMetric):
    """Streaming sliced Wasserstein distance of patches, times 1000, mean of all levels.

    The paper's figures are of 16,384 images. Patches of all images are held, 200 bytes
    each for a channel in float32.

    Args:
        patches: of each image and level.
        directions: that the patches are projected to.
        capacity: the largest number of images of a side.
    """

    needs = "images"
    better = {"sliced_wasserstein": "lower"}

    def __init__(
        self,
        patches=128,
        directions=512,
        capacity=10_000,
        name="sliced_wasserstein",
        dtype=None,
    ):
        super().__init__(capacity, name=name, dtype=dtype)
        if patches < 1 or directions < 2:
            raise ValueError(
                "Expected patches >= 1 and directions >= 2. "
                f"Received: patches={patches}, directions={directions}."
            )
        self.patches, self.directions = patches, directions

    def score(self, real, fake, *, seed=0):
        real = images(real, "real images")
        fake = images(fake, "generated images")
        check_alike(real, fake)
        if min(real.shape[1:3]) < _PATCH:
            raise ValueError(
                f"Expected images of at least {_PATCH}x{_PATCH} pixels. "
                f"Received: shape {real.shape}."
            )
        of_real = patches(real, self.patches, seed=[seed, 0])
        of_fake = patches(fake, self.patches, seed=[seed, 1])
        levels = {
            side: 1e3 * sliced_wasserstein(x, of_fake[side], self.directions, seed)
            for side, x in of_real.items()
        }
        variances = [d.var() / self.directions for d in levels.values()]
        error = np.sqrt(np.sum(variances)) / len(levels)
        each = ", ".join(f"{side}px {d.mean():.4g}" for side, d in levels.items())
        how = (
            f"standard error over {self.directions} directions; {len(real)} real and "
            f"{len(fake)} generated images, {self.patches} patches each, x1000: {each}"
        )
        value = np.mean([d.mean() for d in levels.values()])
        return {"sliced_wasserstein": Value(float(value), float(error), how)}

    def get_config(self):
        return {
            **super().get_config(),
            "patches": self.patches,
            "directions": self.directions,
        }


def _blur(array):
    # (1 4 6 4 1) / 16 along both sides, mirrored at the edges
    for axis in (1, 2):
        length = array.shape[axis]
        pad = [(2, 2) if i == axis else (0, 0) for i in range(4)]
        padded = np.moveaxis(np.pad(array, pad, mode="reflect"), axis, 0)
        taps = zip((1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16), range(5), strict=True)
        blurred = sum(weight * padded[i : i + length] for weight, i in taps)
        array = np.moveaxis(blurred, 0, axis)
    return array


def _enlarge(half, shape):
    # Every second pixel of every second row, and blur between; 4 keeps the mean.
    full = np.zeros(shape, half.dtype)
    full[:, ::2, ::2] = 4.0 * half
    return _blur(full)
