"""Stacked digits, whose modes are known: Metz et al. 2017, "Unrolled generative
adversarial networks" (arXiv 1611.02163).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from kgan.data.sources import ArraySource, Source
from kgan.random import seeds
from kgan.spaces import Images

# "stacked_mnist" is made of "mnist".
PREFIX = "stacked_"


class StackedSource(Source):
    """Images of three channels; each channel is a random image of a gray set.

    Three digits make a number from 0 to 999: there are 1,000 modes, and a classifier of
    digits, applied to each channel, tells the mode of an image. Memory holds only the
    gray set and three indices per image.

        >>> stacked = kgan.data.stacked.StackedSource(source, size=1000)
        >>> stacked.size, stacked.image_shape
        (1000, (28, 28, 3))

    Args:
        base: an `ArraySource` of gray images. If it has labels c of k classes, the
            labels here are (c_0 k + c_1) k + c_2.
        size: the number of images; 128,000 as in PacGAN (arXiv 1712.04086).
    """

    def __init__(self, base: ArraySource, size: int = 128_000) -> None:
        k = base.num_classes
        super().__init__(
            f"{PREFIX}{base.name}",
            size,
            Images((*base.image_shape[:2], 3)),
            num_classes=None if k is None else k**3,
            skipped=base.skipped,
        )
        self._base = base
        rng = np.random.default_rng(seeds.derive(0, "stacked"))
        self._parts = rng.integers(base.size, size=(size, 3))

    def read(self, stream: tf.data.Dataset, batch_size: int) -> tf.data.Dataset:
        height, width, _ = self.image_shape

        def parts(indices: Any):
            return tf.reshape(tf.gather(self._parts, indices), [3 * batch_size])

        def stack(images: Any, labels: Any = None):
            images = tf.reshape(images, [batch_size, 3, height, width])
            # [batch, channel, height, width] -> [batch, height, width, channel]
            images = tf.transpose(images, [0, 2, 3, 1])
            if labels is None:
                return images
            k = self._base.num_classes
            digits = tf.reshape(labels, [batch_size, 3])
            return images, tf.linalg.matvec(digits, [k * k, k, 1])

        return self._base.read(stream.map(parts), 3 * batch_size).map(stack)
