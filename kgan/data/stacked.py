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

    batched = True

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

    def fetch(self, element: Any, key: Any = None) -> tuple[Any, ...]:
        # [batch, channel] -> [batch, channel, height, width, 1]
        images, *labels = self._base.fetch(tf.gather(self._parts, element))
        images = tf.stack(tf.unstack(images[..., 0], 3, axis=-3), axis=-1)
        if not labels:
            return (images,)
        k = self._base.num_classes
        return images, tf.linalg.matvec(labels[0], [k * k, k, 1])
