"""Random crops and flips, as functions of (seed, epoch, place)."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import tensorflow as tf

# SplitMix64: Steele et al. 2014, "Fast splittable pseudorandom number generators".
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FACTORS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))


@dataclasses.dataclass(frozen=True)
class Window:
    """A window of an image: a random crop, flipped or not.

    All images that have one key get the same window, so both images of a pair do.

        >>> window = kgan.data.windows.Window(crop=24, flip=True)
        >>> keys = kgan.data.windows.keys(seed=0, epoch=0, places=np.arange(64))
        >>> window(images, keys).shape
        TensorShape([64, 24, 24, 1])

    Args:
        crop: pixels per side of the window, or None for the whole image.
        flip: whether half of the windows are mirrored, left to right.

    Raises:
        ValueError: for a crop below 1.
    """

    crop: int | None = None
    flip: bool = False

    def __post_init__(self) -> None:
        if self.crop is not None and self.crop < 1:
            raise ValueError(f"Expected crop >= 1. Received: crop={self.crop}.")

    def __bool__(self) -> bool:
        return self.crop is not None or self.flip

    def __call__(self, image: Any, key: Any = None) -> tf.Tensor:
        """The window of an image, or of each image of a batch.

        Args:
            image: [height, width, channels], or [batch, height, width, channels].
            key: int64 scalar, or [batch]; None for the centre, not flipped.

        Returns:
            [crop, crop, channels], or [batch, crop, crop, channels].
        """
        image = tf.convert_to_tensor(image)
        shape = tf.shape(image)
        height, width = shape[-3], shape[-2]
        rows, columns = self.crop or height, self.crop or width
        if key is None:
            top, left = (height - rows) // 2, (width - columns) // 2
            return image[..., top : top + rows, left : left + columns, :]
        top, left = (
            _below(height - rows + 1, key, 1),
            _below(width - columns + 1, key, 2),
        )
        rows = top[..., None] + tf.range(rows)
        steps = tf.range(columns)
        columns = left[..., None] + steps
        if self.flip:
            mirrored = _below(2, key, 3)[..., None] == 1
            columns = tf.where(mirrored, columns[..., ::-1], columns)
        batch_dims = len(image.shape) - 3
        image = tf.gather(image, rows, axis=batch_dims, batch_dims=batch_dims)
        return tf.gather(image, columns, axis=batch_dims + 1, batch_dims=batch_dims)

    def cut(self, shape: tuple[int | None, int | None, int]) -> tuple[Any, ...]:
        """The shape of a window of images of `shape`.

        Raises:
            ValueError: if such an image is smaller than the crop.
        """
        if self.crop is None:
            return tuple(shape)
        known = [side for side in shape[:2] if side is not None]
        if known and min(known) < self.crop:
            raise ValueError(
                f"Expected images of at least {self.crop} x {self.crop} pixels, "
                f"because of crop={self.crop} (--crop). Received: {shape[0]} x "
                f"{shape[1]}. Choose a smaller crop, or a larger image_size "
                "(--image-size)."
            )
        return self.crop, self.crop, shape[2]


def keys(seed: int, epoch: Any, places: Any) -> tf.Tensor:
    """One random number per example.

    Args:
        seed: integer.
        epoch: int64 scalar.
        places: int64 [batch], of the examples in the order of the epoch.

    Returns:
        int64 [batch], which depend on no batch size and on no number of replicas.
    """
    places = tf.cast(places, tf.uint64)
    first = tf.random.stateless_uniform(
        [2], [seed, epoch], minval=None, maxval=None, dtype=tf.int64, alg="philox"
    )
    # `index_batches` draws from the same seed.
    start = tf.bitcast(first[1], tf.uint64)
    return tf.bitcast(_mixed(start + (places + np.uint64(1)) * _GOLDEN), tf.int64)


def _below(n: Any, key: Any, draw: int):
    """The `draw`-th number of a key, int32 in [0, n)."""
    start = tf.bitcast(tf.cast(key, tf.int64), tf.uint64)
    with np.errstate(over="ignore"):
        step = np.uint64(draw) * _GOLDEN
    # 24 bits times n stay below 2^63.
    bits = tf.bitwise.right_shift(_mixed(start + step), np.uint64(40))
    scaled = tf.cast(bits, tf.int64) * tf.cast(n, tf.int64)
    return tf.cast(tf.bitwise.right_shift(scaled, tf.constant(24, tf.int64)), tf.int32)


def _mixed(z: Any):
    """SplitMix64's bijection of 64 bits."""
    shift, xor = tf.bitwise.right_shift, tf.bitwise.bitwise_xor
    z = xor(z, shift(z, _SHIFTS[0])) * _FACTORS[0]
    z = xor(z, shift(z, _SHIFTS[1])) * _FACTORS[1]
    return xor(z, shift(z, _SHIFTS[2]))
