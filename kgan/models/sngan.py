"""SNGAN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from kgan.core.gan import GAN
from kgan.networks.resnet import resnet_discriminator, resnet_generator


@keras.saving.register_keras_serializable("kgan")
class SNGAN(GAN):
    """GAN with spectral normalization: Miyato et al. 2018 (arXiv 1802.05957).

    The hinge loss between the ResNets of `kgan.networks.resnet`; each layer of D is
    divided by its largest singular value, so that D's slope is bounded at no cost of a
    penalty.

        L_D = E[max(0, 1 - D(x))] + E[max(0, 1 + D(G(z)))]
        L_G = -E[D(G(z))]

    The paper trains by Adam(2e-4, beta_1=0, beta_2=0.9) in batches of 64, with D 128
    and G 256 channels wide, and lets the rates fall to 0 in 50,000 steps of G, or
    100,000. The authors' code gives G a fresh batch of 128 latents: `fresh=2`.

        >>> model = kgan.SNGAN((28, 28, 1), latent_dim=4, width=2, seed=0)
        >>> model.generate(3).shape
        (3, 28, 28, 1)

    Args:
        image_shape: (height, width, channels), as for `resnet_generator`.
        latent_dim: coordinates of z; 128 in the paper.
        width: channels of D; G has twice as many, as in the authors' code.
        discriminator_steps: 5 in the paper.
        latent_prior: see `kgan.latents.get`; normal in the paper.
        seed: integer; fixes initial weights and latents.
        **kwargs: as for `GAN`.

    Raises:
        ValueError: for an image shape that the networks cannot make, or other sizes.
    """

    def __init__(
        self,
        image_shape: Sequence[int] = (32, 32, 3),
        latent_dim: int = 128,
        width: int = 128,
        *,
        loss: Any = "hinge",
        discriminator_steps: int = 5,
        latent_prior: Any = "normal",
        seed: int | None = None,
        name: str = "sngan",
        **kwargs: Any,
    ) -> None:
        image_shape = tuple(image_shape)
        super().__init__(
            resnet_generator(image_shape, latent_dim, 2 * width, seed),
            resnet_discriminator(image_shape, width, seed),
            loss=loss,
            discriminator_steps=discriminator_steps,
            latent_prior=latent_prior,
            seed=seed,
            name=name,
            **kwargs,
        )
