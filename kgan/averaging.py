"""Networks whose weights are averages over the steps of another's."""

import keras
import tensorflow as tf


def copy_of(network):
    """A network of the same weights, which no optimizer trains."""
    copy = keras.models.clone_model(network)
    copy.set_weights(network.get_weights())
    copy.trainable = False
    return copy


def follow(average, network, step, decay, ramp):
    """Moves all weights and buffers of `average` towards those of `network`.

    Args:
        average: `copy_of` the network.
        network: a `keras.Model`.
        step: t, the number of steps that the network has made.
        decay, ramp: `ema_decay` and `ema_ramp` of a `GAN`.
    """
    t = tf.cast(step, keras.backend.floatx())
    # w_ema <- d w_ema + (1 - d) w, d = min(decay, (1 + t) / (ramp + t))
    d = tf.minimum((1.0 + t) / (ramp + t), decay)
    for w_ema, w in zip(average.weights, network.weights, strict=True):
        w_ema.assign_sub((1.0 - d) * (w_ema - w))
