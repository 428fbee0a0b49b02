"""Stacked digits, where the modes are known: Metz et al. 2017, Unrolled GANs,
https://arxiv.org/abs/1611.02163.
"""

import numpy as np
import tensorflow as tf

from kgan import seeds
from kgan.data.sources import Source

# "stacked_mnist" is of "mnist".
PREFIX = "stacked_"


class StackedSource(Source):
    """Images of three channels, each a random image of a gray set.

    Three digits make a number from 0 to 999, so that 1,000 modes are known by what a
    classifier of digits says of each channel. Only the gray set and three indices an
    image are held in memory.

    Args:
        base: an `ArraySource` of gray images. With labels c of k classes, the labels
            here are (c_0 k + c_1) k + c_2.
        size: the number of images; 128,000 as PacGAN has (arXiv 1712.04086).
    """

    def __init__(self, base, size=128_000):
        k = base.num_classes
        super().__init__(
            f"{PREFIX}{base.name}",
            size,
            (*base.image_shape[:2], 3),
            num_classes=None if k is None else k**3,
            skipped=base.skipped,
        )
        self._base = base
        rng = np.random.default_rng(seeds.derive(0, "stacked"))
        self._parts = rng.integers(base.size, size=(size, 3))

    def read(self, stream, batch_size):
        height, width, _ = self.image_shape

        def parts(indices):
            return tf.reshape(tf.gather(self._parts, indices), [3 * batch_size])

        def stack(images, labels=None):
            images = tf.reshape(images, [batch_size, 3, height, width])
            # [batch, channel, height, width] -> [batch, height, width, channel]
            images = tf.transpose(images, [0, 2, 3, 1])
            if labels is None:
                return images
            k = self._base.num_classes
            digits = tf.reshape(labels, [batch_size, 3])
            return images, tf.linalg.matvec(digits, [k * k, k, 1])

        return self._base.read(stream.map(parts), 3 * batch_size).map(stack)
