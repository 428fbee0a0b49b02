"""The mean absolute difference of pairs of images."""

from __future__ import annotations

import keras
import tensorflow as tf

from kgan.metrics.pair_metric import PairMetric


@keras.saving.register_keras_serializable("kgan")
class L1(PairMetric):
    """The mean absolute difference of pixels in [-1, 1], as pix2pix's loss has it.

    Isola et al. 2016, https://arxiv.org/abs/1611.07004.

    >>> metric = kgan.metrics.L1()
    >>> black, white = np.full((2, 1, 8, 8, 3), [[[[[-1.0]]]], [[[[1.0]]]]])
    >>> metric.score(None, black, target=white)["l1"].value
    2.0

    Args:
        capacity: as for `PairMetric`.
    """

    better = {"l1": "lower"}

    def __init__(
        self, capacity: int = 50_000, name: str = "l1", dtype: str | None = None
    ) -> None:
        super().__init__(capacity, name=name, dtype=dtype)

    def of_pairs(self, target: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
        difference = tf.abs(tf.cast(target, tf.float64) - tf.cast(fake, tf.float64))
        return tf.reduce_mean(difference, axis=(1, 2, 3))
