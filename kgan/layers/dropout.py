"""Dropout whose masks do not depend on the number of replicas."""

import keras
import tensorflow as tf

from kgan import random


@keras.saving.register_keras_serializable("kgan")
class Dropout(keras.layers.Dropout):
    """Dropout (arXiv 1207.0580) that N replicas compute as one does.

    Keras' layer draws a mask of the replica's own batch, the same on every replica.
    This one draws that of the global batch from one seed and takes the replica's rows.

    Args:
        rate: the fraction of units set to 0; the others are divided by 1 - rate.
        **kwargs: as for `keras.layers.Dropout`, except `noise_shape`.
    """

    def call(self, inputs, training=False):
        replica = tf.distribute.get_replica_context()
        if not training or self.rate == 0 or replica is None:
            return inputs
        size = tf.shape(inputs)[0]
        rows = size * replica.num_replicas_in_sync
        kept = random.uniform(
            tf.concat([[rows], tf.shape(inputs)[1:]], 0), self.seed_generator.next()
        )
        first = replica.replica_id_in_sync_group * size
        kept = tf.cast(kept[first : first + size] >= self.rate, inputs.dtype)
        return tf.ensure_shape(inputs * kept / (1.0 - self.rate), inputs.shape)
