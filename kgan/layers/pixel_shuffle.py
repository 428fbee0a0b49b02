"""Sub-pixel convolution's second half."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from kgan.system.checks import check_whole


@keras.saving.register_keras_serializable("kgan")
class PixelShuffle(keras.layers.Layer):
    """Moves channels to pixels: each pixel becomes factor x factor of them.

    With a convolution before it, the sub-pixel convolution of Shi et al. 2016 (arXiv
    1609.05158). Channel k of the output, at row i and column j of a block, is channel
    (i factor + j) C + k of the input, C channels going out.

        >>> x = np.arange(4.0).reshape(1, 1, 1, 4)
        >>> kgan.layers.PixelShuffle(2)(x).numpy()[0, :, :, 0]
        array([[0., 1.],
               [2., 3.]], dtype=float32)

    Args:
        factor: at least 1.
        **kwargs: as for `keras.layers.Layer`.

    Shapes: [batch, h, w, C factor^2] -> [batch, h factor, w factor, C].

    Raises:
        ValueError: for a factor below 1; when built, for channels that factor^2 does
            not divide.
    """

    def __init__(self, factor: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.factor = check_whole("factor", factor)

    def build(self, input_shape: Any) -> None:
        if input_shape[-1] % self.factor**2:
            raise ValueError(
                f"Expected channels that {self.factor**2} divides, {self.factor} x "
                f"{self.factor} pixels. Received: {input_shape[-1]} channels."
            )
        self.built = True

    def call(self, inputs: Any) -> Any:
        return ops.depth_to_space(inputs, self.factor, data_format="channels_last")

    def compute_output_shape(self, input_shape: Any) -> Any:
        batch, *sides, channels = input_shape
        sides = [None if side is None else side * self.factor for side in sides]
        return (batch, *sides, channels // self.factor**2)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}
