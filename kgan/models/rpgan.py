"""RpGAN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from kgan.models.dcgan import DCGAN
from kgan.objectives.penalties import R1, R2


@keras.saving.register_keras_serializable("kgan")
class RpGAN(DCGAN):
    """Relativistic pairing with both zero-centred penalties, the game of R3GAN.

    Huang et al. 2025, "The GAN is dead; long live the GAN!" (arXiv 2501.05441):

        L_D = E[softplus(D(G(z)) - D(x))]
              + gamma / 2 (E[|grad D(x)|^2] + E[|grad D(G(z))|^2])
        L_G = E[softplus(D(x) - D(G(z)))]

    The pairs keep G from losing modes (Jolicoeur-Martineau 2018, arXiv 1807.00734), and
    the two penalties let the game converge near its equilibrium; one of them alone does
    not. Here between DCGAN's networks, D without normalization.

    The paper trains by Adam with beta_1 = 0. Its learning rate (2e-4 to 5e-5), beta_2
    (0.9 to 0.99), gamma (to a tenth) and the half-life of the average (0 to 0.5 or 5
    million images) follow cosines of the images seen: see `schedules` of `compile`, and
    `kgan.schedules.Cosine`.

        >>> fall = kgan.schedules.Cosine(1.0, 0.1, images=100_000)
        >>> model = kgan.RpGAN((28, 28, 1), latent_dim=4, width=2, gamma=fall)
        >>> [penalty.name for penalty in model.penalties]
        ['r1', 'r2']

    Args:
        image_shape, latent_dim, width: as for `kgan.DCGAN`.
        gamma: of both penalties, at least 0; a number or a schedule, see
            `kgan.penalties.R1`.
        normalization: D's: None, or "layer".
        latent_prior: see `kgan.latents.get`; normal in the paper.
        **kwargs: as for `kgan.DCGAN`.

    Raises:
        ValueError: for a negative gamma, or as `kgan.DCGAN`.
    """

    def __init__(
        self,
        image_shape: Sequence[int] = (28, 28, 1),
        latent_dim: int = 64,
        width: int = 64,
        *,
        gamma: Any = 1.0,
        normalization: str | None = None,
        latent_prior: Any = "normal",
        name: str = "rpgan",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            image_shape,
            latent_dim,
            width,
            loss="relativistic",
            penalties=[R1(gamma), R2(gamma)],
            normalization=normalization,
            latent_prior=latent_prior,
            name=name,
            **kwargs,
        )
