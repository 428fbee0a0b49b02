"""Picks the `tf.distribute` strategy."""

import tensorflow as tf


def strategy():
    """`MirroredStrategy` over all GPUs where there are several, else none.

    Returns:
        A `tf.distribute.Strategy` to build and compile the model in the scope of.
    """
    if len(tf.config.list_logical_devices("GPU")) > 1:
        return tf.distribute.MirroredStrategy()
    return tf.distribute.get_strategy()
