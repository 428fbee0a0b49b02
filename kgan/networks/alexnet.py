"""The convolutions of AlexNet, Krizhevsky 2014, "One weird trick for parallelizing
convolutional neural networks" (arXiv 1404.5997), and the distance of Zhang et al. 2018,
"The unreasonable effectiveness of deep features as a perceptual metric" (arXiv
1801.03924), on them.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from kgan.random import seeds

# The smallest side whose last feature map has a pixel.
LEAST = 31
# Channels and window of each convolution; strides and pads are (4, 2), then (1, same).
_CONVOLUTIONS = ((64, 11), (192, 5), (384, 3), (256, 3), (256, 3))
# Mean and standard deviation of ImageNet's red, green and blue, for pixels in [-1, 1].
_SHIFT, _SCALE = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)


def alexnet(seed: int | None = None) -> keras.Model:
    """Five convolutions with ReLU, without the dense layers.

        >>> maps = kgan.networks.alexnet()(np.zeros((2, 64, 64, 3)))
        >>> [tuple(map.shape[1:]) for map in maps]
        [(15, 15, 64), (7, 7, 192), (3, 3, 384), (3, 3, 256), (3, 3, 256)]

    Args:
        seed: integer, fixes the initial weights.

    Returns:
        `keras.Model`, images [batch, height, width, 3] in [-1, 1], of at least 31 x 31
        pixels -> list of five feature maps. It computes in float32 under every dtype
        policy.
    """
    numbers = seeds.stream(seed, "alexnet")
    images = layers.Input((None, None, 3), dtype="float32", name="images")
    # A Rescaling layer divides by no standard deviation per channel.
    x = (images - ops.array(_SHIFT, "float32")) / ops.array(_SCALE, "float32")
    x = layers.ZeroPadding2D(2, dtype="float32", name="pad1")(x)
    maps = []
    for i, (channels, size) in enumerate(_CONVOLUTIONS, 1):
        if i in (2, 3):
            x = layers.MaxPool2D(3, 2, dtype="float32", name=f"pool{i - 1}")(x)
        x = layers.Conv2D(
            channels,
            size,
            strides=4 if i == 1 else 1,
            padding="valid" if i == 1 else "same",
            activation="relu",
            kernel_initializer=keras.initializers.HeNormal(next(numbers)),
            dtype="float32",
            name=f"conv{i}",
        )(x)
        maps.append(x)
    return keras.Model(images, maps, name="alexnet")


def lpips(seed: int | None = None) -> keras.Model:
    """The maps whose squared distance is the learned perceptual distance.

        d(x, y) = sum_l mean_hw sum_c w_lc (f_lhwc(x) - f_lhwc(y))^2                (1)

    where f_l is the l-th of AlexNet's five feature maps, divided at each pixel by its
    norm over the channels, and w_l are learned weights >= 0. The network returns the
    maps sqrt(w_l) f_l; the layers `lin0` to `lin4` hold sqrt(w_l).

        >>> network = kgan.networks.lpips()
        >>> x = np.random.default_rng(0).uniform(-1, 1, (2, 64, 64, 3))
        >>> kgan.networks.perceptual_distance(network(x), network(x)).numpy()
        array([0., 0.], dtype=float32)

    Args:
        seed: integer, fixes the initial weights.

    Returns:
        `keras.Model`, images as for `alexnet` -> list of five maps.
    """
    network = alexnet(seed)
    maps = [
        layers.DepthwiseConv2D(
            1,
            use_bias=False,
            depthwise_initializer="ones",
            dtype="float32",
            name=f"lin{i}",
        )(x / (ops.sqrt(ops.sum(ops.square(x), axis=-1, keepdims=True)) + 1e-10))
        for i, x in enumerate(network.outputs)
    ]
    return keras.Model(network.input, maps, name="lpips")


def perceptual_distance(first: Any, second: Any) -> Any:
    """Equation (1) of two batches of images, from what `lpips` returns for each.

    Args:
        first: list of maps [batch, height, width, channels].
        second: list of maps of the same shapes.

    Returns:
        [batch], >= 0.
    """
    return sum(
        ops.mean(ops.sum(ops.square(one - other), axis=-1), axis=(1, 2))
        for one, other in zip(first, second, strict=True)
    )
