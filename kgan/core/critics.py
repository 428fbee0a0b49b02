"""Checks of a discriminator that pays for its slope."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import keras
import tensorflow as tf

from kgan.layers import BatchNormalization
from kgan.objectives.penalties import Penalty

if TYPE_CHECKING:
    from kgan.core.gan import GAN

_log = logging.getLogger("kgan")
# By how much kernels are scaled, and how far a derivative may be off.
_SCALE, _TOLERANCE = 5e-3, 0.1
# In bfloat16 and float16 the differences are noisy by a quarter.
_HALF_TOLERANCE = 0.5
_EXAMPLES, _TRIALS = 4, 4
_BATCH_NORMS = BatchNormalization, keras.layers.BatchNormalization


def check_critic(discriminator: keras.Model, penalties: Iterable[Penalty]) -> None:
    """Warns of batch normalization under a penalty of D's slope.

    Such a penalty is of each example; batch normalization lets D's answer to an example
    depend on all others (arXiv 1704.00028, section 4).
    """
    names = [penalty.name for penalty in penalties if penalty.of_slopes]
    norms = [n for n in discriminator._flatten_layers() if isinstance(n, _BATCH_NORMS)]
    if names and norms:
        _log.warning(
            "kgan: the penalty %s is of each example alone, but the layer %r of the "
            "discriminator mixes the examples of a batch: use "
            "keras.layers.LayerNormalization, or no normalization.",
            names[0],
            norms[0].name,
        )


def check_branches(game: GAN) -> None:
    """Refuses lazy penalties in which replicas would have to talk to each other.

    Raises:
        ValueError: that names the penalty, and what cannot be at some steps only.
    """
    lazy = [penalty for penalty in game.penalties if penalty.every > 1]
    if not lazy or game.distribute_strategy.num_replicas_in_sync == 1:
        return
    together = [
        f"the layer {layer.name!r}, which takes its moments over all replicas"
        for layer in game.players["d"].layers
        if isinstance(layer, _BATCH_NORMS) and layer.synchronized
    ]
    for penalty in lazy:
        if penalty.over_replicas:
            together.append("its mean over all replicas")
        if together:
            raise ValueError(
                "Expected a lazy penalty without means over replicas, which cannot "
                "talk to each other at some steps only. Received: "
                f"{penalty.name!r} every {penalty.every} steps, with {together[0]}. "
                "Give the penalty at each step, or use one device."
            )


def check_slopes(game: GAN) -> None:
    """Refuses penalties whose gradient TensorFlow cannot compute, or computes wrongly.

    The gradient of such a penalty is a second gradient. Some operations have none; that
    of others, such as bilinear resizing, is silently 0. So the gradient is compared
    with the change of the penalty when D's weights are scaled a little. Nothing changes
    in the game.

    Only a game that has not trained is checked. Where D has no bend but those of ReLUs,
    its slope jumps as weights move a unit over its bend, and no gradient sees a jump.
    By that, the two differ by a quarter in a deep network after 40 steps, rightly.

    Raises:
        ValueError: that names the penalty, and the weights or the operation.
    """
    penalties = [penalty.plain for penalty in game.penalties if penalty.of_slopes]
    if not penalties or tf.distribute.get_replica_context() is None:
        return
    if int(game.steps.numpy()) > 0:
        return
    player = game.players["d"]
    # Layers that compare the examples of a group need whole groups.
    groups = [layer.group for layer in player.layers if hasattr(layer, "group")]
    count = math.lcm(*groups, _EXAMPLES)
    variables = player.variables
    for penalty in penalties:
        # A unit that changes its side of a kink, such as that of a leaky ReLU, may
        # change the penalty more than all weights do: then other examples decide.
        for times in range(1, _TRIALS + 1):
            parts = tuple(_some(space, times * count) for space in game.spaces)
            trial = _Trial(game, penalty, parts, variables)
            wrong = trial.wrong(range(len(variables)))
            if not wrong:
                break
        if wrong:
            culprits = [v.path for i, v in enumerate(variables) if trial.wrong([i])]
            raise ValueError(
                f"Expected a discriminator with second gradients, for the penalty "
                f"{penalty.name!r}. Received: one where the gradient is wrong for "
                f"{', '.join(culprits) or 'its weights'}: {wrong}. Some operation "
                "behind these weights, such as a bilinear or nearest resize, has no "
                "second gradient. Use keras.layers.UpSampling2D, pooling or strides "
                "instead, or kgan.penalties.ApproximateR1, which needs none."
            )


class _Trial:
    """The value of one penalty, as a function of D's weights."""

    def __init__(self, game: GAN, penalty: Penalty, parts: Any, variables: Any) -> None:
        self.game, self.penalty, self.parts = game, penalty, parts
        self.variables = variables
        self.weights = [tf.identity(v.value) for v in variables]
        halves = game.dtype_policy.compute_dtype != game.dtype_policy.variable_dtype
        self.tolerance = _HALF_TOLERANCE if halves else _TOLERANCE
        self.value, self.gradient = self._gradient()

    def wrong(self, which: Sequence[int]) -> str | None:
        """How the derivative with respect to the scale of weights is wrong, or None."""
        claimed = sum(
            float(tf.reduce_sum(self.gradient[i] * self.weights[i]))
            for i in which
            if self.gradient[i] is not None
        )
        high, low = (float(self._at(self._scaled(which, s))) for s in (1.0, -1.0))
        measured = (high - low) / (2.0 * _SCALE)
        noise = 1e-6 * abs(self.value) / _SCALE
        if abs(claimed - measured) <= noise + self.tolerance * abs(measured):
            return None
        return f"{claimed:.3g} instead of {measured:.3g}"

    def _scaled(self, which: Sequence[int], sign: float):
        some = set(which)
        return [
            w * (1.0 + sign * _SCALE) if i in some else w
            for i, w in enumerate(self.weights)
        ]

    def _gradient(self):
        with tf.GradientTape() as tape:
            tape.watch(self.weights)
            value = self._at(self.weights)
        try:
            return float(value), tape.gradient(value, self.weights)
        except LookupError as error:
            raise ValueError(
                f"Expected a discriminator with second gradients, for the penalty "
                f"{self.penalty.name!r}. Received: one with an operation that has none "
                f"({error}). Use keras.layers.UpSampling2D, pooling or strides "
                "instead, or kgan.penalties.ApproximateR1, which needs none."
            ) from None

    def _at(self, weights: Any):
        # Whatever moves in the passes, moves in the scope alone.
        pairs = list(zip(self.variables, weights, strict=True))
        with keras.StatelessScope(state_mapping=pairs):
            batch = self.game.play(self.parts, training=True)
            real = self.game.judged(batch.real, batch)
            fake = self.game.judged(batch.fake, batch)
            # Without the weight, which a schedule may begin at 0.
            return self.penalty.value(self.game, batch, real, fake)


def _some(space: Any, count: int):
    """Some examples of a space."""
    public = tf.nest.map_structure(lambda x: x[:count], space.request(count))
    floatx = keras.backend.floatx()

    def tensor(x: Any):
        x = tf.convert_to_tensor(x)
        return tf.cast(x, floatx) if x.dtype.is_floating else x

    return tf.nest.map_structure(tensor, space.from_public(public))
