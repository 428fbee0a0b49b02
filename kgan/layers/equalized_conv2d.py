"""A convolution with an equalized learning rate."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from kgan.layers.blur import blurred
from kgan.layers.equalized import Equalized
from kgan.system.checks import check_whole


@keras.saving.register_keras_serializable("kgan")
class EqualizedConv2D(Equalized):
    """Convolution, with weights that are scaled in each pass, see `Equalized`.

    With `down` it halves the image: it blurs by [1, 3, 3, 1] first, so that no pattern
    finer than the new grid is left, and has stride 2.

        >>> layer = kgan.layers.EqualizedConv2D(3, 3, down=True)
        >>> layer(np.ones((2, 8, 8, 1))).shape
        TensorShape([2, 4, 4, 3])

    Args:
        filters: channels of the output, at least 1.
        size: pixels per side of the kernel: odd.
        down: whether to halve the image, whose sides are even then.
        **kwargs: as for `Equalized`.

    Shapes: [batch, h, w, c] -> [batch, h, w, filters], or half as large.

    Raises:
        ValueError: for sizes out of range, or as `Equalized`; when built, for odd sides
            that it cannot halve.
    """

    def __init__(
        self, filters: int, size: int = 3, down: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.filters = check_whole("filters", filters)
        self.size = check_odd(size)
        self.down = down

    def build(self, input_shape: Any) -> None:
        sides = input_shape[1:3]
        if self.down and any(side is not None and side % 2 for side in sides):
            raise ValueError(
                f"Expected even sides, to be halved. Received: {tuple(sides)}."
            )
        self.add_kernel((self.size, self.size, input_shape[-1], self.filters))

    def call(self, inputs: Any) -> Any:
        kernel = self.scaled_kernel(self.output_gain)
        if not self.down:
            x = ops.conv(inputs, kernel, padding="same")
        elif self.size == 1:
            # Only the pixels that are left are blurred.
            x = ops.conv(blurred(inputs, strides=2), kernel)
        else:
            x = blurred(inputs, around=self.size // 2)
            x = ops.conv(x, kernel, strides=2, padding="valid")
        return self.activated(self.with_bias(x))

    def compute_output_shape(self, input_shape: Any) -> Any:
        batch, *sides, _ = input_shape
        by = 2 if self.down else 1
        sides = [None if side is None else side // by for side in sides]
        return (batch, *sides, self.filters)

    def get_config(self) -> dict[str, Any]:
        return {
            "filters": self.filters,
            "size": self.size,
            "down": self.down,
            **super().get_config(),
        }


def check_odd(size: Any) -> int:
    """`size`, if it is an odd number of pixels.

    Raises:
        ValueError: for any other `size`.
    """
    if check_whole("size", size) % 2 == 0:
        raise ValueError(f"Expected an odd size of the kernel. Received: size={size}.")
    return size
