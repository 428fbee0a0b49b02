"""The network of `lenet`, the feature extractor in kgan's package."""

from __future__ import annotations

import keras
from keras import layers

from kgan.random import seeds


def lenet(
    classes: int = 20,
    features: int = 64,
    dropout: float = 0.0,
    seed: int | None = None,
) -> keras.Model:
    """Two convolutions, one dense layer of features, one dense layer of logits.

    Similar to LeNet-5 (LeCun, Bottou, Bengio, Haffner 1998), with ReLU, maximum
    pooling and a batch normalization that gives every feature mean 0 and variance 1
    over the training set. The network computes in float32 under every dtype policy.

        >>> answers = kgan.networks.lenet(classes=10)(images)
        >>> answers["features"].shape, answers["logits"].shape
        (TensorShape([64, 64]), TensorShape([64, 10]))

    Args:
        classes: the number of classes.
        features: the number of features.
        dropout: rate in [0, 1) before the dense layers, in training.
        seed: integer, fixes the initial weights and dropout.

    Returns:
        `keras.Model`, images [batch, 28, 28, 1] in [-1, 1] -> dictionary of `features`
        [batch, features] and `logits` [batch, classes].
    """
    float32 = {"dtype": "float32"}
    numbers = seeds.stream(seed, "lenet")

    def kernel():
        initializer = keras.initializers.HeNormal(next(numbers))
        return {"kernel_initializer": initializer, **float32}

    images = layers.Input((28, 28, 1), dtype="float32", name="images")
    x = layers.Conv2D(24, 5, activation="relu", name="conv1", **kernel())(images)
    x = layers.MaxPool2D(name="pool1", **float32)(x)  # [B, 12, 12, 24]
    x = layers.Conv2D(48, 5, activation="relu", name="conv2", **kernel())(x)
    x = layers.MaxPool2D(name="pool2", **float32)(x)  # [B, 4, 4, 48]
    x = layers.Flatten(name="flatten", **float32)(x)
    x = layers.Dropout(dropout, seed=next(numbers), name="drop1", **float32)(x)
    x = layers.Dense(features, use_bias=False, name="dense", **kernel())(x)
    standardized = layers.BatchNormalization(
        center=False, scale=False, name="standardize", **float32
    )(x)
    x = layers.ReLU(name="relu", **float32)(standardized)
    x = layers.Dropout(dropout, seed=next(numbers), name="drop2", **float32)(x)
    logits = layers.Dense(classes, name="logits", **kernel())(x)
    outputs = {"features": standardized, "logits": logits}
    return keras.Model(images, outputs, name="lenet")
