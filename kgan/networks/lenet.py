"""The network of `lenet`, the feature extractor that comes with kgan."""

import keras
from keras import layers

from kgan import seeds


def lenet(classes=20, features=64, dropout=0.0, seed=None):
    """Two convolutions, one dense layer of features, one of logits.

    In the manner of LeNet-5 (LeCun, Bottou, Bengio, Haffner 1998), with ReLU, maximum
    pooling and a batch normalization that gives every feature mean 0 and variance 1
    over the training set. Always float32, whatever the dtype policy.

    Args:
        classes: the number of classes.
        features: the number of features.
        dropout: rate before the dense layers, in training.
        seed: integer, fixes the initial weights and dropout.

    Returns:
        `keras.Model`, images [batch, 28, 28, 1] in [-1, 1] -> dictionary of `features`
        [batch, features] and `logits` [batch, classes].
    """
    made = {"dtype": "float32"}
    numbers = seeds.stream(seed, "lenet")

    def learned():
        initializer = keras.initializers.HeNormal(next(numbers))
        return {"kernel_initializer": initializer, **made}

    images = layers.Input((28, 28, 1), dtype="float32", name="images")
    x = layers.Conv2D(24, 5, activation="relu", name="conv1", **learned())(images)
    x = layers.MaxPool2D(name="pool1", **made)(x)  # [B, 12, 12, 24]
    x = layers.Conv2D(48, 5, activation="relu", name="conv2", **learned())(x)
    x = layers.MaxPool2D(name="pool2", **made)(x)  # [B, 4, 4, 48]
    x = layers.Flatten(name="flatten", **made)(x)
    x = layers.Dropout(dropout, seed=next(numbers), name="drop1", **made)(x)
    x = layers.Dense(features, use_bias=False, name="dense", **learned())(x)
    seen = layers.BatchNormalization(
        center=False, scale=False, name="standardize", **made
    )(x)
    x = layers.ReLU(name="relu", **made)(seen)
    x = layers.Dropout(dropout, seed=next(numbers), name="drop2", **made)(x)
    logits = layers.Dense(classes, name="logits", **learned())(x)
    return keras.Model(images, {"features": seen, "logits": logits}, name="lenet")
