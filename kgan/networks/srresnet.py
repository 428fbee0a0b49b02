"""The residual network of Ledig et al. 2016, "Photo-realistic single image
super-resolution using a generative adversarial network" (arXiv 1609.04802).

Without batch normalization, as the field has it since EDSR (Lim et al. 2017, arXiv
1707.02921): it takes the range of an image away, and its statistics are not those of
the picture that is enlarged later.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import keras

from kgan.layers import BicubicUpsampling2D, Conv2D, PixelShuffle
from kgan.networks import norms
from kgan.random import seeds
from kgan.system.checks import check_whole


def srresnet(
    source_shape: Sequence[int | None] = (None, None, 3),
    factor: int = 4,
    width: int = 64,
    blocks: int = 16,
    seed: int | None = None,
) -> keras.Model:
    """G: images [batch, height, width, c] -> [batch, height factor, width factor, c].

    A 9x9 convolution; residual blocks x + F(x), F: 3x3, PReLU, 3x3; a 3x3 convolution
    and the sum with what came before the blocks; sub-pixel convolutions that double the
    image, or make it three times as large; and a 9x9 convolution. What the network says
    is added to the bicubic enlargement, where it begins. A slope of PReLU is that of a
    channel, shared by all pixels, so that images may have any size.

        >>> network = kgan.networks.srresnet((None, None, 1), 2, width=4, blocks=1)
        >>> network(np.zeros((1, 7, 9, 1))).shape
        TensorShape([1, 14, 18, 1])

    Args:
        source_shape: (height, width, channels), sides None for any size.
        factor: a power of 2, or 3.
        width: channels; 64 in the paper.
        blocks: residual blocks; 16 in the paper.
        seed: integer; fixes the initial weights: He's, a tenth of them as in ESRGAN's
            code, so that blocks begin as nearly nothing.

    Returns:
        `keras.Model` with outputs of Keras' float type, which may overshoot [-1, 1].

    Raises:
        ValueError: for another factor, or sizes below 1.
    """
    check_whole("width", width)
    check_whole("blocks", blocks, 0)
    steps = shuffles(factor)
    layers, initial = keras.layers, seeds.stream(seed, "generator")
    channels = source_shape[-1]
    images = layers.Input(source_shape, name="images")
    first = _convolution(images, width, 9, initial, "first", 1.0)
    x = first = _prelu(first, "first")
    for i in range(1, blocks + 1):
        y = _prelu(_convolution(x, width, 3, initial, f"block{i}_1"), f"block{i}")
        y = _convolution(y, width, 3, initial, f"block{i}_2")
        x = layers.Add(name=f"block{i}")([x, y])
    x = _convolution(x, width, 3, initial, "last")
    x = layers.Add(name="all_blocks")([first, x])
    for i, step in enumerate(steps, 1):
        x = _convolution(x, width * step**2, 3, initial, f"up{i}", 1.0)
        x = _prelu(PixelShuffle(step, name=f"up{i}_shuffle")(x), f"up{i}")
    # The last shuffle makes sides that its factor divides.
    x = _convolution(x, channels, 9, initial, "to_image", fold=steps[-1])
    # In float32: bfloat16 has too few bits for pixels near 1.
    floatx = {"dtype": keras.config.floatx()}
    enlarged = BicubicUpsampling2D(factor, name="bicubic", **floatx)(images)
    x = layers.Add(name="outputs", **floatx)([enlarged, x])
    return keras.Model(images, x, name="generator")


def srgan_discriminator(
    image_shape: Sequence[int],
    width: int = 64,
    seed: int | None = None,
    normalization: str | None = "batch",
) -> keras.Model:
    """D: images [batch, height, width, channels] -> logits [batch, 1].

    Eight convolutions of 3x3 pixels, every second of which halves the image, from
    `width` to 8 times as many channels; 16 `width` hidden units; and the logit. All
    convolutions but the first are normalized.

        >>> from kgan.networks.srresnet import srgan_discriminator
        >>> srgan_discriminator((32, 32, 3), width=2)(np.zeros((1, 32, 32, 3))).shape
        TensorShape([1, 1])

    Args:
        image_shape: (height, width, channels), at least 16 pixels per side.
        width: channels of the first convolution; 64 in the paper.
        seed: integer; fixes the initial weights, as of He et al. 2015.
        normalization: "batch" (the paper), "instance" or None.

    Returns:
        `keras.Model` with float32 logits.

    Raises:
        ValueError: for smaller images, or other arguments.
    """
    check_whole("width", width)
    norms.get(normalization, ("batch", "instance"))
    if None in image_shape or min(image_shape[:2]) < 16:
        raise ValueError(
            "Expected images of at least 16 pixels per side for D. Received: "
            f"image_shape={tuple(image_shape)}. Choose larger crops (--crop)."
        )
    layers, initial = keras.layers, seeds.stream(seed, "discriminator")
    x = images = layers.Input(image_shape, name="images")
    for i in range(8):
        name = f"down{i + 1}"
        kernel = keras.initializers.HeNormal(next(initial))
        x = layers.Conv2D(
            width * 2 ** (i // 2),
            3,
            strides=1 + i % 2,
            padding="same",
            use_bias=i == 0 or norms.biased(normalization),
            kernel_initializer=kernel,
            name=name,
        )(x)
        x = x if i == 0 else norms.normalized(x, normalization, f"{name}_norm")
        x = layers.LeakyReLU(0.2, name=f"{name}_relu")(x)
    x = layers.Flatten(name="flatten")(x)
    kernel = keras.initializers.HeNormal(next(initial))
    x = layers.Dense(16 * width, kernel_initializer=kernel, name="hidden")(x)
    x = layers.LeakyReLU(0.2, name="hidden_relu")(x)
    kernel = keras.initializers.GlorotUniform(next(initial))
    floatx = keras.config.floatx()
    logits = layers.Dense(1, kernel_initializer=kernel, dtype=floatx, name="logits")(x)
    return keras.Model(images, logits, name="discriminator")


def shuffles(factor: int) -> list[int]:
    """The factors of the sub-pixel convolutions, one after the other.

    >>> from kgan.networks.srresnet import shuffles
    >>> shuffles(4)
    [2, 2]

    Raises:
        ValueError: unless the factor is a power of 2, or 3.
    """
    check_whole("factor", factor)
    if factor == 3:
        return [3]
    if factor < 2 or factor & (factor - 1):
        raise ValueError(
            f"Expected a factor of 2, 3, 4, 8, ... Received: factor={factor}."
        )
    return [2] * round(math.log2(factor))


def _convolution(
    x: Any,
    filters: int,
    size: int,
    initial: Iterator[int],
    name: str,
    scale: float = 0.1,
    fold: int = 1,
):
    # The square, because VarianceScaling scales the variance.
    kernel = keras.initializers.VarianceScaling(
        2.0 * scale**2, "fan_in", "untruncated_normal", seed=next(initial)
    )
    return Conv2D(
        filters, size, fold, padding="same", kernel_initializer=kernel, name=name
    )(x)


def _prelu(x: Any, name: str):
    return keras.layers.PReLU(
        alpha_initializer=keras.initializers.Constant(0.25),
        shared_axes=[1, 2],
        name=f"{name}_prelu",
    )(x)
