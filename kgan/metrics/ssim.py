"""Structural similarity of pairs of images, Wang, Bovik, Sheikh, Simoncelli 2004,
"Image quality assessment: from error visibility to structural similarity".

The window is a Gaussian of 11 x 11 pixels with standard deviation 1.5; only windows
inside the image count; variances are divided by the sum of the weights. This is what
scikit-image computes with gaussian_weights=True, sigma=1.5, use_sample_covariance=False
and data_range=255.
"""

from __future__ import annotations

import keras
import tensorflow as tf

from kgan.metrics.pair_metric import PixelMetric


@keras.saving.register_keras_serializable("kgan")
class SSIM(PixelMetric):
    """Mean `keras.ops.image.ssim` of each made image and its target, at most 1.

    Images of several channels have the mean over their channels.

    >>> metric = kgan.metrics.SSIM(channel="y", crop=4)
    >>> round(metric.score(None, images, target=images)["ssim"].value, 6)
    1.0

    Args:
        channel: "rgb" or "y", see `PixelMetric`.
        crop: pixels to leave out at each border; 11 x 11 pixels have to remain.
        capacity: as for `PairMetric`.
    """

    better = {"ssim": "higher"}
    least = 11

    def __init__(
        self,
        channel: str = "rgb",
        crop: int = 0,
        capacity: int = 50_000,
        name: str = "ssim",
        dtype: str | None = None,
    ) -> None:
        super().__init__(channel, crop, capacity, name=name, dtype=dtype)

    def of_pairs(self, target: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
        return keras.ops.image.ssim(
            self.levels(target),
            self.levels(fake),
            max_val=255.0,
            data_format="channels_last",
        )
