"""LSGAN's loss."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

from kgan.objectives.losses.loss import LossOfLogits, mean_of


@keras.saving.register_keras_serializable("kgan")
class LeastSquares(LossOfLogits):
    """LSGAN: Mao et al. 2016 (arXiv 1611.04076), equation 2.

    L_D = E[(D(x) - b)^2] / 2 + E[(D(G(z)) - a)^2] / 2
    L_G = E[(D(G(z)) - c)^2] / 2

    Where b - c = 1 and b - a = 2, G minimises a Pearson chi^2 divergence. The paper
    trains with (a, b, c) = (0, 1, 1) and reports the same of (-1, 1, 0).

        >>> loss = kgan.losses.LeastSquares()
        >>> float(loss.discriminator(np.full((4, 1), 0.5), np.zeros((4, 1))))
        0.125

    Args:
        fake: a, what D is to say of fakes.
        real: b, what D is to say of real examples.
        wanted: c, what G wants D to say of fakes.

    Raises:
        ValueError: if D is to say the same of both, or a number is not finite.
    """

    def __init__(
        self, fake: float = 0.0, real: float = 1.0, wanted: float = 1.0
    ) -> None:
        numbers = fake, real, wanted
        if not all(map(math.isfinite, numbers)) or fake == real:
            raise ValueError(
                "Expected finite numbers with fake != real, such as 0, 1 and 1. "
                f"Received: fake={fake}, real={real}, wanted={wanted}."
            )
        self.fake, self.real, self.wanted = map(float, numbers)

    def discriminator(self, real_logits: Any, fake_logits: Any) -> Any:
        return 0.5 * (
            mean_of(lambda d: ops.square(d - self.real), real_logits)
            + mean_of(lambda d: ops.square(d - self.fake), fake_logits)
        )

    def generator(self, fake_logits: Any, real_logits: Any = None) -> Any:
        return 0.5 * mean_of(lambda d: ops.square(d - self.wanted), fake_logits)

    def get_config(self) -> dict[str, Any]:
        return {"fake": self.fake, "real": self.real, "wanted": self.wanted}
