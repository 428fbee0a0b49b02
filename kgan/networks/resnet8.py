"""The network of `color`, the feature extractor of color images in kgan's package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers

from kgan.random import seeds


def resnet8(
    classes: int = 30,
    features: int = 128,
    widths: Sequence[int] = (32, 64, 128),
    dropout: float = 0.0,
    seed: int | None = None,
    size: int | None = 32,
) -> keras.Model:
    """One convolution, three residual blocks, a layer of features, and the logits.

    The ResNet of 6n + 2 layers with n = 1 of He et al. 2015, "Deep residual learning
    for image recognition" (arXiv 1512.03385, section 4.2), at twice its width. The
    first convolution is of 5x5 with stride 2, which saves three quarters of the time.
    Between the mean over the pixels and the logits stands a dense layer, whose batch
    normalization gives every feature mean 0 and variance 1 over the training set. The
    network computes in float32 under every dtype policy.

        >>> answers = kgan.networks.resnet8(classes=10)(np.zeros((2, 32, 32, 3)))
        >>> answers["features"].shape, answers["logits"].shape
        (TensorShape([2, 128]), TensorShape([2, 10]))

    Args:
        classes: the number of classes.
        features: the number of features.
        widths: the channels of each block; the first convolution has those of the
            first block. Each block after the first halves the size.
        dropout: rate in [0, 1) before the logits, in training.
        seed: integer, fixes the initial weights and dropout.
        size: pixels per side, 32 or None for images of any size.

    Returns:
        `keras.Model`, images [batch, 32, 32, 3] in [-1, 1] -> dictionary of `features`
        [batch, features] and `logits` [batch, classes].
    """
    numbers = seeds.stream(seed, "resnet8")

    def kernel():
        initializer = keras.initializers.HeNormal(next(numbers))
        return {"kernel_initializer": initializer, "dtype": "float32"}

    def convolution(x: Any, name: str, width: int, size: int, strides: int = 1):
        x = layers.Conv2D(
            *(width, size, strides, "same"), use_bias=False, name=name, **kernel()
        )(x)
        return layers.BatchNormalization(name=f"{name}_norm", dtype="float32")(x)

    def relu(x: Any, name: str):
        return layers.ReLU(name=f"{name}_relu", dtype="float32")(x)

    images = layers.Input((size, size, 3), dtype="float32", name="images")
    x = relu(convolution(images, "stem", widths[0], 5, strides=2), "stem")
    for i, width in enumerate(widths):
        block, strides, shortcut = f"block{i}", 1 if i == 0 else 2, x
        if i > 0:
            shortcut = convolution(x, f"{block}_shortcut", width, 1, strides)
        x = relu(convolution(x, f"{block}_conv1", width, 3, strides), f"{block}_conv1")
        x = convolution(x, f"{block}_conv2", width, 3)
        # y = relu(F(x) + W_s x), equation 2 of the paper
        x = layers.Add(name=f"{block}_sum", dtype="float32")([x, shortcut])
        x = relu(x, block)  # [B, 16 / 2^i, 16 / 2^i, width]
    x = layers.GlobalAveragePooling2D(name="mean", dtype="float32")(x)
    x = layers.Dense(features, use_bias=False, name="dense", **kernel())(x)
    standardized = layers.BatchNormalization(
        center=False, scale=False, name="standardize", dtype="float32"
    )(x)
    x = relu(standardized, "features")
    x = layers.Dropout(dropout, seed=next(numbers), name="drop", dtype="float32")(x)
    logits = layers.Dense(classes, name="logits", **kernel())(x)
    outputs = {"features": standardized, "logits": logits}
    return keras.Model(images, outputs, name="resnet8")
