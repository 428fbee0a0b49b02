"""Convolutions of 4 pixels that halve or double an image, in their fastest form."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

# Where the gradient of the kernel is faster as matrix products, see `kernel_gradient`:
# pixels per side of the larger image at most, and channels of both at least.
_SIDE, _CHANNELS = 16, 64


@keras.saving.register_keras_serializable("kgan")
class HalvingConv2D(keras.layers.Conv2D):
    """A convolution of 4 x 4 pixels with stride 2: images [batch, 2 h, 2 w, c] ->
    [batch, h, w, filters].

    Weights and results are those of `keras.layers.Conv2D(filters, 4, strides=2,
    padding="same")`. On CPUs in bfloat16 the gradient of a kernel of many channels is
    made of matrix products, see `kernel_gradient`.

        >>> layer = kgan.layers.HalvingConv2D(5)
        >>> layer(np.ones((2, 8, 8, 3))).shape
        TensorShape([2, 4, 4, 5])

    Args:
        filters: channels of the output.
        **kwargs: as for `keras.layers.Conv2D`, except sizes and padding.
    """

    def __init__(self, filters: int, **kwargs: Any) -> None:
        kwargs |= {"kernel_size": 4, "strides": 2, "padding": "same"}
        super().__init__(filters, **kwargs)

    def convolution_op(self, inputs: Any, kernel: Any) -> Any:
        if not _has_fast_gradient(inputs, kernel, inputs.shape[1:3]):
            return super().convolution_op(inputs, kernel)
        return _halved(inputs, tf.convert_to_tensor(kernel))


@keras.saving.register_keras_serializable("kgan")
class DoublingConv2D(keras.layers.Conv2DTranspose):
    """A transposed convolution of 4 x 4 pixels with stride 2: images [batch, h, w, c]
    -> [batch, 2 h, 2 w, filters].

    Weights and results are those of `keras.layers.Conv2DTranspose(filters, 4,
    strides=2, padding="same")`. On CPUs in bfloat16 the gradient of a kernel of many
    channels is made of matrix products, see `kernel_gradient`.

        >>> layer = kgan.layers.DoublingConv2D(3)
        >>> layer(np.ones((2, 4, 4, 5))).shape
        TensorShape([2, 8, 8, 3])

    Args:
        filters: channels of the output.
        **kwargs: as for `keras.layers.Conv2DTranspose`, except sizes and padding.
    """

    def __init__(self, filters: int, **kwargs: Any) -> None:
        kwargs |= {"kernel_size": 4, "strides": 2, "padding": "same"}
        super().__init__(filters, **kwargs)

    def call(self, inputs: Any) -> Any:
        sides = [side and 2 * side for side in inputs.shape[1:3]]
        if not _has_fast_gradient(inputs, self.kernel, sides):
            return super().call(inputs)
        y = _doubled(inputs, tf.convert_to_tensor(self.kernel))
        if self.use_bias:
            y = y + tf.convert_to_tensor(self.bias)
        return self.activation(y)


def kernel_gradient(large: Any, small: Any) -> Any:
    """The gradient of the kernel of a convolution that halves images.

    With the convolution y = large * W of stride 2,

        dL/dW[u, v, c, o]
            = sum_bij large[b, 2 i + u - 1, 2 j + v - 1, c] dL/dy[b, i, j, o]

    With u = 2 a + p, and the large image's blocks of 2 x 2 pixels as channels (p, q,
    c), it is for each of the four (a, b) one matrix product over all pixels.

    Args:
        large: [batch, 2 h, 2 w, c].
        small: the gradient of the output, [batch, h, w, o].

    Returns:
        [4, 4, c, o].
    """
    channels, outputs = large.shape[-1], small.shape[-1]
    height, width = small.shape[1:3]
    blocks = tf.nn.space_to_depth(tf.pad(large, [[0, 0], [1, 1], [1, 1], [0, 0]]), 2)
    flat = tf.reshape(small, (-1, outputs))
    products = []
    for a in range(2):
        for b in range(2):
            part = blocks[:, a : a + height, b : b + width]
            part = tf.reshape(part, (-1, 4 * channels))
            products.append(tf.matmul(part, flat, transpose_a=True))
    # [(a, b), (p, q, c), o] -> [(a, p), (b, q), c, o]
    both = tf.reshape(tf.stack(products), (2, 2, 2, 2, channels, outputs))
    both = tf.transpose(both, (0, 2, 1, 3, 4, 5))
    return tf.reshape(both, (4, 4, channels, outputs))


def _has_fast_gradient(inputs: Any, kernel: Any, large: Any):
    """Whether the kernel's gradient is faster as matrix products."""
    return (
        inputs.dtype == "bfloat16"
        and not tf.config.get_visible_devices("GPU")
        and all(side and side % 2 == 0 and side <= _SIDE for side in large)
        and min(kernel.shape[2:]) >= _CHANNELS
    )


def _down(large: Any, kernel: Any):
    return tf.nn.conv2d(large, kernel, 2, "SAME")


def _up(small: Any, kernel: Any):
    height, width = small.shape[1:3]
    shape = (tf.shape(small)[0], 2 * height, 2 * width, kernel.shape[2])
    return tf.nn.conv2d_transpose(small, kernel, shape, 2, "SAME")


@tf.custom_gradient
def _halved(large: Any, kernel: Any):
    def gradients(slope: Any):
        return _up(slope, kernel), kernel_gradient(large, slope)

    return _down(large, kernel), gradients


@tf.custom_gradient
def _doubled(small: Any, kernel: Any):
    def gradients(slope: Any):
        return _down(slope, kernel), kernel_gradient(slope, small)

    return _up(small, kernel), gradients
