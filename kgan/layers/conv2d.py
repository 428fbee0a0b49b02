"""Convolution to few channels."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from kgan.system.checks import check_whole


@keras.saving.register_keras_serializable("kgan")
class Conv2D(keras.layers.Conv2D):
    """Keras' convolution, which can compute some neighbouring pixels at once.

    The kernels of CPUs compute 16 channels in the time of 3. With `fold`, the fold x
    fold pixels of a block are the channels of one pixel, on both sides of a convolution
    with fold^2 times as many channels going out; its kernel holds the kernel at each
    place of the block, and zeros. Then pixels are moved back. The weights are those of
    Keras' layer, and so is the result, but for the order of sums. Where a 9x9
    convolution makes 3 channels of 32, a training step is 1.8 times as fast on a CPU.

        >>> layer = kgan.layers.Conv2D(3, 9, fold=2, padding="same")
        >>> layer(np.zeros((1, 6, 8, 32))).shape
        TensorShape([1, 6, 8, 3])

    Args:
        filters, kernel_size: as for `keras.layers.Conv2D`.
        fold: pixels per side of a block, at least 1; images have sides that it divides.
        **kwargs: as for `keras.layers.Conv2D`. With a fold, `padding="same"`, and no
            strides, dilation or groups.

    Shapes: [batch, h, w, c] -> [batch, h, w, filters].

    Raises:
        ValueError: for a fold below 1, or other arguments beside a fold; when built,
            for sides that the fold does not divide.
    """

    def __init__(
        self, filters: int, kernel_size: Any, fold: int = 1, **kwargs: Any
    ) -> None:
        super().__init__(filters, kernel_size, **kwargs)
        self.fold = check_whole("fold", fold)
        plain = (1, 1), (1, 1), 1, "same", "channels_last"
        asked = self.strides, self.dilation_rate, self.groups
        asked = *asked, self.padding, self.data_format
        if fold > 1 and asked != plain:
            raise ValueError(
                "Expected padding='same' beside a fold, and no strides, dilation or "
                f"groups. Received: fold={fold}, strides={self.strides}, "
                f"dilation_rate={self.dilation_rate}, groups={self.groups}, "
                f"padding={self.padding!r}, data_format={self.data_format!r}."
            )

    def build(self, input_shape: Any) -> None:
        sides = input_shape[1:3]
        if any(side is not None and side % self.fold for side in sides):
            raise ValueError(
                f"Expected images with sides that fold={self.fold} divides. "
                f"Received: {sides[0]} x {sides[1]}."
            )
        super().build(input_shape)

    def convolution_op(self, inputs: Any, kernel: Any) -> Any:
        if self.fold == 1:
            return super().convolution_op(inputs, kernel)
        sides = [_taps(size, self.fold) for size in self.kernel_size]
        x = ops.space_to_depth(inputs, self.fold, data_format="channels_last")
        borders = [(before, taps - 1 - before) for taps, before, _ in sides]
        x = ops.pad(x, [(0, 0), *borders, (0, 0)])
        x = ops.conv(x, _folded(kernel, self.fold, sides), padding="valid")
        return ops.depth_to_space(x, self.fold, data_format="channels_last")

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "fold": self.fold}


def _taps(size: int, fold: int):
    """Of a kernel's side, in blocks: how many, how many before its own, and the zeros
    before the kernel at the block's first pixel."""
    before = (size - 1) // 2
    blocks_before = -(-before // fold)
    blocks_after = (fold - 1 + size - 1 - before) // fold
    return (
        blocks_before + 1 + blocks_after,
        blocks_before,
        blocks_before * fold - before,
    )


def _folded(kernel: Any, fold: int, sides: list[tuple[int, int, int]]):
    """[h, w, c, d] -> [taps, taps, fold^2 c, fold^2 d]."""
    h, w, c, d = kernel.shape
    (rows, _, above), (columns, _, left) = sides

    def beside(size: int, zeros: int, taps: int, shift: int):
        return zeros + shift, taps * fold - size - zeros - shift

    places = [
        ops.pad(
            kernel,
            [beside(h, above, rows, i), beside(w, left, columns, j), (0, 0), (0, 0)],
        )
        for i in range(fold)
        for j in range(fold)
    ]
    x = ops.reshape(ops.stack(places, 3), (rows, fold, columns, fold, c, -1))
    x = ops.transpose(x, (0, 2, 1, 3, 4, 5))
    return ops.reshape(x, (rows, columns, fold**2 * c, fold**2 * d))
