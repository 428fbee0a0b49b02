"""A small classifier of images of any size."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers

from kgan.random import seeds


def classifier(
    image_shape: Sequence[int] = (28, 28, 1),
    classes: int = 10,
    width: int = 64,
    dropout: float = 0.25,
    seed: int | None = None,
) -> keras.Model:
    """Convolutions that halve the image until its longer side is 8 or less; logits.

    The first convolution is of 5x5 with stride 2, all others are of 3x3, with a maximum
    over 2x2 pixels. The channels double from one to the next and end at `width`, so
    that all take about the same time: an image of 128x128 pixels takes four times as
    long as one of 28x28. The network computes in float32 under every dtype policy.

        >>> network = kgan.networks.classifier((32, 32, 3), classes=5)
        >>> network(np.zeros((2, 32, 32, 3))).shape
        TensorShape([2, 5])

    Args:
        image_shape: (height, width, channels), at least 2x2 pixels.
        classes: the number of classes, at least 1.
        width: the channels of the last convolution.
        dropout: rate in [0, 1) before the logits, in training.
        seed: integer, fixes the initial weights and dropout.

    Returns:
        `keras.Model`, images [batch, height, width, channels] in [-1, 1] -> logits
        [batch, classes].

    Raises:
        ValueError: for another shape.
    """
    shape = tuple(image_shape)
    if len(shape) != 3 or None in shape or min(shape[:2]) < 2:
        raise ValueError(
            "Expected image_shape (height, width, channels) of at least 2x2 pixels. "
            f"Received: image_shape={shape}."
        )
    float32 = {"dtype": "float32"}
    numbers = seeds.stream(seed, "classifier")
    # The sides after the first convolution are halved until they are 8 or less.
    stages = max(1, (max(shape[:2]) - 1).bit_length() - 4)

    def convolution(x: keras.KerasTensor, name: str, channels: int, size: int, by: int):
        initializer = keras.initializers.HeNormal(next(numbers))
        x = layers.Conv2D(
            *(channels, size, by, "same"),
            use_bias=False,
            kernel_initializer=initializer,
            name=name,
            **float32,
        )(x)
        # A short memory, so that the statistics are right after few steps.
        x = layers.BatchNormalization(momentum=0.9, name=f"{name}_norm", **float32)(x)
        return layers.ReLU(name=f"{name}_relu", **float32)(x)

    images = layers.Input(shape, dtype="float32", name="images")
    x = convolution(images, "stem", max(8, width >> stages), 5, 2)
    for i in range(stages):
        channels = max(8, width >> (stages - 1 - i))
        x = convolution(x, f"conv{i}", channels, 3, 1)
        x = layers.MaxPool2D(padding="same", name=f"pool{i}", **float32)(x)
    x = layers.Flatten(name="flatten", **float32)(x)
    x = layers.Dropout(dropout, seed=next(numbers), name="drop", **float32)(x)
    initializer = keras.initializers.GlorotUniform(next(numbers))
    logits = layers.Dense(
        classes, kernel_initializer=initializer, name="logits", **float32
    )(x)
    return keras.Model(images, logits, name="classifier")
