"""Convolutions of 4 pixels that halve or double an image, in their fastest form."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

# Where the gradient of the kernel is faster as matrix products in bfloat16: pixels per
# side of the larger image at most, and channels of both at least.
_SIDE, _CHANNELS = 16, 64
# Channels of the larger image, at most, where its convolution is faster with them as
# blocks; in bfloat16 for small images alone.
_FEW, _SMALL = 4, 32


@keras.saving.register_keras_serializable("kgan")
class HalvingConv2D(keras.layers.Conv2D):
    """A convolution of 4 x 4 pixels with stride 2: images [batch, 2 h, 2 w, c] ->
    [batch, h, w, filters].

    Weights and results are those of `keras.layers.Conv2D(filters, 4, strides=2,
    padding="same")`. On CPUs the gradients have faster forms, see `kernel_gradient` and
    `doubled_to_few`.

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
        if not _is_own(inputs.shape[1:3]):
            return super().convolution_op(inputs, kernel)
        return _halved(inputs, tf.convert_to_tensor(kernel))


@keras.saving.register_keras_serializable("kgan")
class DoublingConv2D(keras.layers.Conv2DTranspose):
    """A transposed convolution of 4 x 4 pixels with stride 2: images [batch, h, w, c]
    -> [batch, 2 h, 2 w, filters].

    Weights and results are those of `keras.layers.Conv2DTranspose(filters, 4,
    strides=2, padding="same")`. On CPUs it has faster forms for few filters, see
    `doubled_to_few`, and of the gradient of its kernel, see `kernel_gradient`.

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
        if not _is_own(()):
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


def doubled_to_few(small: Any, kernel: Any) -> Any:
    """A transposed convolution of 4 x 4 pixels with stride 2, to few channels.

    As the blocks of 2 x 2 pixels of the large image are made of the 3 x 3 pixels around
    them in the small one, it is a convolution whose channels are (p, q, o) of a block:

        y[2 i + p, 2 j + q] = sum_de small[i + d, j + e] W[p + 1 - 2 d, q + 1 - 2 e]

    for d and e in -1, 0, 1, where W is 0 outside of 0 ... 3.

    Args:
        small: [batch, h, w, c].
        kernel: [4, 4, o, c].

    Returns:
        [batch, 2 h, 2 w, o].
    """
    outputs, channels = kernel.shape[2:]
    # The index p + 2 - 2 d of the padded kernel is 2 (1 - d) + p.
    kernel = tf.pad(kernel, [[1, 1], [1, 1], [0, 0], [0, 0]])
    kernel = tf.reshape(kernel, (3, 2, 3, 2, outputs, channels))
    kernel = tf.transpose(tf.reverse(kernel, [0, 2]), (0, 2, 5, 1, 3, 4))
    kernel = tf.reshape(kernel, (3, 3, channels, 4 * outputs))
    return tf.nn.depth_to_space(tf.nn.conv2d(small, kernel, 1, "SAME"), 2)


def _is_own(large: Any):
    """Whether the forms of this file compute: on CPUs, for an image of even sides."""
    even = all(side and side % 2 == 0 for side in large)
    return even and not tf.config.get_visible_devices("GPU")


def _is_small(large: Any, most: int):
    return all(side and side <= most for side in large)


def _down(large: Any, kernel: Any):
    return tf.nn.conv2d(large, kernel, 2, "SAME")


def _up(small: Any, kernel: Any):
    sides = [side and 2 * side for side in small.shape[1:3]]
    fast = {"float32": True, "bfloat16": _is_small(sides, _SMALL)}
    if kernel.shape[2] <= _FEW and fast.get(small.dtype.name):
        return doubled_to_few(small, kernel)
    batch, height, width = tf.unstack(tf.shape(small)[:3])
    shape = (batch, 2 * height, 2 * width, kernel.shape[2])
    return tf.nn.conv2d_transpose(small, kernel, shape, 2, "SAME")


def _kernel_gradient(large: Any, small: Any):
    channels = large.shape[-1], small.shape[-1]
    many = small.dtype == "bfloat16" and min(channels) >= _CHANNELS
    if many and _is_small(large.shape[1:3], _SIDE):
        return kernel_gradient(large, small)
    return tf.raw_ops.Conv2DBackpropFilter(
        input=large,
        filter_sizes=(4, 4, *channels),
        out_backprop=small,
        strides=[1, 2, 2, 1],
        padding="SAME",
    )


@tf.custom_gradient
def _halved(large: Any, kernel: Any):
    def gradients(slope: Any):
        return _up(slope, kernel), _kernel_gradient(large, slope)

    return _down(large, kernel), gradients


@tf.custom_gradient
def _doubled(small: Any, kernel: Any):
    def gradients(slope: Any):
        return _down(slope, kernel), _kernel_gradient(slope, small)

    return _up(small, kernel), gradients
