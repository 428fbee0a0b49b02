"""Normalization of each image alone."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf
from keras import ops

_FUSED_TYPES = tf.float32, tf.bfloat16, tf.float16
# Measured on two cores; below, the fused kernels save less than the transposes cost.
_MANY_PIXELS = 1024


@keras.saving.register_keras_serializable("kgan")
class InstanceNormalization(keras.layers.Layer):
    """Each channel of each image: mean 0, variance 1, and nothing learned.

    Ulyanov et al. 2016 (arXiv 1607.08022). `keras.layers.GroupNormalization` of one
    channel per group computes the same by separate operations of five axes. In training
    this layer calls the fused kernels of batch normalization where that is faster, for
    one image or for large ones: all channels of all images are channels of one image.

        >>> layer = kgan.layers.InstanceNormalization()
        >>> x = np.array([1.0, 3.0]).reshape(1, 1, 2, 1)
        >>> layer(x).numpy().ravel().round(3).tolist()
        [-1.0, 1.0]

    Args:
        epsilon: added to the variance.
        **kwargs: as for `keras.layers.Layer`.

    Shapes: [batch, ..., channels] -> the same shape.
    """

    def __init__(self, epsilon: float = 1e-5, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        if training and _fuses(inputs):
            return _fused(inputs, self.epsilon)
        # Separate operations: all runtimes know them, also those of other formats.
        x = ops.cast(inputs, keras.backend.result_type(inputs.dtype, "float32"))
        axes = list(range(1, len(inputs.shape) - 1))
        x = x - ops.mean(x, axes, keepdims=True)
        variance = ops.mean(ops.square(x), axes, keepdims=True)
        return ops.cast(x * ops.rsqrt(variance + self.epsilon), inputs.dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "epsilon": self.epsilon}


def _fuses(x: Any):
    """Whether the fused kernels know x, and save more than moving images costs."""
    if len(x.shape) != 4 or None in x.shape or x.dtype not in _FUSED_TYPES:
        return False
    return x.shape[0] == 1 or x.shape[1] * x.shape[2] >= _MANY_PIXELS


def _fused(x: Any, epsilon: float):
    n, h, w, c = x.shape
    channels = n * c
    # [B, h, w, C] -> [1, h, w, B C]
    y = tf.reshape(tf.transpose(x, [1, 2, 0, 3]), [1, h, w, channels])
    y = tf.raw_ops.FusedBatchNormV3(
        x=y,
        scale=tf.ones([channels]),
        offset=tf.zeros([channels]),
        mean=tf.zeros([0]),
        variance=tf.zeros([0]),
        epsilon=epsilon,
        is_training=True,
    )[0]
    y = tf.reshape(y, [h, w, n, c])
    return tf.transpose(y, [2, 0, 1, 3])
