"""Motions of images as matrices: where each pixel of the result comes from.

Each function takes one number per image, [B], and gives matrices [B, 3, 3] that map a
place (x, y, 1) of the result to the place in the image that is seen there. x goes to
the right and y goes down, in pixels from the center of the image. In a product of
matrices, the image takes part in the leftmost motion first.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from kgan.layers.chance import Chance


def draw_blits(chance: Chance, height: int, width: int) -> tf.Tensor:
    """ADA's pixel blitting: motions that mix no pixels, [B, 3, 3].

    Args:
        chance: what happens to each image; 7 uniform numbers.
        height, width: of the images.
    """
    flips = chance.happens(chance.whole(2), 0.0)
    turns = chance.happens(chance.whole(4), 0.0)
    shifts = [chance.uniform(-0.125, 0.125), chance.uniform(-0.125, 0.125)]
    x, y = tf.unstack(chance.happens(tf.stack(shifts, 1), 0.0), axis=1)
    matrix = flip(flips) @ rotate(turns * (np.pi / 2.0))
    return matrix @ shift(tf.round(x * width), tf.round(y * height))


def draw_geometry(chance: Chance, height: int, width: int) -> tf.Tensor:
    """ADA's general geometric motions, [B, 3, 3].

    Args:
        chance: what happens to each image; 7 uniform numbers, 4 normal ones.
        height, width: of the images.
    """
    # Two rotations: an image is rotated once or twice with probability p.
    p = 1.0 - tf.sqrt(1.0 - chance.p)
    zoom = chance.happens(2.0 ** chance.normal(0.2), 1.0)
    before = chance.happens(chance.uniform(-np.pi, np.pi), 0.0, p)
    stretch = chance.happens(2.0 ** chance.normal(0.2), 1.0)
    after = chance.happens(chance.uniform(-np.pi, np.pi), 0.0, p)
    shifts = [chance.normal(0.125), chance.normal(0.125)]
    x, y = tf.unstack(chance.happens(tf.stack(shifts, 1), 0.0), axis=1)
    matrix = scale(zoom, zoom) @ rotate(before)
    matrix = matrix @ scale(stretch, 1.0 / stretch) @ rotate(after)
    return matrix @ shift(x * width, y * height)


def flip(flips: Any) -> tf.Tensor:
    """Left becomes right where `flips` is 1."""
    return _matrix([1.0 - 2.0 * flips, 0.0, 0.0], [0.0, 1.0, 0.0])


def rotate(angle: Any) -> tf.Tensor:
    """Counterclockwise by `angle` in radians."""
    cosine, sine = tf.cos(angle), tf.sin(angle)
    return _matrix([cosine, -sine, 0.0], [sine, cosine, 0.0])


def shift(right: Any, down: Any) -> tf.Tensor:
    """By pixels."""
    return _matrix([1.0, 0.0, -right], [0.0, 1.0, -down])


def scale(x: Any, y: Any) -> tf.Tensor:
    """Wider by the factor x and higher by the factor y."""
    return _matrix([1.0 / x, 0.0, 0.0], [0.0, 1.0 / y, 0.0])


def _matrix(*rows: list[Any]):
    """[B, 3, 3] of two rows of tensors [B] and numbers; the third row is 0, 0, 1."""
    entries = [entry for row in (*rows, [0.0, 0.0, 1.0]) for entry in row]
    ones = tf.ones_like(next(entry for entry in entries if tf.is_tensor(entry)))
    return tf.reshape(tf.stack([ones * entry for entry in entries], 1), [-1, 3, 3])
