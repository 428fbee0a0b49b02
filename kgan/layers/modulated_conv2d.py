"""Modulated convolution."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from kgan.layers.blur import blurred
from kgan.layers.equalized import Equalized
from kgan.layers.equalized_conv2d import check_odd
from kgan.system.checks import check_whole

_EPSILON = 1e-8


@keras.saving.register_keras_serializable("kgan")
class ModulatedConv2D(Equalized):
    """A convolution whose weights each example scales by a style of its own.

    StyleGAN2 (Karras et al. 2019, arXiv 1912.04958, equations 1 and 3), with the style
    s of an example, input channels i and output channels j:

        w'_ijk  = s_i w_ijk
        w''_ijk = w'_ijk / sqrt(sum_ik w'_ijk^2 + epsilon)

    so that outputs of inputs with unit variance have unit variance. The weights of
    examples are never made: s scales the inputs, and the root scales the outputs of one
    convolution of all examples. That is the same sum, needs no grouped convolution, and
    exports to servers.

    With `up` the output is twice as large: a transposed convolution of stride 2, and
    then the blur of `Blur2D`.

        >>> layer = kgan.layers.ModulatedConv2D(5, 3, up=True, seed=0)
        >>> layer([np.ones((2, 4, 4, 3)), np.ones((2, 3))]).shape
        TensorShape([2, 8, 8, 5])

    Args:
        filters: channels of the output, at least 1.
        size: pixels per side of the kernel: odd.
        demodulate: whether weights are divided by their norm, equation 3.
        up: whether the output is twice as large; for a `size` of 3.
        **kwargs: as for `Equalized`.

    Shapes: ([batch, h, w, c], [batch, c]) -> [batch, h, w, filters], or twice as large.

    Raises:
        ValueError: for sizes out of range, or as `Equalized`; when built, for styles of
            another number than c.
    """

    def __init__(
        self,
        filters: int,
        size: int = 3,
        demodulate: bool = True,
        up: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.filters = check_whole("filters", filters)
        self.size = check_odd(size)
        self.demodulate, self.up = demodulate, up
        if up and size != 3:
            raise ValueError(f"Expected size=3 with up. Received: size={size}.")

    def build(self, input_shape: Any) -> None:
        images, styles = input_shape
        if images[-1] != styles[-1]:
            raise ValueError(
                f"Expected a style for each of {images[-1]} channels. "
                f"Received: {styles[-1]}."
            )
        self.add_kernel((self.size, self.size, images[-1], self.filters))

    def call(self, inputs: Any) -> Any:
        x, styles = inputs
        x = x * styles[:, None, None, :]
        if self.demodulate:
            y = self._convolved(x, self.scaled_kernel())
            scale = self.demodulation(styles) * self.output_gain
            y = y * ops.cast(scale, y.dtype)[:, None, None, :]
        else:
            y = self._convolved(x, self.scaled_kernel(self.output_gain))
        return self.activated(self.with_bias(y))

    def demodulation(self, styles: Any) -> Any:
        """1 / sqrt(sum_ik w'_ijk^2 + epsilon), [batch, filters].

        Args:
            styles: [batch, c].
        """
        # In float32, because squares of bfloat16 are too coarse.
        kernel = ops.cast(self.kernel.value, self.variable_dtype) * self.factor
        styles = ops.cast(styles, self.variable_dtype)
        squares = ops.sum(ops.square(kernel), axis=(0, 1))  # [c, filters]
        return ops.rsqrt(ops.matmul(ops.square(styles), squares) + _EPSILON)

    def _convolved(self, x: Any, kernel: Any):
        if not self.up:
            return ops.conv(x, kernel, padding="same")
        # The kernel of a transposed convolution is [..., outputs, inputs].
        kernel = ops.transpose(kernel, (0, 1, 3, 2))
        y = ops.conv_transpose(x, kernel, strides=2, padding="valid")
        # Of the zeros between the pixels, three of four values are lost.
        return blurred(y, gain=4.0)

    def compute_output_shape(self, input_shape: Any) -> Any:
        batch, *sides, _ = input_shape[0]
        by = 2 if self.up else 1
        sides = [None if side is None else side * by for side in sides]
        return (batch, *sides, self.filters)

    def get_config(self) -> dict[str, Any]:
        return {
            "filters": self.filters,
            "size": self.size,
            "demodulate": self.demodulate,
            "up": self.up,
            **super().get_config(),
        }
