"""Sources that are made of their targets: gray, smaller or masked images."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from kgan.layers.bicubic import cubic


class Degradation(NamedTuple):
    """A named way to make a source of a target.

    >>> gray = kgan.data.degradations.get("gray")
    >>> gray.shape((8, 8, 3))
    (8, 8, 1)

    Attributes:
        apply: uint8 [..., height, width, channels] -> uint8, the source.
        shape: the shape of a target -> the shape of its source; raises ValueError for
            targets that do not allow the degradation.
        own: options that name a user's own data for it.
    """

    apply: Callable[[Any], Any]
    shape: Callable[[Any], tuple[int, int, int]]
    own: str = "--data photos.tar --image-size 64 (a folder, .zip or .tar of images)"


def get(name: str) -> Degradation:
    """The degradation called `name`.

    Raises:
        ValueError: if there is no such degradation.
    """
    if name not in DEGRADATIONS:
        raise ValueError(
            f"Expected a degradation: {', '.join(DEGRADATIONS)}. "
            f"Received: degradation={name!r}."
        )
    return DEGRADATIONS[name]


def gray(images: Any) -> tf.Tensor:
    """The luma of RGB images, with the integer weights of Pillow's mode L.

    Args:
        images: uint8 [..., height, width, 3].

    Returns:
        uint8 [..., height, width, 1].
    """
    red, green, blue = tf.unstack(tf.cast(images, tf.int32), axis=-1)
    # L = 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), in units of 2^-16.
    luma = (19595 * red + 38470 * green + 7471 * blue + 2**15) // 2**16
    return tf.cast(luma, tf.uint8)[..., None]


def mask(images: Any) -> tf.Tensor:
    """Images without their central square of half the side: it becomes mid-gray.

    The task of Pathak et al. 2016, "Context encoders: feature learning by inpainting"
    (arXiv 1604.07379).

    Args:
        images: uint8 [..., height, width, channels].

    Returns:
        uint8 of the same shape.
    """
    images = tf.convert_to_tensor(images)
    height, width = images.shape[-3:-1]
    hole = np.zeros((height, width, 1), bool)
    hole[height // 4 : height - height // 4, width // 4 : width - width // 4] = True
    return tf.where(hole, tf.constant(128, tf.uint8), images)


def downscale(images: Any, factor: int) -> tf.Tensor:
    """Images reduced as papers on super-resolution reduce them.

    The bicubic kernel with a = -0.5, stretched by `factor` against aliasing, and
    images mirrored at their borders: `imresize` of MATLAB.

        >>> kgan.data.degradations.downscale(images, 4).shape
        TensorShape([64, 7, 7, 1])

    Args:
        images: [..., height, width, channels], uint8 or floats.
        factor: must divide height and width.

    Returns:
        [..., height / factor, width / factor, channels]: uint8 of uint8, rounded and
        clipped; float32 of floats, in the range of `images` apart from overshoots.

    Raises:
        ValueError: if `factor` does not divide the sides.
    """
    images = tf.convert_to_tensor(images)
    height, width, _ = _divided(images.shape[-3:], factor)
    return resize(images, (height, width))


def resize(images: Any, size: tuple[int, int]) -> tf.Tensor:
    """Images resized by MATLAB's `imresize`, up or down, with antialiasing.

    Args:
        images: [..., height, width, channels], uint8 or floats.
        size: (height, width) in pixels.

    Returns:
        As `downscale`.
    """
    images = tf.convert_to_tensor(images)
    floats = tf.cast(images, tf.float32)
    rows, columns = (
        tf.constant(matrix(before, after), tf.float32)
        for before, after in zip(images.shape[-3:-1], size, strict=True)
    )
    floats = tf.einsum("ij,...jwc->...iwc", rows, floats)
    floats = tf.einsum("ij,...hjc->...hic", columns, floats)
    if images.dtype != tf.uint8:
        return floats
    return tf.cast(tf.clip_by_value(tf.floor(floats + 0.5), 0.0, 255.0), tf.uint8)


@functools.lru_cache(maxsize=64)
def matrix(before: int, after: int) -> np.ndarray:
    """The weights of one axis: float64 [after, before], each row sums to 1."""
    # Below 1 the kernel is stretched by 1 / scale, so that it does not alias.
    scale = min(1.0, after / before)
    centres = (np.arange(after) + 0.5) * before / after - 0.5
    taps = int(np.ceil(4.0 / scale)) + 2
    first = np.floor(centres - 2.0 / scale).astype(int)
    places = first[:, None] + np.arange(taps)
    weights = cubic(scale * (centres[:, None] - places))
    weights /= weights.sum(axis=1, keepdims=True)
    # Mirrored: ... 1 0 | 0 1 ... n-1 | n-1 n-2 ...
    places = places % (2 * before)
    places = np.where(places < before, places, 2 * before - 1 - places)
    result = np.zeros((after, before))
    np.add.at(result, (np.arange(after)[:, None], places), weights)
    return result


def _divided(shape: Any, factor: int):
    height, width, channels = shape
    if height is None or width is None or height % factor or width % factor:
        raise ValueError(
            f"Expected images whose sides {factor} divides, to downscale them. "
            f"Received: {height} x {width}. {_nearest(height, width, factor)}"
        )
    return height // factor, width // factor, channels


def _nearest(height: int | None, width: int | None, factor: int):
    if height is None or width is None:
        return "Choose random crops (--crop), or image_size (--image-size)."
    below = max(factor, min(height, width) // factor * factor)
    return (
        f"Choose random crops, such as crop={below} (--crop {below}), or another "
        "image_size (--image-size)."
    )


def _gray_shape(shape: Any):
    if shape[2] != 3:
        raise ValueError(
            "Expected targets of 3 channels, because their sources are gray. "
            f"Received: {shape[2]} channel{'s' * (shape[2] > 1)}. Choose images in "
            "color; if they are, convert them with channels=3 (--channels 3)."
        )
    return *shape[:2], 1


def _mask_shape(shape: Any):
    if None in shape[:2] or min(shape[:2]) < 4:
        raise ValueError(
            "Expected targets of one size, of at least 4 pixels per side, to mask a "
            f"half of it. Received: {shape[0]} x {shape[1]}. Choose another image_size "
            "(--image-size) or crop (--crop)."
        )
    return tuple(shape)


def _smaller(factor: int):
    return Degradation(
        lambda images: downscale(images, factor),
        lambda shape: _divided(shape, factor),
        "--data photos.tar --crop 96 (a folder, .zip or .tar of images)",
    )


DEGRADATIONS = {
    "gray": Degradation(
        gray,
        _gray_shape,
        "--data photos.tar --image-size 64 (a folder, .zip or .tar of images in color)",
    ),
    "downscale2": _smaller(2),
    "downscale4": _smaller(4),
    "mask": Degradation(mask, _mask_shape),
}
