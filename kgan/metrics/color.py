"""How right colors are, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import tensorflow as tf

from kgan.metrics.pair_metric import PairMetric
from kgan.spaces.lab import rgb_to_lab


class _OfColors(PairMetric):
    """Of images of three channels alone."""

    def check(self, shape: Sequence[int]) -> None:
        if shape[2] != 3:
            raise ValueError(
                f"Expected images of 3 channels for {self.name}, red, green and blue. "
                f"Received: {shape[2]} channels."
            )


@keras.saving.register_keras_serializable("kgan")
class AbPSNR(_OfColors):
    """Mean PSNR of a* and b* of each made image against its target, in decibels.

    The lightness, which colorization is given, does not count. As where CIE L*a*b* has
    8 bits, the peak is 255: 10 log10(255^2 / MSE), the MSE over both of a*, b*.

    >>> gray, red = np.zeros((1, 4, 4, 3)), np.full((1, 4, 4, 3), [1.0, -1.0, -1.0])
    >>> metric = kgan.metrics.AbPSNR()
    >>> round(metric.score(None, gray, target=red)["ab_psnr"].value, 2)
    10.75

    Args:
        capacity: as for `PairMetric`.
    """

    better = {"ab_psnr": "higher"}

    def __init__(
        self, capacity: int = 50_000, name: str = "ab_psnr", dtype: str | None = None
    ) -> None:
        super().__init__(capacity, name=name, dtype=dtype)

    def of_pairs(self, target: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
        one, other = (rgb_to_lab(tf.cast(x, "float64")) for x in (target, fake))
        mse = tf.reduce_mean((one - other)[..., 1:] ** 2, axis=(1, 2, 3))
        return 10.0 * tf.math.log(255.0**2 / mse) / tf.math.log(tf.cast(10, "float64"))


@keras.saving.register_keras_serializable("kgan")
class Colorfulness(_OfColors):
    """Mean colorfulness of made images: Hasler and Süsstrunk 2003, "Measuring
    colourfulness in natural images", equation 14 for sRGB, levels from 0 to 255.

        sqrt(var(rg) + var(yb)) + 0.3 sqrt(mean(rg)^2 + mean(yb)^2),
        rg = R - G,  yb = (R + G) / 2 - B

    0 of gray images. That of targets says how much there should be: more is garish.

    >>> half = np.ones((1, 2, 2, 3)) * [[[1.0, -1.0, -1.0]], [[-1.0, -1.0, -1.0]]]
    >>> metric = kgan.metrics.Colorfulness()
    >>> round(metric.score(None, half, target=half)["colorfulness"].value, 1)
    185.3

    Args:
        capacity: as for `PairMetric`.
    """

    better = {"colorfulness": "higher"}

    def __init__(
        self,
        capacity: int = 50_000,
        name: str = "colorfulness",
        dtype: str | None = None,
    ) -> None:
        super().__init__(capacity, name=name, dtype=dtype)

    def of_pairs(self, target: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
        levels = (tf.cast(fake, "float64") + 1.0) * 127.5
        red, green, blue = tf.unstack(levels, axis=-1)
        both = tf.stack([red - green, (red + green) / 2.0 - blue], axis=-1)
        means = tf.reduce_mean(both, axis=(1, 2))
        spread = tf.math.reduce_variance(both, axis=(1, 2))
        distance = tf.sqrt(tf.reduce_sum(means**2, axis=-1))
        return tf.sqrt(tf.reduce_sum(spread, axis=-1)) + 0.3 * distance
