"""The hinge loss."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from kgan.objectives.losses.loss import LossOfLogits, identity, mean_of


@keras.saving.register_keras_serializable("kgan")
class Hinge(LossOfLogits):
    """The hinge loss: Lim and Ye 2017 (arXiv 1705.02894); SNGAN, equations 16 and 17.

    L_D = E[max(0, 1 - D(x))] + E[max(0, 1 + D(G(z)))]
    L_G = -E[D(G(z))]

        >>> loss = kgan.losses.Hinge()
        >>> float(loss.discriminator(np.full((4, 1), 0.25), np.full((4, 1), -3.0)))
        0.75
    """

    def discriminator(self, real_logits: Any, fake_logits: Any) -> Any:
        return mean_of(lambda d: ops.relu(1.0 - d), real_logits) + mean_of(
            lambda d: ops.relu(1.0 + d), fake_logits
        )

    def generator(self, fake_logits: Any, real_logits: Any = None) -> Any:
        return -mean_of(identity, fake_logits)
