"""The networks of Radford et al. 2015, "Unsupervised representation learning with deep
convolutional generative adversarial networks" (arXiv 1511.06434).

Their five rules: strided convolutions instead of pooling; batch normalization in both
networks, except at G's output and D's input; no hidden fully connected layer; ReLU in G
with tanh at its output; LeakyReLU in D.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras

from kgan.layers import BatchNormalization, DoublingConv2D, HalvingConv2D
from kgan.networks import norms
from kgan.networks.grids import Grids
from kgan.random import seeds
from kgan.system.checks import check_whole

# The most channels of a layer, as in the paper's 64x64 generator without its first
# layer.
_MAX_WIDTH = 512
_GRIDS = Grids(range(4, 8), range(2, 8), (28, 32, 48, 64, 96, 128, 192, 256, 384, 512))


def dcgan_generator(
    image_shape: Sequence[int],
    latent_dim: int = 100,
    width: int = 64,
    seed: int | None = None,
    output: str = "tanh",
    hidden: int | None = None,
) -> keras.Model:
    """G: latents [batch, latent_dim] -> images [batch, height, width, channels].

    A dense layer projects z to a small grid of pixels; the paper does not count this
    layer as hidden. Transposed convolutions of 4x4 pixels double the grid, with half
    the channels each time. The shorter side of the grid has 4 to 7 pixels.

        >>> generator = kgan.networks.dcgan_generator((28, 28, 1), 4, width=2)
        >>> generator(np.zeros((3, 4))).shape
        TensorShape([3, 28, 28, 1])

    Args:
        image_shape: (height, width, channels). Each side is a grid of at least 4
            pixels, doubled at least twice, by the same number of doublings for both
            sides; the shorter side's grid has at most 7 pixels: 16, 20, 24, 28, 32,
            40, 48, 56, 64, 80, 96, 112, 128, ...; channels are 1 to 4.
        latent_dim: coordinates of z.
        width: channels of the layer before the output.
        seed: integer, fixes the initial weights N(0, 0.02).
        output: the output function: "tanh" (the paper), or "linear" for a decoder
            that gives logits or means.
        hidden: units of a fully connected layer before the projection, against the
            fourth rule, as InfoGAN has it (Chen et al. 2016, arXiv 1606.03657, 1,024
            of them); None for no such layer.

    Returns:
        `keras.Model` with float32 outputs, in [-1, 1] unless `output` is "linear".

    Raises:
        ValueError: for an image shape that a DCGAN cannot make, or sizes below 1.
    """
    check_whole("latent_dim", latent_dim)
    check_whole("width", width)
    layers = keras.layers
    doublings = stages(image_shape)
    normal = _normal(seed, "generator")
    height, base_width = (side // 2**doublings for side in image_shape[:2])
    channels = _widths(width, doublings)[::-1]

    z = layers.Input((latent_dim,), name="latents")
    x = z if hidden is None else _hidden(z, hidden, normal, layers.ReLU)
    x = layers.Dense(
        height * base_width * channels[0],
        use_bias=False,
        kernel_initializer=next(normal),
        name="project",
    )(x)
    x = layers.Reshape((height, base_width, channels[0]), name="reshape")(x)
    x = BatchNormalization(name="project_norm")(x)
    x = layers.ReLU(name="project_relu")(x)
    # [B, h, w, c] -> [B, 2h, 2w, c / 2]
    for i, filters in enumerate(channels[1:], 1):
        x = DoublingConv2D(
            filters,
            use_bias=False,
            kernel_initializer=next(normal),
            name=f"up{i}",
        )(x)
        x = BatchNormalization(name=f"up{i}_norm")(x)
        x = layers.ReLU(name=f"up{i}_relu")(x)
    x = DoublingConv2D(
        image_shape[2],
        kernel_initializer=next(normal),
        name="to_image",
    )(x)
    # In float32: bfloat16 has too few bits for pixels near 1.
    x = layers.Activation(output, dtype=keras.config.floatx(), name="images")(x)
    return keras.Model(z, x, name="generator")


def dcgan_discriminator(
    image_shape: Sequence[int],
    width: int = 64,
    seed: int | None = None,
    normalization: str | None = "batch",
    hidden: int | None = None,
) -> keras.Model:
    """D: images [batch, height, width, channels] -> logits [batch, 1].

        >>> discriminator = kgan.networks.dcgan_discriminator((28, 28, 1), width=2)
        >>> discriminator(images).shape
        TensorShape([64, 1])

    Args:
        image_shape: as for `dcgan_generator`.
        width: channels of the first layer; they double at each halving of the image.
        seed: integer, fixes the initial weights N(0, 0.02).
        normalization: "batch" (the paper); "layer", "instance" or None where D must not
            mix the examples of a batch, as under penalties of its gradient. Without
            batch normalization the initial weights are He's for LeakyReLU, because 0.02
            would let all signals vanish.
        hidden: units of a fully connected layer before the logits, as for
            `dcgan_generator`; None for no such layer.

    Returns:
        `keras.Model` with float32 logits.

    Raises:
        ValueError: for an image shape that `dcgan_generator` cannot make, a width below
            1, or another normalization.
    """
    norm = norms.get(normalization)
    initial = _normal if normalization == "batch" else _he
    images = keras.Input(image_shape, name="images")
    numbers = initial(seed, "discriminator")
    logits = _to_numbers(images, 1, width, numbers, "logits", norm, hidden)
    return keras.Model(images, logits, name="discriminator")


def dcgan_encoder(
    image_shape: Sequence[int],
    outputs: int,
    width: int = 64,
    seed: int | None = None,
) -> keras.Model:
    """An encoder of D's shape: images -> code [batch, outputs].

        >>> encoder = kgan.networks.dcgan_encoder((28, 28, 1), 4, width=2)
        >>> encoder(images).shape
        TensorShape([64, 4])

    Args:
        image_shape: as for `dcgan_generator`.
        outputs: numbers per code; twice the latent coordinates for a mean and a log
            variance.
        width: channels of the first layer; they double at each halving of the image.
        seed: integer, fixes the initial weights N(0, 0.02).

    Returns:
        `keras.Model` with outputs of Keras' float type.

    Raises:
        ValueError: for an image shape that `dcgan_generator` cannot make, or sizes
            below 1.
    """
    check_whole("outputs", outputs)
    normal = _normal(seed, "encoder")
    images = keras.Input(image_shape, name="images")
    code = _to_numbers(images, outputs, width, normal, "code")
    return keras.Model(images, code, name="encoder")


def _to_numbers(
    images: Any,
    outputs: int,
    width: int,
    initial: Iterator[Any],
    name: str,
    norm: Any = BatchNormalization,
    hidden: int | None = None,
):
    """Strided convolutions, and a dense layer to [batch, outputs]."""
    layers = keras.layers
    check_whole("width", width)
    x = images
    # [B, 2h, 2w, c] -> [B, h, w, 2c]
    for i, filters in enumerate(_widths(width, stages(images.shape[1:])), 1):
        x = HalvingConv2D(
            filters,
            use_bias=i == 1 or norm is None,
            kernel_initializer=next(initial),
            name=f"down{i}",
        )(x)
        if i > 1 and norm is not None:
            x = norm(name=f"down{i}_norm")(x)
        x = layers.LeakyReLU(0.2, name=f"down{i}_relu")(x)
    x = layers.Flatten(name="flatten")(x)
    if hidden is not None:
        leaky = functools.partial(layers.LeakyReLU, 0.2)
        x = _hidden(x, hidden, initial, leaky, norm)
    return layers.Dense(
        outputs,
        kernel_initializer=next(initial),
        dtype=keras.config.floatx(),
        name=name,
    )(x)


def _hidden(
    x: Any,
    units: int,
    initial: Iterator[Any],
    relu: Callable[..., keras.layers.Layer],
    norm: Any = BatchNormalization,
):
    """A fully connected layer, [batch, n] -> [batch, units]."""
    x = keras.layers.Dense(
        check_whole("hidden", units),
        use_bias=norm is None,
        kernel_initializer=next(initial),
        name="hidden",
    )(x)
    x = x if norm is None else norm(name="hidden_norm")(x)
    return relu(name="hidden_relu")(x)


def stages(image_shape: Sequence[int]) -> int:
    """How many times a DCGAN doubles its first grid to make `image_shape`.

    Raises:
        ValueError: as `kgan.networks.grids.Grids.doublings`.
    """
    return _GRIDS.doublings(image_shape)


def _widths(width: int, count: int):
    return [min(width * 2**i, max(width, _MAX_WIDTH)) for i in range(count)]


def _normal(seed: int | None, purpose: str):
    for s in seeds.stream(seed, purpose):
        yield keras.initializers.RandomNormal(0.0, 0.02, seed=s)


def _he(seed: int | None, purpose: str):
    """He et al. 2015 (arXiv 1502.01852), equation 14, for a slope of 0.2 below 0."""
    for s in seeds.stream(seed, purpose):
        yield keras.initializers.VarianceScaling(
            2.0 / (1.0 + 0.2**2), "fan_in", "untruncated_normal", seed=s
        )
