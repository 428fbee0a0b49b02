"""What replicas tell each other within a step."""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def mean_over_replicas(value: Any) -> tf.Tensor:
    """The mean of a tensor over the replicas, which all call this.

    Outside of `tf.cond`, in which replicas cannot talk to each other.

    >>> float(kgan.distribute.mean_over_replicas(0.5))
    0.5

    Args:
        value: a tensor of one shape on all replicas.

    Returns:
        A tensor of the same shape; on one replica, `value` itself.
    """
    replica = tf.distribute.get_replica_context()
    if replica is None or replica.num_replicas_in_sync == 1:
        return tf.convert_to_tensor(value)
    return replica.all_reduce(tf.distribute.ReduceOp.MEAN, value)


def gathered(value: Any) -> tf.Tensor:
    """The rows of all replicas, which all call this, in the order of the global batch.

    Outside of `tf.cond`, as `mean_over_replicas`.

    >>> kgan.distribute.gathered([[1.0], [2.0]]).shape
    TensorShape([2, 1])

    Args:
        value: a tensor [rows, ...], of one shape on all replicas.

    Returns:
        [rows of all replicas, ...]; on one replica, `value` itself.
    """
    replica = tf.distribute.get_replica_context()
    if replica is None or replica.num_replicas_in_sync == 1:
        return tf.convert_to_tensor(value)
    everyone = replica.all_gather(value, axis=0)
    # Which forgets the shape.
    return tf.ensure_shape(everyone, [None, *value.shape[1:]])
