"""The extractor that uses pixels as features."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from kgan.metrics.extractors.extractor import Extractor, Outputs, digest_of


class Pixels(Extractor):
    """Flattens images or points.

    Use it for synthetic points, or as a baseline for images: without a network, the
    scores do not depend on what the images show.

    >>> extractor = kgan.metrics.extractors.Pixels()
    >>> extractor.extract(images).features.shape
    (64, 784)
    """

    name = "pixels"
    resize = "Images are taken as they are and flattened."
    digest = digest_of("pixels 1")

    def outputs(self, images: Any) -> Outputs:
        return Outputs(tf.reshape(images, [-1, images.shape[1:].num_elements()]))
