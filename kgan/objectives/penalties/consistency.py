"""Consistency regularization."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from kgan import layers
from kgan.objectives.losses.loss import mean_of
from kgan.objectives.penalties.penalty import Judged, Penalty, logits_of


@keras.saving.register_keras_serializable("kgan")
class Consistency(Penalty):
    """Balanced consistency: Zhao et al. 2020, "Improved consistency" (2002.04724).

        weight (E[(D(x) - D(T(x)))^2] + E[(D(G(z)) - D(T(G(z))))^2])

    bCR, algorithm 1: D is to say the same of an image and of its transformation T, a
    real one or a fake. The paper flips and shifts by a few pixels. One more pass of D
    over each half.

        >>> penalty = kgan.penalties.Consistency(weight=10.0)

    Args:
        weight: of both halves, 10 in the paper.
        transformation: T, a Keras layer, images -> images. Default: shifts by up to an
            eighth of the side, `kgan.layers.DiffAugment("translation")`.

    Raises:
        ValueError: for a negative weight, or a transformation that is no layer.
    """

    name = "consistency"

    def __init__(self, weight: Any = 10.0, transformation: Any = None) -> None:
        super().__init__(weight)
        if transformation is None:
            transformation = layers.DiffAugment("translation", name="consistency")
        elif isinstance(transformation, dict):
            transformation = keras.saving.deserialize_keras_object(transformation)
        if not isinstance(transformation, keras.layers.Layer):
            raise ValueError(
                "Expected a keras.layers.Layer as transformation. "
                f"Received: transformation={transformation!r}."
            )
        self.transformation = transformation

    def join(self, game: Any) -> None:
        # Keras tracks it there, so that its seed is saved.
        game.consistency_transformation = self.transformation
        if not self.transformation.built:
            # Under strategies, variables cannot be made in the first step.
            specs = game.examples.specs()
            self.transformation(
                tf.nest.map_structure(lambda s: tf.zeros([1, *s.shape[1:]]), specs)
            )

    def value(self, game: Any, batch: Any, real: Judged, fake: Judged) -> Any:
        return self._at(game, batch, real) + self._at(game, batch, fake)

    def _at(self, game: Any, batch: Any, judged: Judged):
        moved = self.transformation(judged.examples, training=True)
        again = logits_of(game.judge(moved, batch))
        return mean_of(lambda a, b: (a - b) ** 2, judged.logits, again)

    def get_config(self) -> dict[str, Any]:
        transformation = keras.saving.serialize_keras_object(self.transformation)
        return {**super().get_config(), "transformation": transformation}
