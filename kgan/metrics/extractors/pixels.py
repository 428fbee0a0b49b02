"""The images themselves as features."""

import tensorflow as tf

from kgan.metrics.extractors.extractor import Extractor, Outputs, digest_of


class Pixels(Extractor):
    """Images, or points, flattened.

    For synthetic points, and as a baseline: no network has looked at the images, so the
    scores say nothing of what they show.
    """

    name = "pixels"
    resize = "Images are taken as they are and flattened."
    digest = digest_of("pixels 1")

    def outputs(self, images):
        return Outputs(tf.reshape(images, [-1, images.shape[1:].num_elements()]))
