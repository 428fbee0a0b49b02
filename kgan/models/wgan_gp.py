"""WGAN-GP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from kgan.models.dcgan import DCGAN
from kgan.objectives.penalties import GradientPenalty


@keras.saving.register_keras_serializable("kgan")
class WGANGP(DCGAN):
    """WGAN with gradient penalty: Gulrajani et al. 2017 (arXiv 1704.00028).

    Algorithm 1 between DCGAN's networks, the critic without batch normalization:

        L_D = E[D(G(z))] - E[D(x)] + lambda E[(|grad D(x')| - 1)^2]
        L_G = -E[D(G(z))]

    with x' on the line between x and G(z). The logged `wasserstein` = E[D(x)] -
    E[D(G(z))] is the earth mover's distance times D's slope, and the slope, logged too,
    is near 1: at the optimum for two equal clouds at a distance W, it is 1 + W / (2
    lambda).

    The paper trains by Adam(1e-4, beta_1=0, beta_2=0.9) in batches of 64; its MNIST
    script has beta_1 = 0.5 and batches of 50.

        >>> model = kgan.WGANGP((28, 28, 1), latent_dim=4, width=2, seed=0)
        >>> model.penalties[0].weight
        10.0

    Args:
        image_shape, latent_dim, width: as for `kgan.DCGAN`.
        penalty_weight: lambda; a number or a schedule.
        one_sided: whether slopes below 1 are free.
        discriminator_steps: n_critic; 5 in the paper.
        normalization: the critic's: None, or "layer" (the paper's section 4).
        latent_prior: see `kgan.latents.get`; normal in the paper.
        **kwargs: as for `kgan.DCGAN`.

    Raises:
        ValueError: for a negative weight, or as `kgan.DCGAN`.
    """

    def __init__(
        self,
        image_shape: Sequence[int] = (28, 28, 1),
        latent_dim: int = 100,
        width: int = 64,
        *,
        penalty_weight: Any = 10.0,
        one_sided: bool = False,
        discriminator_steps: int = 5,
        normalization: str | None = None,
        latent_prior: Any = "normal",
        name: str = "wgan_gp",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            image_shape,
            latent_dim,
            width,
            loss="wasserstein",
            penalties=[GradientPenalty(penalty_weight, one_sided)],
            discriminator_steps=discriminator_steps,
            normalization=normalization,
            latent_prior=latent_prior,
            name=name,
            **kwargs,
        )
