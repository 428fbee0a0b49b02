"""Images blurred, and enlarged or reduced without patterns of the grid."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

# A binomial filter: the smallest of an even size that falls off on both sides.
_TAPS = np.array([1.0, 3.0, 3.0, 1.0]) / 8.0
_RESAMPLING = "up", "down"


@keras.saving.register_keras_serializable("kgan")
class Blur2D(keras.layers.Layer):
    """Twice as large or half as large, by the filter [1, 3, 3, 1] / 8 on both axes.

    StyleGAN2's resampling (Karras et al. 2019, arXiv 1912.04958, after Zhang 2019,
    arXiv 1904.11486). Beyond the border is 0. It is a depthwise convolution, which has
    gradients of every order, where TensorFlow's resizing has none (R1 needs the
    second).

        >>> x = np.arange(1.0, 5.0).reshape(1, 2, 2, 1)
        >>> kgan.layers.Blur2D("down")(x)[0, 0, 0, 0].numpy()
        np.float32(1.40625)
        >>> kgan.layers.Blur2D("up")(x).shape
        TensorShape([1, 4, 4, 1])

    Args:
        resampling: "up" or "down".
        **kwargs: as for `keras.layers.Layer`.

    Shapes: [batch, h, w, c] -> [batch, 2 h, 2 w, c] or [batch, h / 2, w / 2, c].

    Raises:
        ValueError: for another resampling.
    """

    def __init__(self, resampling: str = "up", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if resampling not in _RESAMPLING:
            raise ValueError(
                f"Expected resampling 'up' or 'down'. Received: {resampling!r}."
            )
        self.resampling = resampling

    def call(self, inputs: Any) -> Any:
        if self.resampling == "down":
            return blurred(inputs, strides=2)
        return enlarged(inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        batch, *sides, channels = input_shape
        up = self.resampling == "up"
        sides = [s if s is None else 2 * s if up else s // 2 for s in sides]
        return (batch, *sides, channels)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "resampling": self.resampling}


def blurred(x: Any, strides: int = 1, around: int = 0, gain: float = 1.0) -> Any:
    """Images [batch, h, w, c], each channel blurred.

    >>> kgan.layers.blur.blurred(np.ones((1, 4, 4, 2), "float32"), around=1).shape
    TensorShape([1, 5, 5, 2])

    Args:
        x: the images.
        strides: 2 leaves out every second pixel of each row and column: the others
            keep their places to half a pixel, [batch, h / 2, w / 2, c].
        around: pixels beside the image that are needed too, at each side, as by a
            convolution that follows. Without strides, [batch, h - 1 + 2 around, ...].
        gain: a factor of the result.
    """
    sides = [1 + around] * 2
    x = ops.pad(x, [[0, 0], sides, sides, [0, 0]])
    kernel = gain * np.outer(_TAPS, _TAPS)[:, :, None, None]
    kernel = np.tile(kernel, (1, 1, x.shape[-1], 1))
    kernel = ops.convert_to_tensor(kernel, dtype=x.dtype)
    return ops.depthwise_conv(x, kernel, strides=strides, padding="valid")


def enlarged(x: Any) -> Any:
    """Images [batch, h, w, c] twice as large: zeros between the pixels, and blurred.

    >>> x = np.array([4.0, 8.0], "float32").reshape(1, 1, 2, 1)
    >>> kgan.layers.blur.enlarged(x)[0, 0, :, 0].numpy().tolist()
    [2.25, 3.75, 5.25, 4.5]

    Args:
        x: the images.
    """
    # y[2 i] = (x[i - 1] + 3 x[i]) / 4 and y[2 i + 1] = (3 x[i] + x[i + 1]) / 4 on each
    # axis: four filters of 3 x 3 pixels, without the zeros.
    taps = np.array([[1.0, 3.0, 0.0], [0.0, 3.0, 1.0]]) / 4.0
    kernel = np.einsum("ai,bj->ijab", taps, taps).reshape(3, 3, 1, 4)
    channels = x.shape[-1]
    kernel = ops.convert_to_tensor(np.tile(kernel, (1, 1, channels, 1)), dtype=x.dtype)
    y = ops.depthwise_conv(x, kernel, padding="same")
    n, h, w, _ = ops.shape(y)
    y = ops.reshape(y, (n, h, w, channels, 2, 2))
    # [batch, h, w, c, rows, columns] -> [batch, h, rows, w, columns, c]
    y = ops.transpose(y, (0, 1, 4, 2, 5, 3))
    return ops.reshape(y, (n, 2 * h, 2 * w, channels))
