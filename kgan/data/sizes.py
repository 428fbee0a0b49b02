"""Images of any size and number of channels -> those that are asked for."""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def fit_in(image: tf.Tensor, size: tuple[int, int]) -> tf.Tensor:
    """Crops at the centre to the aspect of `size`, then resizes with antialiasing.

    Args:
        image: uint8 [height, width, channels].
        size: (height, width) in pixels.

    Returns:
        uint8 [*size, channels]. An image of this size keeps its pixels.
    """
    height, width = size
    shape = tf.shape(image)[:2]

    def resize():
        h, w = shape[0], shape[1]
        # The largest box of aspect width / height inside the image.
        box_h = tf.minimum(h, tf.maximum(1, w * height // width))
        box_w = tf.minimum(w, tf.maximum(1, h * width // height))
        top, left = (h - box_h) // 2, (w - box_w) // 2
        box = image[top : top + box_h, left : left + box_w]
        small = tf.image.resize(box, size, method="bicubic", antialias=True)
        return tf.cast(tf.clip_by_value(tf.round(small), 0, 255), tf.uint8)

    fits = tf.reduce_all(shape == [height, width])
    image = tf.cond(fits, lambda: image, resize)
    return tf.ensure_shape(image, [height, width, None])


def as_channels(image: Any, channels: int) -> tf.Tensor:
    """An image with another number of channels.

    Args:
        image: uint8 [..., height, width, 1, 3 or 4].
        channels: 1, 3 or 4.

    Returns:
        uint8 [..., height, width, channels]. Alpha is left out; new alpha is opaque.
    """
    if image.shape[-1] == channels:
        return image
    if image.shape[-1] == 4:
        image = image[..., :3]
    if image.shape[-1] == 3 and channels == 1:
        return tf.image.rgb_to_grayscale(image)
    if image.shape[-1] == 1:
        image = tf.image.grayscale_to_rgb(image)
    if channels == 4:
        return tf.concat([image, tf.fill([*image.shape[:-1], 1], tf.uint8.max)], -1)
    return image
