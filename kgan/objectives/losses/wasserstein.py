"""The Wasserstein loss."""

from __future__ import annotations

from typing import Any

import keras

from kgan.objectives.losses.loss import LossOfLogits, identity, mean_of


@keras.saving.register_keras_serializable("kgan")
class Wasserstein(LossOfLogits):
    """The critic's side of the Wasserstein distance: Arjovsky et al. 2017 (1701.07875).

    L_D = E[D(G(z))] - E[D(x)]
    L_G = -E[D(G(z))]

    Over critics with a Lipschitz constant of 1, the largest -L_D is the earth mover's
    distance W_1 (equation 2). So the critic needs a constraint: weight clipping
    (`kgan.WGAN`), a gradient penalty (`kgan.WGANGP`), or spectral normalization.

    Logs beside the means of logits `wasserstein` = -L_D, in the unit of the data: an
    estimate of W_1, up to the critic's Lipschitz constant.

        >>> loss = kgan.losses.Wasserstein()
        >>> float(loss.discriminator(np.full((4, 1), 3.0), np.full((4, 1), 1.0)))
        -2.0
    """

    def discriminator(self, real_logits: Any, fake_logits: Any) -> Any:
        return mean_of(identity, fake_logits) - mean_of(identity, real_logits)

    def generator(self, fake_logits: Any, real_logits: Any = None) -> Any:
        return -mean_of(identity, fake_logits)

    def monitor(self, real_logits: Any, fake_logits: Any) -> dict[str, Any]:
        means = super().monitor(real_logits, fake_logits)
        return {**means, "wasserstein": means["real_logits"] - means["fake_logits"]}
