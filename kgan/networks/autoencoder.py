"""The networks of Berthelot et al. 2017, "BEGAN: boundary equilibrium generative
adversarial networks" (arXiv 1703.10717, section 3.5).

D is an autoencoder, and G has the shape of D's decoder. All convolutions are of 3x3
pixels with ELU, two per stage. There is no normalization, and no activation behind
fully connected layers and at the output: pixels are not limited to [-1, 1].
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import keras

from kgan.layers import VanishingResidual
from kgan.networks.grids import Grids
from kgan.random import seeds
from kgan.system.checks import check_whole

# Pixels of the shorter side of the smallest grid: 8 in the paper.
_GRIDS = Grids(range(5, 9), range(1, 9), (28, 32, 48, 64, 96, 128))


def autoencoder_discriminator(
    image_shape: Sequence[int],
    hidden: int = 64,
    width: int = 64,
    skips: bool = False,
    residual_steps: int = 0,
    seed: int | None = None,
) -> keras.Model:
    """D: images [batch, height, width, channels] -> the images, as D gives them back.

    Its two layers are networks, `encoder`: images -> [batch, hidden], and `decoder`,
    back. The encoder has `width` channels at full size and `width` more per halving, by
    convolutions of stride 2, down to a grid of 5 to 8 pixels.

        >>> network = kgan.networks.autoencoder_discriminator((28, 28, 1), 4, width=2)
        >>> network(images).shape, network.get_layer("encoder")(images).shape
        (TensorShape([64, 28, 28, 1]), TensorShape([64, 4]))

    Args:
        image_shape: (height, width, channels). Each side is a grid of at least 5
            pixels, doubled at least once, by the same number of doublings for both
            sides; the shorter side's grid has at most 8 pixels: 16, 28, 32, 48, 64,
            96, 128, ...; channels are 1 to 4.
        hidden: coordinates of the code of an image, the paper's N_h.
        width: channels of convolutions at full size, the paper's n.
        skips: whether the decoder sees the code again after each doubling.
        residual_steps: the number of updates until residual connections around
            convolutions vanish, see `kgan.layers.VanishingResidual`; 0 for none.
        seed: integer, fixes the initial weights (Glorot uniform).

    Returns:
        `keras.Model` with float32 outputs.

    Raises:
        ValueError: for an image shape that the network cannot halve, or sizes below 1.
    """
    stages = halvings(image_shape)
    check_whole("hidden", hidden)
    layers, block = keras.layers, _Block(width, residual_steps, seed, "encoder")
    images = layers.Input(image_shape, name="images")
    x = block.convolution(images, width, name="from_image")
    # [B, h, w, i n] -> [B, h / 2, w / 2, (i + 1) n]
    for i in range(stages + 1):
        if i:
            x = block.convolution(x, (i + 1) * width, strides=2, name=f"down{i}")
        x = block(x, (i + 1) * width, name=f"stage{i}")
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(hidden, kernel_initializer=block.initializer(), name="to_code")(x)
    encoder = keras.Model(images, x, name="encoder")
    decoder = _decoder(image_shape, hidden, width, skips, residual_steps, seed)
    return keras.Model(images, decoder(encoder(images)), name="discriminator")


def autoencoder_generator(
    image_shape: Sequence[int],
    latent_dim: int = 64,
    width: int = 64,
    skips: bool = False,
    residual_steps: int = 0,
    seed: int | None = None,
) -> keras.Model:
    """G: latents [batch, latent_dim] -> images [batch, height, width, channels].

    All convolutions but the last have `width` channels. A grid doubles by repeating its
    pixels.

        >>> generator = kgan.networks.autoencoder_generator((28, 28, 1), 4, width=2)
        >>> generator(np.zeros((3, 4))).shape
        TensorShape([3, 28, 28, 1])

    Args:
        image_shape: see `autoencoder_discriminator`.
        latent_dim: coordinates of z.
        width: channels of convolutions, the paper's n.
        skips: whether the first grid comes again after each doubling.
        residual_steps: see `autoencoder_discriminator`.
        seed: integer, fixes the initial weights (Glorot uniform).

    Returns:
        `keras.Model` with float32 outputs, which are not limited to [-1, 1].

    Raises:
        ValueError: as `autoencoder_discriminator`.
    """
    shape = image_shape, latent_dim, width, skips, residual_steps, seed
    return _decoder(*shape, name="generator", takes="latents")


def _decoder(
    image_shape: Sequence[int],
    code: int,
    width: int,
    skips: bool,
    residual_steps: int,
    seed: int | None,
    name: str = "decoder",
    takes: str = "code",
):
    doublings = halvings(image_shape)
    check_whole("latent_dim" if takes == "latents" else "hidden", code)
    layers, block = keras.layers, _Block(width, residual_steps, seed, name)
    height, base_width = (side // 2**doublings for side in image_shape[:2])
    codes = layers.Input((code,), name=takes)
    x = layers.Dense(
        height * base_width * width,
        kernel_initializer=block.initializer(),
        name="project",
    )(codes)
    first = x = layers.Reshape((height, base_width, width), name="reshape")(x)
    # [B, h, w, n] -> [B, 2h, 2w, n]
    for i in range(doublings + 1):
        if i:
            x = layers.UpSampling2D(2, name=f"up{i}")(x)
        if i and skips:
            again = layers.UpSampling2D(2**i, name=f"skip{i}")(first)
            x = layers.Concatenate(name=f"with_skip{i}")([x, again])
        x = block(x, width, name=f"stage{i}")
    x = layers.Conv2D(
        image_shape[2],
        3,
        padding="same",
        kernel_initializer=block.initializer(),
        # In float32: bfloat16 has too few bits for pixels near 1.
        dtype=keras.config.floatx(),
        name="to_image",
    )(x)
    return keras.Model(codes, x, name=name)


class _Block:
    """Two convolutions of one size, and residual connections around them."""

    def __init__(
        self, width: int, residual_steps: int, seed: int | None, purpose: str
    ) -> None:
        check_whole("width", width)
        self.residual_steps = check_whole("residual_steps", residual_steps, least=0)
        self._seeds: Iterator[int] = seeds.stream(seed, purpose)

    def initializer(self) -> keras.initializers.Initializer:
        return keras.initializers.GlorotUniform(next(self._seeds))

    def convolution(
        self, x: Any, filters: int, strides: int = 1, name: str = ""
    ) -> Any:
        return keras.layers.Conv2D(
            filters,
            3,
            strides,
            padding="same",
            activation="elu",
            kernel_initializer=self.initializer(),
            name=name,
        )(x)

    def __call__(self, x: Any, filters: int, name: str) -> Any:
        for i in (1, 2):
            y = self.convolution(x, filters, name=f"{name}_conv{i}")
            # Around layers that do not change the number of channels.
            if self.residual_steps and x.shape[-1] == filters:
                residual = VanishingResidual(
                    self.residual_steps, name=f"{name}_residual{i}"
                )
                y = residual([x, y])
            x = y
        return x


def halvings(image_shape: Sequence[int]) -> int:
    """How many times the encoder halves `image_shape`, and G doubles its first grid.

    Raises:
        ValueError: as `kgan.networks.grids.Grids.doublings`.
    """
    return _GRIDS.doublings(image_shape)
