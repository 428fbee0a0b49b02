"""LSGAN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from kgan.models.dcgan import DCGAN


@keras.saving.register_keras_serializable("kgan")
class LSGAN(DCGAN):
    """Least squares GAN: Mao et al. 2016 (arXiv 1611.04076).

    DCGAN's game with equation 9: D is to say 1 of real images and 0 of fakes, G wants 1

        L_D = E[(D(x) - 1)^2] / 2 + E[D(G(z))^2] / 2
        L_G = E[(D(G(z)) - 1)^2] / 2

    Fakes that D takes for real still have a gradient, because they are beyond 1 and
    not at 1. The paper trains by Adam(2e-4, beta_1=0.5) in batches of 64.

        >>> model = kgan.LSGAN((28, 28, 1), latent_dim=4, width=2, seed=0)
        >>> model.objective.real, model.objective.fake, model.objective.wanted
        (1.0, 0.0, 1.0)

    Args:
        image_shape, latent_dim, width: as for `kgan.DCGAN`.
        loss: `kgan.losses.LeastSquares` with other numbers.
        **kwargs: as for `kgan.DCGAN`.

    Raises:
        ValueError: as `kgan.DCGAN`.
    """

    def __init__(
        self,
        image_shape: Sequence[int] = (28, 28, 1),
        latent_dim: int = 100,
        width: int = 64,
        *,
        loss: Any = "least_squares",
        name: str = "lsgan",
        **kwargs: Any,
    ) -> None:
        super().__init__(image_shape, latent_dim, width, loss=loss, name=name, **kwargs)
