"""Convolution in groups of channels."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable("kgan")
class GroupedConv2D(keras.layers.Conv2D):
    """Keras' convolution in groups, in a form that trains on CPUs and exports.

    Output channels of a group see the input channels of that group alone:

        y_g = x_g * kernel_g,  for each group g

    Weights and results are those of `keras.layers.Conv2D` with `groups`. TensorFlow
    has no gradient of the kernel of such a convolution on CPUs, so that Keras compiles
    each by XLA: replicas on CPUs cannot train it, and a server without XLA refuses the
    export. Here each group is a convolution of its own, of channels that are split and
    put together again, with gradients of every order.

    Of the forms with these properties it is the fastest or nearly so, but for groups as
    small as 8 channels. One thread of a CPU, R1 with the gradient of the kernel, 32
    images of 16 x 16 pixels, in ms:

        channels / of a group           128 / 16   256 / 16    64 / 8   128 / 32
        split, as here                       103        149        58        101
        two groups as one kernel             108        143        44        155
        all groups as one kernel             248          -         -          -
        matrix products of patches           664          -         -          -
        matrix products of each tap          708          -         -          -

    where a kernel of several groups has zeros between them.

        >>> layer = kgan.layers.GroupedConv2D(6, 3, groups=3, padding="same")
        >>> layer(np.zeros((2, 4, 4, 12))).shape
        TensorShape([2, 4, 4, 6])
        >>> layer.kernel.shape
        TensorShape([3, 3, 4, 6])

    Args:
        filters, kernel_size: as for `keras.layers.Conv2D`.
        groups: how many; it divides the channels of the input, and `filters`.
        **kwargs: as for `keras.layers.Conv2D`.

    Shapes: as for `keras.layers.Conv2D`.

    Raises:
        ValueError: for groups below 1, or that do not divide `filters`; when built, for
            groups that do not divide the channels of the input.
    """

    def convolution_op(self, inputs: Any, kernel: Any) -> Any:
        if self.groups == 1:
            return super().convolution_op(inputs, kernel)
        channels = -1 if self.data_format == "channels_last" else 1
        parts = [
            super(GroupedConv2D, self).convolution_op(x, k)
            for x, k in zip(
                ops.split(inputs, self.groups, axis=channels),
                ops.split(kernel, self.groups, axis=-1),
                strict=True,
            )
        ]
        return ops.concatenate(parts, axis=channels)
