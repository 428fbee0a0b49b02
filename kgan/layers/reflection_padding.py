"""Padding by mirror images."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from kgan.system.checks import check_whole


@keras.saving.register_keras_serializable("kgan")
class ReflectionPadding2D(keras.layers.Layer):
    """Pads images by their mirror image, without the pixels of the border itself.

    Johnson et al. 2016 (arXiv 1603.08155) pad so, against seams at the border of
    translated images.

        >>> layer = kgan.layers.ReflectionPadding2D(2)
        >>> layer(np.arange(3.0).reshape(1, 1, 3, 1).repeat(3, 1)).numpy()[0, 2, :, 0]
        array([2., 1., 0., 1., 2., 1., 0.], dtype=float32)

    Args:
        padding: pixels at each side, at least 1.
        **kwargs: as for `keras.layers.Layer`.

    Shapes: [batch, h, w, c] -> [batch, h + 2 padding, w + 2 padding, c]. Sides have
    more than `padding` pixels.

    Raises:
        ValueError: for a padding below 1; when called, for smaller images.
    """

    def __init__(self, padding: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.padding = check_whole("padding", padding)

    def call(self, inputs: Any) -> Any:
        for side in inputs.shape[1:3]:
            if side is not None and side <= self.padding:
                raise ValueError(
                    f"Expected sides of more than {self.padding} pixels, because their "
                    f"mirror images fill {self.padding}. Received: "
                    f"{inputs.shape[1]} x {inputs.shape[2]}."
                )
        p = [self.padding, self.padding]
        return ops.pad(inputs, [[0, 0], p, p, [0, 0]], mode="reflect")

    def compute_output_shape(self, input_shape: Any) -> Any:
        batch, *sides, channels = input_shape
        sides = [None if side is None else side + 2 * self.padding for side in sides]
        return (batch, *sides, channels)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "padding": self.padding}
