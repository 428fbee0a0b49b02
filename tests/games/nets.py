"""Tiny networks for the test games."""

import keras

from kgan.layers import BatchNormalization
from kgan.random import seeds

layers = keras.layers
IMAGE = (4, 4, 1)


def dense(inputs, units, seed, activation="tanh", norm=True):
    """A dense layer, after a hidden one with batch normalization."""
    numbers = seeds.stream(seed, "nets")
    initializers = [keras.initializers.GlorotNormal(next(numbers)) for _ in range(2)]
    x = layers.Dense(8, use_bias=not norm, kernel_initializer=initializers[0])(inputs)
    x = layers.LeakyReLU(0.2)(BatchNormalization()(x) if norm else x)
    return layers.Dense(units, activation, kernel_initializer=initializers[1])(x)


def to_image(inputs, seed, shape=IMAGE):
    height, width, channels = shape
    flat = dense(inputs, height * width * channels, seed)
    return layers.Reshape(shape)(flat)


def translator(name, seed, shape=IMAGE):
    """Image -> image."""
    x = keras.Input(shape)
    return keras.Model(x, to_image(layers.Flatten()(x), seed, shape), name=name)


def critic(name, seed, shape=IMAGE):
    """Image -> logits."""
    x = keras.Input(shape)
    return keras.Model(x, dense(layers.Flatten()(x), 1, seed, None), name=name)
