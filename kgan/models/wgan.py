"""WGAN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from kgan.models.dcgan import DCGAN


@keras.saving.register_keras_serializable("kgan")
class WGAN(DCGAN):
    """Wasserstein GAN: Arjovsky, Chintala and Bottou 2017 (arXiv 1701.07875).

    Algorithm 1 between DCGAN's networks: the critic climbs

        E[D(x)] - E[D(G(z))]

    n_critic times, each weight clipped to [-clip, clip] after each update; G descends
    -E[D(G(z))]. The clipped critic is Lipschitz with an unknown constant, so the logged
    `wasserstein` = E[D(x)] - E[D(G(z))] is the earth mover's distance up to a factor.
    It falls while samples get better.

    The paper trains both players by RMSprop(5e-5) in batches of 64. Its PyTorch code
    has rho = 0.99 and epsilon = 1e-8 beside the root, where Keras has epsilon under it:
    `keras.optimizers.RMSprop(5e-5, rho=0.99, epsilon=1e-16)`.

        >>> model = kgan.WGAN((28, 28, 1), latent_dim=4, width=2, seed=0)
        >>> model.discriminator_steps, type(model.objective).__name__
        (5, 'Wasserstein')

    Args:
        image_shape, latent_dim, width: as for `kgan.DCGAN`.
        clip: the largest absolute weight of the critic; 0.01 in the paper.
        discriminator_steps: n_critic; 5 in the paper.
        normalization: the critic's; "batch" in the authors' code.
        latent_prior: see `kgan.latents.get`; normal in the authors' code.
        **kwargs: as for `kgan.DCGAN`.

    Raises:
        ValueError: for a clip that is not above 0, or as `kgan.DCGAN`.
    """

    def __init__(
        self,
        image_shape: Sequence[int] = (28, 28, 1),
        latent_dim: int = 100,
        width: int = 64,
        *,
        clip: float = 0.01,
        discriminator_steps: int = 5,
        latent_prior: Any = "normal",
        name: str = "wgan",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            image_shape,
            latent_dim,
            width,
            loss="wasserstein",
            clip=clip,
            discriminator_steps=discriminator_steps,
            latent_prior=latent_prior,
            name=name,
            **kwargs,
        )
