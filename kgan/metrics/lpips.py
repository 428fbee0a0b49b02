"""Learned perceptual distance of pairs of images, Zhang et al. 2018, "The unreasonable
effectiveness of deep features as a perceptual metric", https://arxiv.org/abs/1801.03924.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from kgan.metrics import extractors
from kgan.metrics.pair_metric import PairMetric


@keras.saving.register_keras_serializable("kgan")
class LPIPS(PairMetric):
    """Mean LPIPS, version 0.1 on AlexNet, of each made image and its target.

    Images with a side below 64 pixels are enlarged to 64 x 64 first, which papers do
    not do.

    >>> metric = kgan.metrics.LPIPS()
    >>> value = metric.score(None, images, target=images)  # doctest: +SKIP
    >>> value["lpips"].value  # doctest: +SKIP
    0.0

    Args:
        weights: the path of lpips_alex_v0.1.npz. Default: the file of this name in the
            folder that the environment variable KGAN_WEIGHTS names. The file is read at
            the first score.
        capacity: as for `PairMetric`.
    """

    better = {"lpips": "lower"}

    def __init__(
        self,
        weights: str | None = None,
        capacity: int = 50_000,
        name: str = "lpips",
        dtype: str | None = None,
    ) -> None:
        super().__init__(capacity, name=name, dtype=dtype)
        self.weights_path = weights

    @functools.cached_property
    def _extractor(self):
        name = "lpips" if self.weights_path is None else f"lpips:{self.weights_path}"
        # Variables of the network are made outside of the graph of a score.
        with tf.init_scope():
            return extractors.get(name)

    def check(self, shape: Sequence[int]) -> None:
        # Finds missing weights before anything is computed.
        assert self._extractor
        if shape[2] > 4:
            raise ValueError(
                f"Expected images of 1 to 4 channels for {self.name}. "
                f"Received: {shape[2]} channels."
            )

    def of_pairs(self, target: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
        return tf.cast(self._extractor.distance(target, fake), tf.float64)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "weights": self.weights_path}
