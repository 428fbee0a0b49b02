"""The networks of StyleGAN2, Karras et al. 2019, "Analyzing and improving the image
quality of StyleGAN" (arXiv 1912.04958), as in the authors' code.

G has skips: each size of image adds its own color to the enlarged image of the size
before. D is residual. Weights have an equalized learning rate.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import keras
from keras import ops

from kgan.layers import (
    Blur2D,
    EqualizedConv2D,
    EqualizedDense,
    LearnedConstant,
    MinibatchStandardDeviation,
    ModulatedConv2D,
    NoiseInjection,
    PixelNormalization,
)
from kgan.networks.grids import Grids
from kgan.networks.labels import labels_input
from kgan.random import seeds
from kgan.system.checks import check_whole

_GRIDS = Grids(range(4, 8), range(1, 7), (28, 32, 48, 64, 96, 128, 256))
# The gain of a leaky ReLU, where it comes after the noise.
_GAIN = math.sqrt(2.0)
# Both branches of a block are scaled by it, so that their sum keeps the variance.
_HALF = math.sqrt(0.5)


def style_mapping(
    latent_dim: int = 512,
    style_dim: int = 512,
    depth: int = 8,
    classes: int | None = None,
    rate: float = 0.01,
    seed: int | None = None,
) -> keras.Model:
    """The mapping network f: latents [batch, latent_dim] -> w [batch, style_dim].

    z / rms(z), and dense layers with leaky ReLU that learn at `rate` of the others.
    Labels come in as a vector of their own beside z, normalized too.

        >>> mapping = kgan.networks.style_mapping(4, 6, depth=2)
        >>> mapping(np.zeros((3, 4))).shape
        TensorShape([3, 6])

    Args:
        latent_dim: coordinates of z.
        style_dim: coordinates of w.
        depth: layers; 8 in the paper, 2 in the authors' `auto`.
        classes: the number of classes, for a second input `labels` [batch, classes], or
            None.
        rate: the learning rate of the layers, as a factor.
        seed: integer; fixes the initial weights.

    Returns:
        `keras.Model`.

    Raises:
        ValueError: for sizes below 1, or fewer than 2 classes.
    """
    check_whole("latent_dim", latent_dim)
    check_whole("style_dim", style_dim)
    check_whole("depth", depth)
    initial = seeds.stream(seed, "mapping")
    z = keras.Input((latent_dim,), name="latents")
    x, inputs = PixelNormalization(name="normalize_latents")(z), z
    if classes is not None:
        y = labels_input(classes)
        inputs = [z, y]
        embedded = EqualizedDense(style_dim, seed=next(initial), name="label_embedding")
        code = PixelNormalization(name="normalize_labels")(embedded(y))
        x = keras.layers.Concatenate(name="beside")([x, code])
    w = _mapped(x, style_dim, depth, rate, initial)
    return keras.Model(inputs, w, name="mapping")


def style_synthesis(
    image_shape: Sequence[int],
    style_dim: int = 512,
    channel_base: int = 16384,
    channel_max: int = 512,
    seed: int | None = None,
) -> keras.Model:
    """The synthesis network g: styles and noise -> images.

    A learned grid of 4 to 7 pixels per side, doubled up to the image. Each size has two
    modulated convolutions (the first one has one) with noise, and a color. Layer i
    takes the i-th style; the color of a size takes the style of the layer after it.

        >>> synthesis = kgan.networks.style_synthesis((16, 16, 3), 6, 64)
        >>> styles, noise = (tensor.shape[1:] for tensor in synthesis.inputs)
        >>> styles, noise
        ((6, 6), (656,))

    Args:
        image_shape: (height, width, channels). Sides of squares are 8, 10, 12, 14, 16,
            ..., 28, 32, ..., 256, ...: a grid of 4 to 7 pixels, doubled at least once.
            The longer side of other images may begin with a larger grid. 1 to 4
            channels.
        style_dim: coordinates of w.
        channel_base: a size of image has channel_base / (its longer side) channels, ...
        channel_max: ... but at most these.
        seed: integer; fixes the initial weights.

    Returns:
        `keras.Model` with the inputs `styles` [batch, layers, style_dim], a style for
        each layer, and `noise` [batch, pixels of all layers], N(0, 1). The images have
        Keras' float type. No function bounds them: they learn to be in [-1, 1].

    Raises:
        ValueError: for an image shape that it cannot make, or sizes below 1.
    """
    sizes = _sizes(image_shape, channel_base, channel_max)
    initial = seeds.stream(seed, "synthesis")
    layers = 2 * len(sizes)
    pixels = [h * w for h, w, _ in sizes]
    styles = keras.Input((layers, check_whole("style_dim", style_dim)), name="styles")
    noise = keras.Input((2 * sum(pixels) - pixels[0],), name="noise")
    w = ops.unstack(styles, layers, axis=1)
    network = _Synthesis(w, noise, initial)

    height, width, channels = sizes[0]
    constant = LearnedConstant(sizes[0], seed=next(initial), name="constant")
    x = constant(styles)
    x = network.layer(x, channels, f"{height}x{width}_conv")
    image = network.color(x, image_shape[2], f"{height}x{width}_color")
    for height, width, channels in sizes[1:]:
        name = f"{height}x{width}"
        x = network.layer(x, channels, f"{name}_up", up=True)
        x = network.layer(x, channels, f"{name}_conv")
        image = Blur2D("up", dtype=keras.config.floatx(), name=f"{name}_image")(image)
        color = network.color(x, image_shape[2], f"{name}_color")
        # In float32: bfloat16 has too few bits for pixels near 1.
        add = keras.layers.Add(dtype=keras.config.floatx(), name=f"{name}_sum")
        image = add([image, color])
    return keras.Model([styles, noise], image, name="synthesis")


def style_generator(mapping: keras.Model, synthesis: keras.Model) -> keras.Model:
    """G: latents, labels if the mapping takes them, and noise -> images.

    All layers of the synthesis network get the style of the latents.

        >>> mapping = kgan.networks.style_mapping(4, 6, depth=1)
        >>> synthesis = kgan.networks.style_synthesis((8, 8, 1), 6, 16)
        >>> generator = kgan.networks.style_generator(mapping, synthesis)
        >>> generator.get_layer("mapping") is mapping
        True
        >>> generator([np.zeros((3, 4)), np.zeros((3, 144))]).shape
        TensorShape([3, 8, 8, 1])

    Args:
        mapping: see `style_mapping`.
        synthesis: see `style_synthesis`.

    Returns:
        `keras.Model` with the layers `mapping` and `synthesis`.
    """
    inputs = [keras.Input(t.shape[1:], name=t.name) for t in mapping.inputs]
    noise = keras.Input(synthesis.inputs[1].shape[1:], name="noise")
    w = mapping(inputs if len(inputs) > 1 else inputs[0])
    layers = synthesis.inputs[0].shape[1]
    styles = keras.layers.RepeatVector(layers, name="styles")(w)
    images = synthesis([styles, noise])
    return keras.Model([*inputs, noise], images, name="generator")


def style_discriminator(
    image_shape: Sequence[int],
    channel_base: int = 16384,
    channel_max: int = 512,
    group: int = 4,
    classes: int | None = None,
    depth: int = 8,
    residual: bool = True,
    seed: int | None = None,
) -> keras.Model:
    """D: images [batch, height, width, channels] -> logits [batch, 1].

    Residual blocks that halve the image to a grid of 4 to 7 pixels, the standard
    deviation of the minibatch, a convolution and two dense layers. With labels, the
    logit is <h, f(y)> / sqrt(d), of the d features h and a mapping network f of the
    label, whose output is normalized: a projection (arXiv 1802.05637).

        >>> network = kgan.networks.style_discriminator((28, 28, 1), 64, group=2)
        >>> network(images).shape
        TensorShape([64, 1])

    Args:
        image_shape: as for `style_synthesis`.
        channel_base, channel_max: as for `style_synthesis`.
        group: examples per group of `MinibatchStandardDeviation`.
        classes: the number of classes, for a second input `labels` [batch, classes], or
            None.
        depth: layers of the mapping of labels.
        residual: whether blocks are; not in the authors' settings for CIFAR-10.
        seed: integer; fixes the initial weights.

    Returns:
        `keras.Model` with float32 logits.

    Raises:
        ValueError: for an image shape that `style_synthesis` cannot make, or other
            sizes out of range.
    """
    sizes = _sizes(image_shape, channel_base, channel_max)
    initial = seeds.stream(seed, "discriminator")
    images = keras.Input(tuple(image_shape), name="images")
    x = _conv(sizes[-1][2], 1, initial, "from_color")(images)
    for (height, width, _), (_, _, channels) in zip(
        reversed(sizes[1:]), reversed(sizes[:-1]), strict=True
    ):
        x = _down(x, channels, initial, f"{height}x{width}", residual)
    channels = sizes[0][2]
    x = MinibatchStandardDeviation(group, name="deviation")(x)
    x = _conv(channels, 3, initial, "last_conv")(x)
    x = keras.layers.Flatten(name="flatten")(x)
    hidden = EqualizedDense(
        channels, activation="leaky_relu", seed=next(initial), name="hidden"
    )
    x = hidden(x)
    floatx = keras.config.floatx()
    if classes is None:
        last = EqualizedDense(1, seed=next(initial), dtype=floatx, name="logits")
        return keras.Model(images, last(x), name="discriminator")
    y = labels_input(classes)
    features = EqualizedDense(
        channels, seed=next(initial), dtype=floatx, name="features"
    )(x)
    embedded = EqualizedDense(channels, seed=next(initial), name="label_embedding")(y)
    code = PixelNormalization(name="normalize_labels")(embedded)
    code = _mapped(code, channels, check_whole("depth", depth), 0.01, initial)
    code = PixelNormalization(dtype=floatx, name="normalize_code")(code)
    logits = keras.layers.Dot(axes=1, dtype=floatx, name="projection")([features, code])
    # <h, f(y)> / sqrt(d)
    scale = keras.layers.Rescaling(channels**-0.5, dtype=floatx, name="logits")
    return keras.Model([images, y], scale(logits), name="discriminator")


class _Synthesis:
    """What a synthesis network takes, and how many layers it has so far."""

    def __init__(self, styles: list[Any], noise: Any, initial: Iterator[int]) -> None:
        self.styles, self.noise, self.initial = styles, noise, initial
        self.layers = self.pixels = 0

    def layer(self, x: Any, channels: int, name: str, up: bool = False) -> Any:
        """One modulated convolution, noise, bias and leaky ReLU."""
        x = ModulatedConv2D(
            channels, 3, up=up, gain=_GAIN, seed=next(self.initial), name=name
        )([x, self._style(x.shape[-1], name)])
        inject = NoiseInjection(self.pixels, _GAIN, name=f"{name}_noise")
        self.layers += 1
        self.pixels += x.shape[1] * x.shape[2]
        x = inject([x, self.noise])
        return keras.layers.LeakyReLU(negative_slope=0.2, name=f"{name}_lrelu")(x)

    def color(self, x: Any, channels: int, name: str) -> Any:
        """The color of a size, by the style of the layer after it."""
        convolution = ModulatedConv2D(
            channels, 1, demodulate=False, seed=next(self.initial), name=name
        )
        return convolution([x, self._style(x.shape[-1], name)])

    def _style(self, channels: int, name: str):
        """The scale of each channel: an affine function of w, near 1 at first."""
        affine = EqualizedDense(
            channels, bias=1.0, seed=next(self.initial), name=f"{name}_style"
        )
        return affine(self.styles[self.layers])


def _mapped(x: Any, width: int, depth: int, rate: float, initial: Iterator[int]):
    for i in range(depth):
        x = EqualizedDense(
            width,
            activation="leaky_relu",
            rate=rate,
            seed=next(initial),
            name=f"map{i + 1}",
        )(x)
    return x


def _down(x: Any, channels: int, initial: Iterator[int], name: str, residual: bool):
    """[B, h, w, c] -> [B, h / 2, w / 2, channels]"""
    gain = _HALF if residual else 1.0
    y = _conv(x.shape[-1], 3, initial, f"{name}_conv")(x)
    y = _conv(channels, 3, initial, f"{name}_down", down=True, gain=gain)(y)
    if not residual:
        return y
    skip = EqualizedConv2D(
        channels,
        1,
        down=True,
        use_bias=False,
        gain=gain,
        seed=next(initial),
        name=f"{name}_skip",
    )
    return keras.layers.Add(name=f"{name}_sum")([y, skip(x)])


def _conv(channels: int, size: int, initial: Iterator[int], name: str, **kwargs: Any):
    return EqualizedConv2D(
        channels,
        size,
        activation="leaky_relu",
        seed=next(initial),
        name=name,
        **kwargs,
    )


def _sizes(image_shape: Sequence[int], channel_base: int, channel_max: int):
    """(height, width, channels) of each size, the smallest first."""
    check_whole("channel_base", channel_base)
    check_whole("channel_max", channel_max)
    doublings = _GRIDS.doublings(image_shape)
    sides = [
        tuple(side // 2**i for side in image_shape[:2])
        for i in range(doublings, -1, -1)
    ]
    return [
        (h, w, max(1, min(channel_base // max(h, w), channel_max))) for h, w in sides
    ]
