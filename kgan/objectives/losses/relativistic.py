"""Losses that compare real examples with fakes."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from kgan.distribute.replicas import mean_over_replicas
from kgan.objectives.losses.loss import LossOfLogits, identity, mean_of


@keras.saving.register_keras_serializable("kgan")
class Relativistic(LossOfLogits):
    """Relativistic pairing, RpGAN: each fake is judged beside a real example.

    L_D = E[softplus(-(D(x) - D(G(z))))]
    L_G = E[softplus(-(D(G(z)) - D(x)))]

    Jolicoeur-Martineau 2018 (arXiv 1807.00734), the loss of R3GAN (arXiv
    2501.05441): since D says only which of a pair is real, G cannot win by one mode.
    Without a penalty such as R1 and R2 the game need not converge.

        >>> loss = kgan.losses.Relativistic()
        >>> round(float(loss.discriminator(np.ones((4, 1)), np.ones((4, 1)))), 3)
        0.693
    """

    def discriminator(self, real_logits: Any, fake_logits: Any) -> Any:
        return mean_of(lambda x, g: ops.softplus(g - x), real_logits, fake_logits)

    def generator(self, fake_logits: Any, real_logits: Any = None) -> Any:
        return mean_of(lambda x, g: ops.softplus(x - g), real_logits, fake_logits)


@keras.saving.register_keras_serializable("kgan")
class RelativisticAverage(LossOfLogits):
    """Each example is judged beside the mean of the others: RaGAN, ESRGAN's loss.

    L_D = E[softplus(-(D(x) - E D(G(z))))] + E[softplus(D(G(z)) - E D(x))]
    L_G = E[softplus(-(D(G(z)) - E D(x)))] + E[softplus(D(x) - E D(G(z)))]

    Jolicoeur-Martineau 2018 (arXiv 1807.00734, section 4.2). The inner means are over
    the global batch, whatever the number of replicas. ESRGAN (arXiv 1809.00219) halves
    both losses.

        >>> loss = kgan.losses.RelativisticAverage()
        >>> round(float(loss.discriminator(np.ones((4, 1)), np.ones((4, 1)))), 3)
        1.386
    """

    def discriminator(self, real_logits: Any, fake_logits: Any) -> Any:
        return _relative(real_logits, fake_logits)

    def generator(self, fake_logits: Any, real_logits: Any = None) -> Any:
        return _relative(fake_logits, real_logits)


def _relative(high: Any, low: Any):
    """How far logits that are to be high are not above the mean of the others."""
    if isinstance(high, (list, tuple)):
        scales = [_relative(*scale) for scale in zip(high, low, strict=True)]
        return sum(scales) / len(scales)
    high_mean = mean_over_replicas(mean_of(identity, high))
    low_mean = mean_over_replicas(mean_of(identity, low))
    return mean_of(lambda d: ops.softplus(low_mean - d), high) + mean_of(
        lambda d: ops.softplus(d - high_mean), low
    )
