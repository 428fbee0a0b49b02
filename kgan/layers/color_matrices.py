"""Changes of color as matrices: [r, g, b, 1] -> [r, g, b, 1].

Each function takes one number per image, [B], and gives matrices [B, 4, 4]. The axis of
luma is v = (1, 1, 1) / sqrt(3).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from kgan.layers.chance import Chance

_COLORS = np.diag([1.0, 1.0, 1.0, 0.0])
_ONE = np.diag([0.0, 0.0, 0.0, 1.0])
# v v^T, the part of a color that is luma.
_LUMA = np.pad(np.full((3, 3), 1.0 / 3.0), [[0, 1], [0, 1]])
# The sum of a constant to all colors.
_ADD = np.outer([1.0, 1.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0])
# x -> v x x, the cross product.
_CROSS = np.pad(
    np.array([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]]) / np.sqrt(3.0),
    [[0, 1], [0, 1]],
)


def draw(chance: Chance, channels: int) -> tf.Tensor:
    """The color changes of ADA, [B, 4, 4].

    Args:
        chance: what happens to each image; 8 uniform numbers, 3 normal ones.
        channels: 3, or 1 for gray images, which have no hue and no saturation.
    """
    matrix = brighten(chance.happens(chance.normal(0.2), 0.0))
    matrix = add_contrast(chance.happens(2.0 ** chance.normal(0.5), 1.0)) @ matrix
    matrix = flip_luma(chance.happens(chance.whole(2), 0.0)) @ matrix
    if channels == 1:
        return matrix
    angle = chance.uniform(-np.pi, np.pi)
    matrix = turn_hue(chance.happens(angle, 0.0)) @ matrix
    return saturate(chance.happens(2.0 ** chance.normal(1.0), 1.0)) @ matrix


def brighten(change: Any) -> tf.Tensor:
    """x + change."""
    return _sum(change, (None, np.eye(4)), (change, _ADD))


def add_contrast(factor: Any) -> tf.Tensor:
    """factor x: the contrast around 0, which is gray."""
    return _sum(factor, (None, _ONE), (factor, _COLORS))


def flip_luma(flips: Any) -> tf.Tensor:
    """x - 2 v v^T x where `flips` is 1: light becomes dark, colors stay."""
    return _sum(flips, (None, np.eye(4)), (-2.0 * flips, _LUMA))


def turn_hue(angle: Any) -> tf.Tensor:
    """A rotation around v by `angle` in radians (Rodrigues' formula)."""
    return _sum(
        angle,
        (None, _LUMA + _ONE),
        (tf.cos(angle), _COLORS - _LUMA),
        (tf.sin(angle), _CROSS),
    )


def saturate(factor: Any) -> tf.Tensor:
    """v v^T x + factor (x - v v^T x): luma stays."""
    return _sum(factor, (None, _LUMA + _ONE), (factor, _COLORS - _LUMA))


def apply(images: tf.Tensor, matrices: tf.Tensor) -> tf.Tensor:
    """The images with changed colors.

    Args:
        images: [B, h, w, C], C = 3, or C = 1 for gray images: r = g = b, of which the
            mean is the result.
        matrices: [B, 4, 4].
    """
    factors, change = matrices[:, :3, :3], matrices[:, :3, 3]
    if images.shape[-1] == 1:
        factor = tf.reduce_mean(tf.reduce_sum(factors, 2), 1)
        change = tf.reduce_mean(change, 1)
        return images * _per_image(factor) + _per_image(change)
    # [B, h, w, C] -> [B, h w, C]
    pixels = tf.reshape(images, [-1, images.shape[1] * images.shape[2], 3])
    pixels = tf.matmul(pixels, factors, transpose_b=True) + change[:, None, :]
    return tf.reshape(pixels, [-1, *images.shape[1:]])


def _sum(like: tf.Tensor, *terms: tuple[Any, np.ndarray]):
    """The sum of number x matrix, [B, 4, 4]; None stands for the number 1."""
    ones = tf.ones_like(like)
    return tf.add_n(
        [
            (ones if number is None else number)[:, None, None]
            * tf.constant(matrix, like.dtype)
            for number, matrix in terms
        ]
    )


def _per_image(numbers: Any):
    return tf.reshape(numbers, [-1, 1, 1, 1])
