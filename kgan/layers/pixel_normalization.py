"""Pixel normalization."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable("kgan")
class PixelNormalization(keras.layers.Layer):
    """x / sqrt(mean of x^2 over the channels + epsilon), at each pixel.

    Karras et al. 2017 (arXiv 1710.10196, section 4.2). Nothing is learned, unlike in
    `keras.layers.RMSNormalization`. StyleGAN normalizes its latents so.

        >>> layer = kgan.layers.PixelNormalization()
        >>> layer(np.array([[3.0, 4.0]])).numpy().round(3)
        array([[0.849, 1.131]], dtype=float32)

    Args:
        epsilon: under the root.
        **kwargs: as for `keras.layers.Layer`.

    Shapes: [batch, ..., c] -> the same shape.
    """

    def __init__(self, epsilon: float = 1e-8, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.epsilon = float(epsilon)

    def call(self, inputs: Any) -> Any:
        # In float32, because squares of bfloat16 are too coarse.
        x = ops.cast(inputs, self.variable_dtype)
        square = ops.mean(ops.square(x), axis=-1, keepdims=True)
        return ops.cast(x * ops.rsqrt(square + self.epsilon), inputs.dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "epsilon": self.epsilon}
