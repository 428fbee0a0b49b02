"""The networks of R3GAN, Huang et al. 2024, "The GAN is dead; long live the GAN! A
modern GAN baseline" (arXiv 2501.05441), as in the authors' code.

G and D are mirror images: a residual network of grouped convolutions, without any
normalization, whose weights at the start keep the variance of a deep network.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import keras

from kgan.layers import Blur2D, GroupedConv2D, LearnedConstant
from kgan.networks.grids import Grids
from kgan.networks.labels import labels_input
from kgan.random import seeds
from kgan.system.checks import check_sizes, check_whole

_GRIDS = Grids(range(4, 8), range(1, 7), (28, 32, 48, 64, 96, 128, 256))
_SLOPE = 0.2
# He's gain, of a leaky ReLU: it keeps the variance of a signal of mean 0.
_GAIN = math.sqrt(2.0 / (1.0 + _SLOPE**2))
# The convolution in groups has so many times the channels of its block.
_EXPANSION = 2


def r3gan_generator(
    image_shape: Sequence[int],
    latent_dim: int = 64,
    widths: int | Sequence[int] = 768,
    blocks: int | Sequence[int] = 2,
    group_size: int = 16,
    classes: int | None = None,
    seed: int | None = None,
) -> keras.Model:
    """G: latents [batch, latent_dim] -> images [batch, height, width, channels].

    A learned grid of 4 to 7 pixels per side, whose channels a linear function of z
    scales, doubled up to the image. At each size are residual blocks x + F(x),

        F: 1x1 to twice the channels, leaky ReLU, 3x3 in groups, leaky ReLU, 1x1

    with biases before each leaky ReLU and nowhere else. The last convolution is 0 at
    first, and the others have the deviation

        sqrt(2 / (1 + 0.2^2)) L^(-1/4) / sqrt(fan in),   L blocks in the network

    (Fixup, Zhang et al. 2019, arXiv 1901.09321, for branches of 3 layers). A new size
    begins with a 1x1 convolution, where the width changes, and `Blur2D`: pixels are
    repeated and blurred by the paper's filter [1, 2, 1] / 4 on both axes, which is the
    filter [1, 3, 3, 1] on the pixels. The color is a 1x1 convolution of the last size.

        >>> sizes = {"widths": [16, 8], "blocks": 1, "group_size": 8}
        >>> generator = kgan.networks.r3gan_generator((8, 8, 3), 4, **sizes)
        >>> generator(np.zeros((2, 4))).shape
        TensorShape([2, 8, 8, 3])

    Args:
        image_shape: (height, width, channels). Sides of squares are 8, 10, 12, 14, 16,
            ..., 28, 32, ..., 256, ...: a grid of 4 to 7 pixels, doubled at least once.
            The longer side of other images may begin with a larger grid. 1 to 4
            channels.
        latent_dim: coordinates of z.
        widths: channels of the blocks: one number, or one for each size, the smallest
            size first.
        blocks: residual blocks at each size, as `widths`.
        group_size: channels of a group. It divides twice each width.
        classes: the number of classes, for a second input `labels` [batch, classes], or
            None. A linear function of them, of `latent_dim` numbers, stands beside z.
        seed: integer; fixes the initial weights.

    Returns:
        `keras.Model` with outputs of Keras' float type. No function bounds them: they
        learn to be in [-1, 1].

    Raises:
        ValueError: for an image shape that it cannot make, sizes below 1, lists of
            another length than there are sizes, or a group that does not divide.
    """
    check_whole("latent_dim", latent_dim)
    stages, gain = _stages(image_shape, widths, blocks, group_size)
    initial = seeds.stream(seed, "generator")
    layers, floatx = keras.layers, keras.config.floatx()

    z = code = inputs = layers.Input((latent_dim,), name="latents")
    if classes is not None:
        y = labels_input(classes)
        inputs = [z, y]
        embedded = _dense(latent_dim, initial, "label_embedding")(y)
        code = layers.Concatenate(name="beside")([z, embedded])
    height, width, channels, _ = stages[0]
    constant = LearnedConstant(stages[0][:3], seed=next(initial), name="basis")
    scale = _dense(channels, initial, "basis_scale")(code)
    scale = layers.Reshape((1, 1, channels), name="basis_channels")(scale)
    x = layers.Multiply(name="scaled_basis")([constant(z), scale])
    for height, width, channels, count in stages:
        name = f"{height}x{width}"
        if x.shape[1:3] != (height, width):
            x = _as_wide(x, channels, initial, f"{name}_width")
            x = Blur2D("up", name=f"{name}_up")(x)
        for i in range(count):
            x = _block(x, group_size, gain, initial, f"{name}_block{i + 1}")
    # In float32: bfloat16 has too few bits for pixels near 1.
    x = _conv(image_shape[2], 1.0, initial, "images", dtype=floatx)(x)
    return keras.Model(inputs, x, name="generator")


def r3gan_discriminator(
    image_shape: Sequence[int],
    widths: int | Sequence[int] = 768,
    blocks: int | Sequence[int] = 2,
    group_size: int = 16,
    classes: int | None = None,
    seed: int | None = None,
) -> keras.Model:
    """D: images [batch, height, width, channels] -> logits [batch, 1].

    `r3gan_generator` the other way round: a 1x1 convolution of the color, the same
    blocks, `Blur2D` and a 1x1 convolution from size to size, and at the end, of each
    channel, the product with a learned grid, summed over the pixels. Of these features
    a linear layer without bias makes the logit. With labels, it makes d numbers h, and
    the logit is <h, e_y>, of a vector e_y of the class: a projection (arXiv
    1802.05637).

        >>> sizes = {"widths": 8, "blocks": 1, "group_size": 8}
        >>> network = kgan.networks.r3gan_discriminator((28, 28, 1), **sizes)
        >>> network(images).shape
        TensorShape([64, 1])

    Args:
        image_shape, widths, blocks, group_size: as for `r3gan_generator`: of `widths`
            and `blocks`, those of the smallest size first.
        classes: the number of classes, for a second input `labels` [batch, classes], or
            None. Then d is the width at the smallest size.
        seed: integer; fixes the initial weights.

    Returns:
        `keras.Model` with logits of Keras' float type.

    Raises:
        ValueError: as `r3gan_generator`.
    """
    stages, gain = _stages(image_shape, widths, blocks, group_size)
    initial = seeds.stream(seed, "discriminator")
    layers, floatx = keras.layers, keras.config.floatx()

    images = layers.Input(tuple(image_shape), name="images")
    x = _conv(stages[-1].channels, 1.0, initial, "from_color")(images)
    for height, width, channels, count in reversed(stages):
        name = f"{height}x{width}"
        if x.shape[1:3] != (height, width):
            x = Blur2D("down", name=f"{name}_down")(x)
            x = _as_wide(x, channels, initial, f"{name}_width")
        for i in range(count):
            x = _block(x, group_size, gain, initial, f"{name}_block{i + 1}")
    normal = keras.initializers.RandomNormal(
        stddev=(height * width) ** -0.5, seed=next(initial)
    )
    basis = layers.DepthwiseConv2D(
        (height, width), use_bias=False, depthwise_initializer=normal, name="basis"
    )
    x = layers.Flatten(name="features")(basis(x))
    if classes is None:
        logits = _dense(1, initial, "logits", dtype=floatx)(x)
        return keras.Model(images, logits, name="discriminator")
    y = labels_input(classes)
    h = _dense(channels, initial, "embedding", dtype=floatx)(x)
    # |e_y|^2 does not grow with d.
    code = _dense(channels, initial, "label_embedding", channels**-0.5, dtype=floatx)(y)
    logits = layers.Dot(axes=1, dtype=floatx, name="logits")([h, code])
    return keras.Model([images, y], logits, name="discriminator")


class _Stage(NamedTuple):
    """The blocks at one size of the image."""

    height: int
    width: int
    channels: int
    blocks: int


def _stages(
    image_shape: Sequence[int],
    widths: int | Sequence[int],
    blocks: int | Sequence[int],
    group_size: int,
):
    """The stages, the smallest size first; and the gain of their convolutions."""
    doublings = _GRIDS.doublings(image_shape)
    sides = [
        tuple(side // 2**i for side in image_shape[:2])
        for i in range(doublings, -1, -1)
    ]
    check_whole("group_size", group_size)
    widths = _for_each(sides, "widths", widths)
    blocks = _for_each(sides, "blocks", blocks)
    for width in widths:
        if _EXPANSION * width % group_size:
            raise ValueError(
                f"Expected a group_size that divides {_EXPANSION} x each width. "
                f"Received: group_size={group_size}, and a width of {width}."
            )
    stages = [
        _Stage(*size, channels, count)
        for size, channels, count in zip(sides, widths, blocks, strict=True)
    ]
    # L^(-1 / (2 m - 2)), of branches with m = 3 layers.
    return stages, _GAIN * sum(blocks) ** -0.25


def _for_each(
    sides: list[tuple[int, int]], name: str, numbers: int | Sequence[int]
) -> tuple[int, ...]:
    """One number for each size of image."""
    if isinstance(numbers, int):
        return (check_whole(name, numbers),) * len(sides)
    numbers = check_sizes(name, numbers)
    if len(numbers) != len(sides):
        sizes = ", ".join(f"{h} x {w}" for h, w in sides)
        raise ValueError(
            f"Expected {name} as one number, or one for each of {len(sides)} sizes: "
            f"{sizes}. Received: {name}={list(numbers)}."
        )
    return numbers


def _block(x: Any, group_size: int, gain: float, initial: Iterator[int], name: str):
    """x + F(x), of the shape of x, and x itself at first."""
    layers, channels = keras.layers, x.shape[-1]
    wide = _EXPANSION * channels
    y = _conv(wide, gain, initial, f"{name}_expand", use_bias=True)(x)
    y = layers.LeakyReLU(negative_slope=_SLOPE, name=f"{name}_lrelu1")(y)
    grouped = GroupedConv2D(
        wide,
        3,
        groups=wide // group_size,
        padding="same",
        kernel_initializer=_normal(initial, gain),
        name=f"{name}_groups",
    )
    y = grouped(y)
    y = layers.LeakyReLU(negative_slope=_SLOPE, name=f"{name}_lrelu2")(y)
    y = _conv(channels, 0.0, initial, f"{name}_reduce")(y)
    return layers.Add(name=f"{name}_sum")([x, y])


def _as_wide(x: Any, channels: int, initial: Iterator[int], name: str):
    if x.shape[-1] == channels:
        return x
    return _conv(channels, 1.0, initial, name)(x)


def _conv(
    channels: int,
    gain: float,
    initial: Iterator[int],
    name: str,
    use_bias: bool = False,
    dtype: Any = None,
):
    return keras.layers.Conv2D(
        channels,
        1,
        use_bias=use_bias,
        kernel_initializer=_normal(initial, gain) if gain else "zeros",
        dtype=dtype,
        name=name,
    )


def _dense(
    units: int,
    initial: Iterator[int],
    name: str,
    gain: float = 1.0,
    dtype: Any = None,
):
    return keras.layers.Dense(
        units,
        use_bias=False,
        kernel_initializer=_normal(initial, gain),
        dtype=dtype,
        name=name,
    )


def _normal(initial: Iterator[int], gain: float):
    """N(0, gain^2 / fan in)."""
    return keras.initializers.VarianceScaling(
        gain**2, "fan_in", "untruncated_normal", seed=next(initial)
    )
