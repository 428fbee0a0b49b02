"""LeCam regularization."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from kgan.objectives.losses.loss import identity, mean_of
from kgan.objectives.penalties.penalty import Judged, Penalty


@keras.saving.register_keras_serializable("kgan")
class LeCam(Penalty):
    """LeCam regularization for little data: Tseng et al. 2021 (arXiv 2104.03310).

        weight (E[max(0, D(x) - a_F)^2] + E[max(0, a_R - D(G(z)))^2])

    where the anchors a_R and a_F are moving averages of D(x) and of D(G(z)). The paper
    has squares alone; the authors' code cuts them at 0, as here. At step t the averages
    keep min(decay, (1 + t) / (10 + t)) of what they were, so that their start at 0 is
    soon forgotten.

        >>> penalty = kgan.penalties.LeCam()

    Args:
        weight: 0.3 in the paper's runs on CIFAR-10 with all data.
        decay: of the anchors, in [0, 1).

    Raises:
        ValueError: for arguments out of range.
    """

    name = "lecam"

    def __init__(self, weight: Any = 0.3, decay: float = 0.99) -> None:
        super().__init__(weight)
        if not 0.0 <= decay < 1.0:
            raise ValueError(f"Expected decay in [0, 1). Received: decay={decay}.")
        self.decay = float(decay)

    def join(self, game: Any) -> None:
        game.state("lecam_real", 0.0)
        game.state("lecam_fake", 0.0)

    def value(self, game: Any, batch: Any, real: Judged, fake: Judged) -> Any:
        a_real = game.states["lecam_real"].value
        a_fake = game.states["lecam_fake"].value
        return mean_of(lambda d: ops.relu(d - a_fake) ** 2, real.logits) + mean_of(
            lambda d: ops.relu(a_real - d) ** 2, fake.logits
        )

    def monitor(self, real_logits: Any, fake_logits: Any) -> dict[str, Any]:
        return {
            "lecam_real": mean_of(identity, real_logits),
            "lecam_fake": mean_of(identity, fake_logits),
        }

    def after_step(self, game: Any) -> None:
        if "lecam_real" not in game.watched:
            raise ValueError(
                f"Expected {type(game).__name__}.discriminator_loss to call "
                "`self.charges(batch, real, fake)`, which tells LeCam the logits. "
                "Received: one that does not."
            )
        t = tf.cast(game.steps, keras.backend.floatx())
        keep = tf.minimum((1.0 + t) / (10.0 + t), self.decay)
        for name in ("lecam_real", "lecam_fake"):
            anchor = game.states[name]
            anchor.assign(keep * anchor.value + (1.0 - keep) * game.watched[name])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "decay": self.decay}
