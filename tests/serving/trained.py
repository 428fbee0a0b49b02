"""A small trained model, and exports of it."""

import functools

import keras
import numpy as np

import kgan


def build(**kwargs):
    kwargs = {"latent_dim": 4, "width": 2, "ema_decay": 0.9, "seed": 0} | kwargs
    model = kgan.DCGAN((28, 28, 1), **kwargs)
    model.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3))
    return model


def train(model):
    """Trains for a step, then gives the averaged weights contrast.

    A new network's images are gray: all of them would be equal as uint8.
    """
    images = np.random.default_rng(0).uniform(-1, 1, (4, *model.image_shape))
    model.train_on_batch(images.astype("float32"))
    for weight in model.ema_generator.weights:
        if weight.path.endswith("kernel"):
            weight.assign(weight * 20)
    return model


@functools.cache
def trained():
    """One for all tests: none may change it."""
    return train(build())
