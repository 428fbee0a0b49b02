"""The network of Iandola et al. 2016, "SqueezeNet: AlexNet-level accuracy with 50x
fewer parameters" (arXiv 1602.07360), version 1.0.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from kgan.random import seeds

SIZE = 227
# Channels that each fire module squeezes to; it expands to eight times as many.
_SQUEEZE = {2: 16, 3: 16, 4: 32, 5: 32, 6: 48, 7: 48, 8: 64, 9: 64}


def squeezenet(classes: int = 1000, seed: int | None = None) -> keras.Model:
    """A convolution, eight fire modules, and a convolution to the classes.

    A fire module squeezes its channels by a 1x1 convolution and expands them by a 1x1
    and a 3x3 convolution side by side. The network computes in float32 under every
    dtype policy. Layers have the names of Caffe's model.

        >>> network = kgan.networks.squeezenet()
        >>> network.count_params()
        1248424

    Args:
        classes: the number of classes.
        seed: integer, fixes the initial weights.

    Returns:
        `keras.Model`, images [batch, 227, 227, 3] of levels 0 to 255 in the order
        blue, green, red, minus (104, 117, 123) -> dictionary of `features` [batch,
        512], the means of fire9 over the pixels, and `logits` [batch, classes].
    """
    numbers = seeds.stream(seed, "squeezenet")

    def conv(name: str, x: Any, channels: int, size: int, **kwargs: Any):
        return layers.Conv2D(
            channels,
            size,
            activation="relu",
            kernel_initializer=keras.initializers.HeNormal(next(numbers)),
            dtype="float32",
            name=name,
            **kwargs,
        )(x)

    images = layers.Input((SIZE, SIZE, 3), dtype="float32", name="images")
    x = conv("conv1", images, 96, 7, strides=2)  # [B, 111, 111, 96]
    x = layers.MaxPool2D(3, 2, dtype="float32", name="pool1")(x)
    for i, channels in _SQUEEZE.items():
        x = conv(f"fire{i}_squeeze1x1", x, channels, 1)
        one = conv(f"fire{i}_expand1x1", x, 4 * channels, 1)
        three = conv(f"fire{i}_expand3x3", x, 4 * channels, 3, padding="same")
        x = layers.Concatenate(dtype="float32", name=f"fire{i}")([one, three])
        if i in (4, 8):
            x = layers.MaxPool2D(3, 2, dtype="float32", name=f"pool{i}")(x)
    features = _mean("features", x)  # [B, 13, 13, 512] -> [B, 512]
    x = layers.ZeroPadding2D(1, dtype="float32", name="pad10")(x)
    logits = _mean("logits", conv("conv10", x, classes, 1))
    outputs = {"features": features, "logits": logits}
    return keras.Model(images, outputs, name="squeezenet")


def _mean(name: str, x: Any):
    return layers.GlobalAveragePooling2D(dtype="float32", name=name)(x)
