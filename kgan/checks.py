"""What is wrong with a game, said before it is played."""

import numbers

import keras
import tensorflow as tf


def check_networks(generator, discriminator):
    for network, takes in ((generator, "latents"), (discriminator, "images")):
        if not isinstance(network, keras.Model) or not network.built:
            raise ValueError(
                f"Expected built keras.Models; the one that takes {takes} is "
                f"{network!r}. Give it an Input, or call it once."
            )
    if tuple(generator.output_shape[1:]) != tuple(discriminator.input_shape[1:]):
        raise ValueError(
            "Expected a generator that makes what the discriminator takes. Received: "
            f"generator output [batch, {_dims(generator.output_shape[1:])}], "
            f"discriminator input [batch, {_dims(discriminator.input_shape[1:])}]."
        )


def check_numbers(discriminator_steps, ema_decay, ema_ramp):
    if discriminator_steps < 1:
        raise ValueError(
            "Expected discriminator_steps >= 1. "
            f"Received: discriminator_steps={discriminator_steps}."
        )
    if ema_decay is not None and not 0.0 < ema_decay < 1.0:
        raise ValueError(
            f"Expected 0 < ema_decay < 1, or None. Received: ema_decay={ema_decay}."
        )
    if not ema_ramp > 1.0:
        raise ValueError(f"Expected ema_ramp > 1. Received: ema_ramp={ema_ramp}.")


def check_optimizers(d_optimizer, g_optimizer, strategy):
    if d_optimizer is g_optimizer:
        raise ValueError(
            "Expected two optimizer instances: one instance would mix the moments "
            f"of both networks. Received: {d_optimizer.name!r} twice."
        )
    for optimizer in (d_optimizer, g_optimizer):
        count = optimizer.iterations.value
        ours = strategy.extended.variable_created_in_scope(count)
        if strategy.num_replicas_in_sync > 1 and not ours:
            raise ValueError(
                "Expected optimizers made in the scope of the model's strategy, as the "
                "model was: one made outside counts a step once a replica. Received: "
                f"{optimizer.name!r}. Make it within `with strategy.scope():`."
            )


def check_seed(seed):
    """`seed` as an int.

    Raises:
        ValueError: unless it is an integer in [-2^31, 2^31), what a request to a server
            can hold.
    """
    whole = isinstance(seed, numbers.Integral) and not isinstance(seed, bool)
    if not whole or not -(2**31) <= seed < 2**31:
        raise ValueError(
            "Expected seed as an integer of 32 bits, from -2147483648 to 2147483647. "
            f"Received: seed={seed!r}."
        )
    return int(seed)


def _dims(shape):
    return ", ".join(str(d) for d in shape)


def check_images(images, shape, assertions=True):
    """Raises ValueError unless images are [batch, *shape].

    Args:
        images: a batch.
        shape: what the discriminator takes.
        assertions: whether to have the pixels of every batch checked too, in the
            graph, which XLA cannot do.

    Raises:
        tf.errors.InvalidArgumentError: while training, if pixels are NaN or outside of
            [-1, 1].
    """
    if tuple(images.shape[1:]) != shape:
        raise ValueError(
            f"Expected batches of images [batch, {_dims(shape)}], or tuples (images, "
            f"labels). Received: images of shape [batch, {_dims(images.shape[1:])}]."
        )
    if assertions and len(shape) == 3:
        # Also false for NaN.
        in_range = tf.reduce_all(tf.abs(images) <= 1.0 + 1e-3)
        message = "kgan: expected pixels in [-1, 1]; received NaN or out of range."
        tf.debugging.Assert(in_range, [message])
