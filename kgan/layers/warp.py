"""Images moved by matrices, beyond whose borders is their mirror image.

All operations are linear in the images, and have gradients of every order.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

# The low-pass filter of the symlet of 12 taps, `sym6` of PyWavelets (Daubechies 1992).
# It is orthogonal: enlarging by it and reducing by it changes nothing.
_SYM6 = np.array(
    [
        0.015404109327027373,
        0.0034907120842174702,
        -0.11799011114819057,
        -0.048311742585633,
        0.4910559419267466,
        0.787641141030194,
        0.3379294217276218,
        -0.07263752278646252,
        -0.021060292512300564,
        0.04472490177066578,
        0.0017677118642428036,
        -0.007800708325034148,
    ]
)
# How many places of the enlarged image a pixel reaches before twice its index.
_BEFORE = 5
# Where a pixel is in the enlarged image, beside twice its index: the filter's center of
# mass, which is 0.098. A binary fraction, because float32 then adds without rounding.
_CENTER = 3 / 32
# The enlarged result needs this many places more than twice the pixels.
_MARGIN = 10


def blit(images: tf.Tensor, matrices: tf.Tensor) -> tf.Tensor:
    """The images moved, each pixel a copy of the nearest pixel of the image.

    Args:
        images: [B, h, w, C].
        matrices: [B, 3, 3], see `kgan.layers.motions`.
    """
    height, width = images.shape[1:3]
    x, y = _places(matrices, np.arange(width), np.arange(height), width, height)
    # Quarter turns of 9x8 pixels lead to halves: all of them are rounded up.
    row, column = (
        _mirror(tf.floor(places + 0.501), size)
        for places, size in ((y, height), (x, width))
    )
    index = row * width + column + _starts(images, height * width)
    planes = tf.unstack(tf.transpose(images, [3, 0, 1, 2]))
    return tf.stack([_read(plane, index) for plane in planes], 3)


def warp(images: tf.Tensor, matrices: tf.Tensor) -> tf.Tensor:
    """The images moved, as ADA does: twice enlarged, bilinear, and reduced again.

    Args:
        images: [B, h, w, C].
        matrices: [B, 3, 3], see `kgan.layers.motions`.
    """
    height, width = images.shape[1:3]
    # The places of the enlarged result, in pixels of the images.
    xs, ys = (
        (np.arange(-_BEFORE, 2 * size + _BEFORE) - _CENTER) / 2
        for size in (width, height)
    )
    x, y = _places(matrices, xs, ys, width, height)
    x, y = 2.0 * x + _CENTER, 2.0 * y + _CENTER
    # [B, h, w, C] -> [C, B, h, w]: planes are read faster than pixels of 3 numbers.
    planes = tf.transpose(images, [3, 0, 1, 2])
    planes = _both_sides(planes, enlarging(height), enlarging(width))
    index, weights = _corners(x, y, *planes.shape[2:])
    index += _starts(images, planes.shape[2] * planes.shape[3])
    planes = [
        tf.reduce_sum(weights * _read(plane, index), 0) for plane in tf.unstack(planes)
    ]
    planes = _both_sides(tf.stack(planes), reducing(height), reducing(width))
    return tf.transpose(planes, [1, 2, 3, 0])


def enlarging(size: int) -> np.ndarray:
    """The matrix [4 (size - 1), size] that enlarges a line of pixels twice.

    A line and its mirror image repeat after 2 (size - 1) pixels. The matrix gives this
    period, enlarged: pixel i is at place 2 i + 3 / 32.
    """
    period = 2 * (size - 1)
    matrix = np.zeros((2 * period, size))
    for pixel in range(period):
        places = (2 * pixel - _BEFORE + np.arange(len(_SYM6))) % (2 * period)
        np.add.at(matrix, (places, min(pixel, period - pixel)), np.sqrt(2.0) * _SYM6)
    return matrix


def reducing(size: int) -> np.ndarray:
    """The matrix [size, 2 size + 10] that reduces an enlarged line of pixels again."""
    matrix = np.zeros((size, 2 * size + _MARGIN))
    for pixel in range(size):
        matrix[pixel, 2 * pixel : 2 * pixel + len(_SYM6)] = _SYM6 / np.sqrt(2.0)
    return matrix


def _places(matrices: Any, xs: Any, ys: Any, width: int, height: int):
    """Where each place of the result comes from: x and y, [B, ys, xs], in pixels."""
    center_x, center_y = (width - 1) / 2, (height - 1) / 2
    xs = tf.constant(xs - center_x, matrices.dtype)
    ys = tf.constant(ys - center_y, matrices.dtype)
    (xx, xy, x0), (yx, yy, y0) = (
        [matrices[:, row, column, None] for column in range(3)] for row in range(2)
    )
    x = (xx * xs + x0 + center_x)[:, None, :] + (xy * ys)[:, :, None]
    y = (yx * xs + y0 + center_y)[:, None, :] + (yy * ys)[:, :, None]
    return x, y


def _corners(x: Any, y: Any, height: int, width: int):
    """(indices, weights) [4, B, ...] of the pixels around places of periodic images."""
    left, top = tf.floor(x), tf.floor(y)
    right_part, bottom_part = x - left, y - top
    left, top = _wrap(left, width), _wrap(top, height)
    right = tf.where(left == width - 1, 0, left + 1)
    bottom = tf.where(top == height - 1, 0, top + 1)
    index = [row * width + column for row in (top, bottom) for column in (left, right)]
    weights = [
        row * column
        for row in (1.0 - bottom_part, bottom_part)
        for column in (1.0 - right_part, right_part)
    ]
    return tf.stack(index), tf.stack(weights)


def _wrap(places: Any, period: int):
    """Whole numbers modulo `period`, int32."""
    # With 0.5 added, rounding of the division cannot change the floor.
    return tf.cast(places - period * tf.floor((places + 0.5) / period), tf.int32)


def _mirror(places: Any, size: int):
    """Whole numbers as indices of a line that is mirrored at its first and last pixel.

    As `numpy.pad` with "reflect": ... 2 1 0 1 2 ...
    """
    places = _wrap(places, 2 * (size - 1))
    return tf.minimum(places, 2 * (size - 1) - places)


def _starts(images: Any, size: int):
    """The index of the first pixel of each image in a plane, int32 [B, 1, 1]."""
    return tf.range(tf.shape(images)[0])[:, None, None] * size


def _both_sides(planes: Any, rows: np.ndarray, columns: np.ndarray):
    """rows x columns^T of each plane x."""
    rows, columns = (tf.constant(m, planes.dtype) for m in (rows, columns))
    # [C, B, h, w] -> [C B h, w], for one large product.
    shape = tf.shape(planes)
    lines = tf.reshape(planes, [-1, planes.shape[3]])
    lines = tf.matmul(lines, columns, transpose_b=True)
    planes = tf.reshape(lines, [shape[0], shape[1], planes.shape[2], columns.shape[0]])
    return tf.matmul(rows, planes)


@tf.custom_gradient
def _read(plane: Any, index: Any):
    """The pixels of a plane of any shape, at indices of the flat plane."""
    shape = tf.shape(plane)

    def gradient(upstream: Any):
        return _write(upstream, index, shape), None

    return tf.gather(tf.reshape(plane, [-1]), index), gradient


@tf.custom_gradient
def _write(pixels: Any, index: Any, shape: Any):
    """The adjoint of `_read`: a plane of sums of pixels.

    Written out, because the gradient of `tf.gather` is sparse, and its gradient slow.
    """
    size = tf.reduce_prod(shape)
    plane = tf.math.unsorted_segment_sum(pixels, index, size)
    return tf.reshape(plane, shape), lambda upstream: (
        _read(upstream, index),
        None,
        None,
    )
