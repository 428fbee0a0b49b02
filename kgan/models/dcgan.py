"""DCGAN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from kgan.core.gan import GAN
from kgan.networks.dcgan import dcgan_discriminator, dcgan_generator


@keras.saving.register_keras_serializable("kgan")
class DCGAN(GAN):
    """Deep convolutional GAN: Radford, Metz and Chintala 2015 (arXiv 1511.06434).

    The game of `GAN` between the networks of `kgan.networks.dcgan`. The paper trains
    both players with Adam(2e-4, beta_1=0.5), in batches of 128, with z ~ U(-1, 1)^100.

        >>> model = kgan.DCGAN((28, 28, 1), latent_dim=4, width=2, seed=0)
        >>> model.generate(3).shape
        (3, 28, 28, 1)

    Args:
        image_shape: (height, width, channels). Squares have sides of 16, 20, 24, 28,
            32, 40, 48, 56, 64, 80, 96, 112, 128, ... pixels: a grid of 4 to 7 pixels,
            doubled at least twice. The longer side of other images may begin with a
            larger grid. 1 to 4 channels.
        latent_dim: coordinates of z.
        width: channels of the convolutions nearest to the image.
        normalization: D's, see `kgan.networks.dcgan_discriminator`: "batch", "layer" or
            None.
        latent_prior: see `kgan.latents.get`; uniform on [-1, 1] in the paper.
        seed: integer; fixes initial weights and latents.
        **kwargs: as for `GAN`.

    Raises:
        ValueError: for an image shape that the networks cannot make.
    """

    def __init__(
        self,
        image_shape: Sequence[int] = (28, 28, 1),
        latent_dim: int = 100,
        width: int = 64,
        *,
        normalization: str | None = "batch",
        latent_prior: Any = "uniform",
        seed: int | None = None,
        name: str = "dcgan",
        **kwargs: Any,
    ) -> None:
        image_shape = tuple(image_shape)
        super().__init__(
            dcgan_generator(image_shape, latent_dim, width, seed),
            dcgan_discriminator(image_shape, width, seed, normalization),
            latent_prior=latent_prior,
            seed=seed,
            name=name,
            **kwargs,
        )
