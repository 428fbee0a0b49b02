"""Sliced Wasserstein distance of images, as in Karras et al. 2018,
https://arxiv.org/abs/1710.10196.

Along one direction, the Wasserstein distance of two sets compares their sorted
projections. The sliced distance, Rabin et al. 2011, is the mean over random directions:

    SW(a, b) = mean over |u| = 1 of the integral of |F^-1_a.u (q) - F^-1_b.u (q)| dq

The sets are 7 x 7 patches of each level of a Laplacian pyramid: the largest level
compares the finest detail, and the smallest level compares the layout. In whole images
the differences in layout would hide the differences in detail.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from kgan.metrics.examples import check_alike, images, vectors
from kgan.metrics.metric import SampleMetric
from kgan.metrics.value import Value

_PATCH = 7
# The smaller side of the coarsest level is at least twice the side of a patch.
_COARSEST = 14
# The largest number of projections, vectors x directions, in memory at a time.
_BLOCK = 2**24
_CHUNK = 512


def sliced_wasserstein(
    a: np.ndarray, b: np.ndarray, directions: int = 512, seed: int = 0
) -> np.ndarray:
    """Returns the Wasserstein-1 distance of two sets along each random direction.

    Args:
        a: [n, d].
        b: [m, d].
        directions: the number of directions.
        seed: of the directions.

    Returns:
        float64 [directions], >= 0; the mean over them is the sliced distance. The
        projections have the precision of the sets.

    Raises:
        ValueError: for other shapes or NaN.
    """
    a, b = vectors(a, "vectors"), vectors(b, "vectors")
    check_alike(a, b)
    axes = np.random.default_rng(seed).normal(size=(directions, a.shape[1]))
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    # Both quantile functions are constant between neighbouring edges.
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


def laplacian_pyramid(array: np.ndarray) -> list[np.ndarray]:
    """Splits images into levels of detail.

    Each level is the difference of an image from its blurred, halved copy; the last
    level is the smallest copy itself. The levels, enlarged and added, give the images.

    Args:
        array: [n, height, width, channels].

    Returns:
        A list of arrays [n, height_i, width_i, channels], finest first. Sides are
        halved as long as no side falls below 14 pixels.
    """
    levels = [array]
    while min(levels[-1].shape[1:3]) >= 2 * _COARSEST:
        half = _blur(levels[-1])[:, ::2, ::2]
        levels[-1] = levels[-1] - _enlarge(half, levels[-1].shape)
        levels.append(half)
    return levels


def patches(
    array: np.ndarray, count: int = 128, seed: int | Sequence[int] = 0
) -> dict[int, np.ndarray]:
    """Returns random, normalised patches of each level of a Laplacian pyramid.

    Args:
        array: images [n, height, width, channels], no side below 7 pixels.
        count: the number of patches per image and level.
        seed: of the positions.

    Returns:
        {smaller side of the level: [n * count, channels * 49]}. In each channel, the
        mean over the set is 0 and the standard deviation is 1.
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
        pixels = windows[np.arange(n)[:, None], top, left]
        pixels = pixels.reshape(n * count, channels, _PATCH**2)
        pixels -= pixels.mean(axis=(0, 2), keepdims=True, dtype="float64")
        std = pixels.std(axis=(0, 2), keepdims=True, dtype="float64")
        pixels /= np.where(std > 0, std, 1.0)
        result[min(height, width)] = pixels.reshape(n * count, -1)
    return result


@keras.saving.register_keras_serializable("kgan")
class SlicedWasserstein(SampleMetric):
    """Streaming sliced Wasserstein distance of patches, times 1000, mean of all levels.

    The paper scores 16,384 images. The patches of all images are in memory: 200 bytes
    per patch and channel in float32.

    >>> metric = kgan.metrics.SlicedWasserstein(patches=8, directions=16)
    >>> list(metric.score(images, images))
    ['sliced_wasserstein']

    Args:
        patches: the number of patches per image and level, at least 1.
        directions: the number of directions for projections, at least 2.
        capacity: the largest number of images per side.

    Raises:
        ValueError: for smaller numbers.
    """

    needs = "images"
    better = {"sliced_wasserstein": "lower"}

    def __init__(
        self,
        patches: int = 128,
        directions: int = 512,
        capacity: int = 10_000,
        name: str = "sliced_wasserstein",
        dtype: str | None = None,
    ) -> None:
        super().__init__(capacity, name=name, dtype=dtype)
        if patches < 1 or directions < 2:
            raise ValueError(
                "Expected patches >= 1 and directions >= 2. "
                f"Received: patches={patches}, directions={directions}."
            )
        self.patches, self.directions = patches, directions

    def score(
        self, real: np.ndarray | None, fake: np.ndarray, *, seed: int = 0
    ) -> dict[str, Value]:
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

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "patches": self.patches,
            "directions": self.directions,
        }


def _blur(array: np.ndarray):
    # Weights (1 4 6 4 1) / 16 along both sides; edges are mirrored.
    for axis in (1, 2):
        length = array.shape[axis]
        pad = [(2, 2) if i == axis else (0, 0) for i in range(4)]
        padded = np.moveaxis(np.pad(array, pad, mode="reflect"), axis, 0)
        taps = zip((1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16), range(5), strict=True)
        blurred = sum(weight * padded[i : i + length] for weight, i in taps)
        array = np.moveaxis(blurred, 0, axis)
    return array


def _enlarge(half: np.ndarray, shape: tuple[int, ...]):
    # The pixels go to every second place, and blur fills the zeros between them. The
    # factor 4 keeps the mean, because three of four pixels are zero.
    full = np.zeros(shape, half.dtype)
    full[:, ::2, ::2] = 4.0 * half
    return _blur(full)
