"""The residual networks of Miyato et al. 2018, "Spectral normalization for generative
adversarial networks" (arXiv 1802.05957, appendix B.4), as in the authors' code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras

from kgan.layers import (
    BatchNormalization,
    ConditionalBatchNormalization,
    SpectralNormalization,
)
from kgan.networks.grids import Grids
from kgan.networks.labels import labels_input
from kgan.random import seeds
from kgan.system.checks import check_whole

_GRIDS = Grids(range(4, 8), range(2, 6), (28, 32, 40, 48, 56, 64, 128))
# D halves the image to a grid of this many pixels or fewer, twice at least.
_LAST_GRID = 8


def resnet_generator(
    image_shape: Sequence[int],
    latent_dim: int = 128,
    width: int = 256,
    seed: int | None = None,
    output: str = "tanh",
    classes: int | None = None,
) -> keras.Model:
    """G: latents [batch, latent_dim] -> images [batch, height, width, channels].

    A dense layer to a grid of 4 to 7 pixels, residual blocks of one width that double
    it, and a convolution with tanh:

        x + F(x),  F: norm, ReLU, twice as large, 3x3, norm, ReLU, 3x3

    with a 1x1 convolution of the enlarged x. Weights as of Glorot and Bengio 2010;
    those of 3x3 convolutions in blocks are sqrt(2) times as large.

        >>> generator = kgan.networks.resnet_generator((28, 28, 1), 4, width=2)
        >>> generator(np.zeros((3, 4))).shape
        TensorShape([3, 28, 28, 1])

    Args:
        image_shape: (height, width, channels), sides as for `dcgan_generator`.
        latent_dim: coordinates of z.
        width: channels; 256 in the paper.
        seed: integer, fixes the initial weights.
        output: the output function: "tanh" (the paper), or another of Keras.
        classes: the number of classes, for a G with a second input, `labels` [batch,
            classes], that sets scale and offset of each batch normalization (Miyato
            and Koyama 2018, arXiv 1802.05637); None for a G without labels.

    Returns:
        `keras.Model` with outputs of Keras' float type, in [-1, 1] for "tanh".

    Raises:
        ValueError: for an image shape that it cannot make, or sizes below 1.
    """
    check_whole("latent_dim", latent_dim)
    check_whole("width", width)
    layers, initial = keras.layers, seeds.stream(seed, "generator")
    doublings = _GRIDS.doublings(image_shape)
    height, base_width = (side // 2**doublings for side in image_shape[:2])

    z = layers.Input((latent_dim,), name="latents")
    y = None if classes is None else labels_input(classes)
    x = layers.Dense(
        height * base_width * width, kernel_initializer=_glorot(initial), name="project"
    )(z)
    x = layers.Reshape((height, base_width, width), name="reshape")(x)
    for i in range(1, doublings + 1):
        x = _up(x, y, width, initial, f"up{i}")
    x = _normalized(x, y, "last_norm")
    x = layers.ReLU(name="last_relu")(x)
    x = _convolution(image_shape[2], 3, initial, "to_image", scale=1.0)(x)
    # In float32: bfloat16 has too few bits for pixels near 1.
    x = layers.Activation(output, dtype=keras.config.floatx(), name="images")(x)
    return keras.Model(z if y is None else [z, y], x, name="generator")


def resnet_discriminator(
    image_shape: Sequence[int],
    width: int = 128,
    seed: int | None = None,
    spectral_normalization: bool = True,
    classes: int | None = None,
) -> keras.Model:
    """D: images [batch, height, width, channels] -> logits [batch, 1].

    Residual blocks x + F(x), F: ReLU, 3x3, ReLU, 3x3, that halve the image to 8
    pixels or fewer, two more at that size, a *sum* over the pixels, and a dense layer
    without bias. No normalization of signals: each layer is spectrally normalized.

        >>> discriminator = kgan.networks.resnet_discriminator((28, 28, 1), width=2)
        >>> discriminator(images).shape
        TensorShape([64, 1])

    Args:
        image_shape: as for `resnet_generator`.
        width: channels; 128 in the paper.
        seed: integer, fixes the initial weights.
        spectral_normalization: whether each layer is; if not, give D a penalty.
        classes: the number of classes, for a D with a second input, `labels` [batch,
            classes]: the logit gets the projection <e_y, h> of the features h on a
            vector of the class (arXiv 1802.05637, equation 4); None for a D without.

    Returns:
        `keras.Model` with float32 logits.

    Raises:
        ValueError: for an image shape that `resnet_generator` cannot make, or a width
            below 1.
    """
    check_whole("width", width)
    _GRIDS.doublings(image_shape)
    layers, initial = keras.layers, seeds.stream(seed, "discriminator")
    norm = SpectralNormalization if spectral_normalization else _as_it_is

    images = layers.Input(image_shape, name="images")
    x, i = images, 0
    # Twice is always possible. Pooling would cut the last row of an odd side.
    while i < 2 or (max(x.shape[1:3]) > _LAST_GRID and _even(x)):
        i += 1
        x = _down(x, width, initial, norm, f"down{i}", first=i == 1)
    for j in (1, 2):
        x = _down(x, width, initial, norm, f"same{j}", pool=False)
    x = layers.ReLU(name="last_relu")(x)
    pixels = x.shape[1] * x.shape[2]
    # The sum of the paper: Keras pools by means alone. In float32, as the logits.
    floatx = keras.config.floatx()
    x = layers.GlobalAveragePooling2D(dtype=floatx, name="mean")(x)
    x = layers.Rescaling(float(pixels), dtype=floatx, name="sum")(x)
    dense = layers.Dense(
        1,
        use_bias=False,
        kernel_initializer=_glorot(initial),
        dtype=floatx,
        name="logits",
    )
    logits = norm(dense)(x)
    if classes is None:
        return keras.Model(images, logits, name="discriminator")
    y = labels_input(classes)
    embedding = layers.Dense(
        width,
        use_bias=False,
        kernel_initializer=_glorot(initial),
        dtype=floatx,
        name="label_embedding",
    )
    projection = layers.Dot(axes=1, dtype=floatx, name="projection")
    projected = projection([norm(embedding)(y), x])
    logits = layers.Add(dtype=floatx, name="sum_of_logits")([logits, projected])
    return keras.Model([images, y], logits, name="discriminator")


def _up(x: Any, labels: Any, width: int, initial: Iterator[int], name: str):
    """[B, h, w, c] -> [B, 2h, 2w, width]"""
    layers = keras.layers
    y = _normalized(x, labels, f"{name}_norm1")
    y = layers.ReLU(name=f"{name}_relu1")(y)
    y = layers.UpSampling2D(name=f"{name}_double")(y)
    y = _convolution(width, 3, initial, f"{name}_conv1")(y)
    y = _normalized(y, labels, f"{name}_norm2")
    y = layers.ReLU(name=f"{name}_relu2")(y)
    y = _convolution(width, 3, initial, f"{name}_conv2")(y)
    # A 1x1 convolution before the copy gives the same as after it, at a quarter.
    x = _convolution(width, 1, initial, f"{name}_shortcut")(x)
    x = layers.UpSampling2D(name=f"{name}_shortcut_double")(x)
    return layers.Add(name=f"{name}_sum")([x, y])


def _normalized(x: Any, labels: Any, name: str):
    if labels is None:
        return BatchNormalization(name=name)(x)
    return ConditionalBatchNormalization(labels.shape[1], name=name)(x, labels)


def _down(
    x: Any,
    width: int,
    initial: Iterator[int],
    norm: Callable[[Any], Any],
    name: str,
    first: bool = False,
    pool: bool = True,
):
    """[B, h, w, c] -> [B, h / 2, w / 2, width], or of the same size without `pool`."""
    layers = keras.layers
    # The first block begins with pixels, which no ReLU has to cut.
    y = x if first else layers.ReLU(name=f"{name}_relu1")(x)
    y = norm(_convolution(width, 3, initial, f"{name}_conv1"))(y)
    y = layers.ReLU(name=f"{name}_relu2")(y)
    y = norm(_convolution(width, 3, initial, f"{name}_conv2"))(y)
    if pool:
        y = layers.AveragePooling2D(2, name=f"{name}_halve")(y)
        # A mean and a 1x1 convolution commute: the mean first is a quarter of the work.
        x = layers.AveragePooling2D(2, name=f"{name}_shortcut_halve")(x)
        x = norm(_convolution(width, 1, initial, f"{name}_shortcut"))(x)
    return layers.Add(name=f"{name}_sum")([x, y])


def _convolution(
    width: int, size: int, initial: Iterator[int], name: str, scale: float | None = None
):
    # The authors' gain of sqrt(2) is for the 3x3 convolutions of blocks.
    scale = scale or (2.0 if size == 3 else 1.0)
    return keras.layers.Conv2D(
        width,
        size,
        padding="same",
        kernel_initializer=_glorot(initial, scale),
        name=name,
    )


def _glorot(initial: Iterator[int], scale: float = 1.0):
    """Glorot and Bengio 2010, the variance times `scale`."""
    return keras.initializers.VarianceScaling(
        scale, "fan_avg", "uniform", seed=next(initial)
    )


def _even(x: Any):
    return all(side % 2 == 0 for side in x.shape[1:3])


def _as_it_is(layer: keras.layers.Layer):
    return layer
