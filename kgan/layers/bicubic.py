"""Bicubic enlargement."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from kgan.system.checks import check_whole

# Of Keys 1981, "Cubic convolution interpolation for digital image processing".
_A = -0.5
# Pixels at each side that an enlarged pixel depends on.
_REACH = 2


@keras.saving.register_keras_serializable("kgan")
class BicubicUpsampling2D(keras.layers.Layer):
    """Images enlarged by a whole number, by the bicubic kernel with a = -0.5.

    What `imresize` of MATLAB makes of them, and `kgan.data.degradations.resize`: the
    images are mirrored at their border. Here it is two convolutions, for images of any
    size, with gradients of any order. `keras.layers.UpSampling2D` cuts the kernel at
    the border instead.

        >>> layer = kgan.layers.BicubicUpsampling2D(2)
        >>> layer(np.ones((1, 3, 5, 3))).shape
        TensorShape([1, 6, 10, 3])

    Args:
        factor: at least 1.
        **kwargs: as for `keras.layers.Layer`.

    Shapes: [batch, h, w, c] -> [batch, h factor, w factor, c]. Sides have at least 2
    pixels.

    Raises:
        ValueError: for a factor below 1.
    """

    def __init__(self, factor: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.factor = check_whole("factor", factor)
        # Where each new pixel of a block is, from the middle of the old one.
        places = (np.arange(factor) + 0.5) / factor - 0.5
        # [taps, new pixels]
        self._weights = cubic(np.arange(-_REACH, _REACH + 1)[:, None] - places)

    def call(self, inputs: Any) -> Any:
        return self._along(self._along(inputs, 1), 2)

    def _along(self, x: Any, axis: int):
        p = [_REACH, _REACH]
        sides = [[0, 0], p if axis == 1 else [0, 0], p if axis == 2 else [0, 0], [0, 0]]
        x = ops.pad(x, sides, mode="symmetric")
        channels = x.shape[-1]
        # [taps, new pixels] -> [taps, 1, channels, new pixels], or along columns
        kernel = np.repeat(self._weights[:, None, None, :], channels, axis=2)
        kernel = kernel if axis == 1 else kernel.swapaxes(0, 1)
        kernel = ops.convert_to_tensor(kernel, dtype=x.dtype)
        y = ops.depthwise_conv(x, kernel, padding="valid")
        # [batch, h, w, channels new] -> new pixels beside each other
        n, h, w, _ = ops.shape(y)
        y = ops.reshape(y, (n, h, w, channels, self.factor))
        if axis == 1:
            y = ops.transpose(y, (0, 1, 4, 2, 3))
            return ops.reshape(y, (n, h * self.factor, w, channels))
        y = ops.transpose(y, (0, 1, 2, 4, 3))
        return ops.reshape(y, (n, h, w * self.factor, channels))

    def compute_output_shape(self, input_shape: Any) -> Any:
        batch, *sides, channels = input_shape
        sides = [None if side is None else side * self.factor for side in sides]
        return (batch, *sides, channels)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}


def cubic(x: np.ndarray) -> np.ndarray:
    """The weight of a pixel at a distance of x pixels, float64 of the shape of x.

    >>> kgan.layers.bicubic.cubic(np.array([0.0, 0.5, -1.0, 3.0])).tolist()
    [1.0, 0.5625, 0.0, 0.0]
    """
    # k(x) = (a + 2)|x|^3 - (a + 3)|x|^2 + 1            for |x| <= 1
    #        a|x|^3 - 5a|x|^2 + 8a|x| - 4a              for 1 < |x| < 2
    x = np.abs(x)
    near = (_A + 2) * x**3 - (_A + 3) * x**2 + 1
    far = _A * x**3 - 5 * _A * x**2 + 8 * _A * x - 4 * _A
    return np.where(x <= 1, near, np.where(x < 2, far, 0.0))
