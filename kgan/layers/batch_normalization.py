"""Batch normalization by TensorFlow's fused kernel."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("kgan")
class BatchNormalization(keras.layers.BatchNormalization):
    """Batch normalization of the last axis, as DCGAN uses it (arXiv 1502.03167).

    Keras 3 computes the batch's moments and the normalization from separate
    operations. In training on one replica this layer calls the fused kernel instead,
    with the same result; a DCGAN step is 10 % faster in float32 and 40 % in bfloat16 on
    a CPU. On several replicas the moments are those of the global batch
    (`synchronized`), which the fused kernel cannot give.

    Args:
        momentum: of the moving statistics. 0.9 here, not Keras' 0.99: a generator
            changes faster than 100 steps.
        epsilon: added to the variance.
        synchronized: whether replicas share their statistics, which makes N replicas
            compute what one computes.
        **kwargs: as for `keras.layers.BatchNormalization`, except `axis`.
    """

    def __init__(self, momentum=0.9, epsilon=1e-5, synchronized=True, **kwargs):
        super().__init__(
            momentum=momentum, epsilon=epsilon, synchronized=synchronized, **kwargs
        )

    def call(self, inputs, training=None, mask=None):
        if not (training and self.trainable and self._can_fuse(inputs, mask)):
            return super().call(inputs, training=training, mask=mask)
        shape = tf.shape(inputs)
        # [B, ..., C] -> [B, positions, 1, C]
        x = inputs
        if len(inputs.shape) != 4:
            x = tf.reshape(inputs, [shape[0], -1, 1, inputs.shape[-1]])
        none = tf.zeros([0])
        y, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=x,
            scale=tf.convert_to_tensor(self.gamma),
            offset=tf.convert_to_tensor(self.beta),
            mean=none,
            variance=none,
            epsilon=self.epsilon,
            is_training=True,
        )
        # The kernel reports the unbiased variance; Keras tracks the biased one.
        count = tf.cast(tf.size(x) // inputs.shape[-1], variance.dtype)
        self._track(self.moving_mean, mean)
        self._track(self.moving_variance, variance * ((count - 1.0) / count))
        return y if x is inputs else tf.reshape(y, shape)

    def _can_fuse(self, inputs, mask):
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        return (
            mask is None
            and self.axis in (-1, len(inputs.shape) - 1)
            and self.scale
            and self.center
            and not self.renorm
            and inputs.dtype in (tf.float32, tf.bfloat16, tf.float16)
            and not (self.synchronized and replicas > 1)
        )

    def _track(self, average, batch):
        average.assign(average * self.momentum + batch * (1.0 - self.momentum))
