"""Dropout whose masks do not depend on the number of replicas."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from kgan.random import philox


@keras.saving.register_keras_serializable("kgan")
class Dropout(keras.layers.Dropout):
    """Dropout (arXiv 1207.0580) whose result is the same for N replicas as for one.

    Keras' layer draws a mask for the batch of one replica, and every replica has the
    same mask. This layer draws the mask of the global batch from one seed, and each
    replica uses its own rows of the mask.

        >>> dropout = kgan.layers.Dropout(0.5, seed=0)
        >>> np.unique(dropout(np.ones((4, 8)), training=True)).tolist()
        [0.0, 2.0]

    Args:
        rate: the fraction of units set to 0; the other units are divided by 1 - rate.
        **kwargs: as for `keras.layers.Dropout`, except `noise_shape`.

    Shapes: [batch, ...] -> the same shape.
    """

    def call(self, inputs: Any, training: bool = False) -> Any:
        replica = tf.distribute.get_replica_context()
        if not training or self.rate == 0 or replica is None:
            return inputs
        size = tf.shape(inputs)[0]
        rows = size * replica.num_replicas_in_sync
        draws = philox.uniform(
            tf.concat([[rows], tf.shape(inputs)[1:]], 0), self.seed_generator.next()
        )
        first = replica.replica_id_in_sync_group * size
        mask = tf.cast(draws[first : first + size] >= self.rate, inputs.dtype)
        return tf.ensure_shape(inputs * mask / (1.0 - self.rate), inputs.shape)
