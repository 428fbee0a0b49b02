"""Peak signal-to-noise ratio of pairs of images.

    PSNR = 10 log10(255^2 / MSE)

in decibels, with the mean squared error MSE over the pixels of one image. The score is
the mean of the images' ratios, as papers report it. Equal images have an infinite one.
"""

from __future__ import annotations

import keras
import tensorflow as tf

from kgan.metrics.pair_metric import PixelMetric


@keras.saving.register_keras_serializable("kgan")
class PSNR(PixelMetric):
    """Mean `keras.ops.psnr` of each made image and its target, in decibels.

    Published numbers need their protocol: super-resolution papers measure the luma
    without a border as wide as the scale, `PSNR(channel="y", crop=4)` for x4.

    A difference of 51 of 255 levels is 20 log10(5) decibels:

    >>> black = np.full((1, 8, 8, 3), -1.0)
    >>> metric = kgan.metrics.PSNR()
    >>> round(metric.score(None, black + 0.4, target=black)["psnr"].value, 2)
    13.98

    Args:
        channel: "rgb" or "y", see `PixelMetric`.
        crop: pixels to leave out at each border.
        capacity: as for `PairMetric`.
    """

    better = {"psnr": "higher"}

    def __init__(
        self,
        channel: str = "rgb",
        crop: int = 0,
        capacity: int = 50_000,
        name: str = "psnr",
        dtype: str | None = None,
    ) -> None:
        super().__init__(channel, crop, capacity, name=name, dtype=dtype)

    def of_pairs(self, target: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
        # The operation of Keras gives one number for all that it is given.
        pairs = (self.levels(target), self.levels(fake))
        return keras.ops.vectorized_map(
            lambda pair: keras.ops.psnr(pair[0], pair[1], 255.0), pairs
        )
