"""A penalty at some steps only."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from kgan.objectives import penalties
from kgan.objectives.penalties.penalty import Judged, Penalty


@keras.saving.register_keras_serializable("kgan")
class Lazy(Penalty):
    """A penalty at every k-th step, k times as strong: Karras et al. 2019 (1912.04958).

    Appendix B: the penalty's gradient changes slowly, so that D pays for it rarely. Two
    forms:

    - a step of its own (the paper): every k-th step, after each update of D, one more
      update of D descends k times the penalty alone. To take about the same way in k
      steps as without it, `compile` gives D's optimizer, c = k / (k + 1), the learning
      rate times c, and beta_1 and beta_2 to the power of c; with n lazy penalties,
      c = k / (k + n). A callback that sets learning rates has to multiply D's by c;
    - `merged`: every k-th step, k times the penalty is added to D's loss. D's optimizer
      stays as it is. `evaluate` has the penalty once.

        >>> penalty = kgan.penalties.Lazy({"name": "r1", "gamma": 10.0}, every=16)
        >>> penalty.name
        'r1'

    Args:
        penalty: a name, a config or a `Penalty`.
        every: k, a whole number of at least 1; 16 in the paper.
        merged: whether it is part of D's loss instead of a step of its own.

    Raises:
        ValueError: for another k, or a lazy penalty of a lazy penalty.
    """

    def __init__(self, penalty: Any, every: int = 16, merged: bool = False) -> None:
        super().__init__()
        if not isinstance(every, int) or every < 1:
            raise ValueError(
                "Expected a lazy penalty every k-th step, k a whole number of at least "
                f"1. Received: every={every!r}."
            )
        self.penalty = penalties.get(penalty)
        if isinstance(self.penalty, Lazy):
            raise ValueError("Expected a penalty. Received: a penalty that is lazy.")
        self.every, self.merged = every, merged
        self.apart = not merged
        self.name = self.penalty.name
        self.of_slopes = self.penalty.of_slopes
        self.over_replicas = self.penalty.over_replicas

    def value(self, game: Any, batch: Any, real: Judged, fake: Judged) -> Any:
        if self.apart:
            # `Game.update_every` chooses the steps.
            return self.every * self.penalty(game, batch, real, fake)
        if not batch.training:
            return self.penalty(game, batch, real, fake)
        with game.draws.ahead():
            return tf.cond(
                game.steps % self.every == 0,
                lambda: self.every * self.penalty(game, batch, real, fake),
                lambda: tf.zeros([], keras.backend.floatx()),
            )

    @property
    def plain(self) -> Penalty:
        return self.penalty

    def join(self, game: Any) -> None:
        self.penalty.join(game)

    def monitor(self, real_logits: Any, fake_logits: Any) -> dict[str, Any]:
        return self.penalty.monitor(real_logits, fake_logits)

    def after_step(self, game: Any) -> None:
        self.penalty.after_step(game)

    def get_config(self) -> dict[str, Any]:
        penalty = keras.saving.serialize_keras_object(self.penalty)
        return {"penalty": penalty, "every": self.every, "merged": self.merged}
