"""A small trained model, and exports of it."""

import functools

import keras

import kgan


def build(**kwargs):
    kwargs = {"latent_dim": 4, "width": 2, "ema_decay": 0.9, "seed": 0} | kwargs
    model = kgan.DCGAN((28, 28, 1), **kwargs)
    model.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3))
    return model


def train(model):
    """What a step leaves: its count, and averaged weights of their own.

    They get contrast, since a new network's images are gray, all equal as uint8.
    """
    model.steps.assign(1)
    for weight in model.ema_generator.weights:
        if weight.path.endswith("kernel"):
            weight.assign(weight * 20)
    return model


@functools.cache
def trained():
    """One for all tests: none may change it."""
    return train(build())
