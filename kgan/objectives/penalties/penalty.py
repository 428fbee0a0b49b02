"""What a discriminator pays for beside its loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from kgan.objectives import schedules
from kgan.random.draws import Noise
from kgan.system.registry import Configured


class Opinion(NamedTuple):
    """What a discriminator with several outputs says.

    Attributes:
        logits: real or fake, [batch, ...]: what losses and penalties look at.
        more: the other outputs, by name, such as the logits of classes.
    """

    logits: Any
    more: dict[str, Any]


def logits_of(said: Any) -> Any:
    """The logits in what D says: in an `Opinion`, or themselves."""
    return said.logits if isinstance(said, Opinion) else said


class Judged:
    """What D says of examples, and how its answers change with them.

    >>> judged = kgan.penalties.Judged(model.discriminator, images)
    >>> judged.norms().shape
    TensorShape([64])

    Args:
        judge: examples [batch, ...] -> logits [batch, ...], a list of them, or an
            `Opinion`.
        examples: a tensor, or a tree of tensors.
        noise: what `judge` draws by, such as dropout, for `again`.

    Attributes:
        examples: as given.
        said: what `judge` says of them.
        logits: those of `said`.
    """

    def __init__(
        self, judge: Callable[[Any], Any], examples: Any, noise: Noise | None = None
    ) -> None:
        self._judge, self._noise = judge, noise or Noise(())
        self.examples = tf.nest.map_structure(tf.convert_to_tensor, examples)
        # Persistent, because two penalties may look at the same pass.
        with tf.GradientTape(persistent=True) as self._tape:
            self._tape.watch(tf.nest.flatten(self.examples))
            self.said = judge(self.examples)
        self.logits = logits_of(self.said)

    def again(self, examples: Any) -> Any:
        """The logits of other examples, by the draws of the first pass.

        The same dropout and augmentation, so that the difference of both answers is
        that of the examples alone. The pass moves no variable.

        Args:
            examples: of the form of `self.examples`.
        """
        with self._noise.again():
            return logits_of(self._judge(examples))

    def slopes(self) -> Any:
        """The gradient of the sum of each example's logits, of the form of `examples`.

        By the pass that was made: there is no second pass of D.

        Raises:
            ValueError: if D's logits do not depend on its input.
        """
        # Of several numbers, a tape gives the gradient of the sum.
        slopes = self._tape.gradient(tf.nest.flatten(self.logits), self.examples)
        if all(slope is None for slope in tf.nest.flatten(slopes)):
            raise ValueError(
                "Expected a discriminator whose logits depend on its input by "
                "differentiable operations, because a penalty looks at their gradient. "
                "Received: a discriminator without such a gradient."
            )
        return slopes

    def squared_norms(self) -> Any:
        """|grad D|^2 of each example, over all of its values, float32 [batch]."""
        slopes = tf.nest.flatten(self.slopes())
        return tf.add_n([_squared_sums(slope) for slope in slopes if slope is not None])

    def norms(self) -> Any:
        """|grad D| of each example, float32 [batch].

        The root of the square and 1e-12: the root of 0 has an infinite gradient.
        """
        return tf.sqrt(self.squared_norms() + 1e-12)

    def entry_norms(self) -> list[Any]:
        """|grad D| over the last axis alone, float32 [batch, ...], for each part of the
        examples that D depends on; the root as for `norms`."""
        floatx = keras.backend.floatx()
        return [
            tf.sqrt(tf.reduce_sum(tf.square(tf.cast(slope, floatx)), axis=-1) + 1e-12)
            for slope in tf.nest.flatten(self.slopes())
            if slope is not None
        ]


class Penalty(Configured):
    """A term that D pays beside its loss, such as the gradient's norm.

    A penalty of your own overrides `value`; a GAN takes it as `penalties=[...]` and
    calls D by `game.judged`. Weights may follow the images seen, see `kgan.schedules`.

    >>> class Offset(kgan.penalties.Penalty):
    ...     name = "offset"
    ...
    ...     def value(self, game, batch, real, fake):
    ...         return keras.ops.mean(real.logits**2)
    >>> penalty = Offset(weight=1e-3)

    Args:
        weight: factor of `value`, at least 0; a number or a `Schedule`.

    Attributes:
        name: what logs call it, after the player: `d/<name>`.
        every: the steps between two of its updates.
        apart: whether it has a step of its own, see `Lazy`.
        of_slopes: whether it is of D's gradient with respect to its input: then D must
            not mix the examples of a batch, and needs second gradients.
        over_replicas: whether replicas talk to each other in `value`: then it cannot be
            lazy on several.

    Raises:
        ValueError: for a negative weight.
    """

    name = "penalty"
    every = 1
    apart = False
    of_slopes = False
    over_replicas = False

    def __init__(self, weight: Any = 1.0) -> None:
        self.weight = number("weight", weight)

    def __call__(self, game: Any, batch: Any, real: Judged, fake: Judged) -> Any:
        """weight x value, a float32 scalar; arguments as for `value`."""
        floatx = keras.backend.floatx()
        weight = tf.cast(schedules.at(self.weight, game.images_seen), floatx)
        return weight * tf.cast(self.value(game, batch, real, fake), floatx)

    def value(self, game: Any, batch: Any, real: Judged, fake: Judged) -> Any:
        """The mean over this replica's part of the batch, a float32 scalar.

        Args:
            game: who calls; `game.judged(examples, batch)` asks D, `game.draws` draws.
            batch: what D's update sees.
            real: what D says of the real examples, before augmentation.
            fake: what D says of the fakes.
        """
        raise NotImplementedError

    @property
    def plain(self) -> Penalty:
        """The penalty itself, where this one says only when it is due."""
        return self

    def join(self, game: Any) -> None:
        """Called by the game's constructor, where a penalty makes states."""

    def monitor(self, real_logits: Any, fake_logits: Any) -> dict[str, Any]:
        """Scalars to log, by name."""
        return {}

    def after_step(self, game: Any) -> None:
        """Called at the end of a training step, where a penalty moves its states."""

    def get_config(self) -> dict[str, Any]:
        return {"weight": saved(self.weight)}


def number(name: str, value: Any) -> Any:
    """A number of at least 0, or a `Schedule`.

    Raises:
        ValueError: for another value.
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if not 0.0 <= value < float("inf"):
            raise ValueError(f"Expected {name} >= 0. Received: {name}={value}.")
        return float(value)
    return schedules.get(value)


def saved(value: Any) -> Any:
    """A number or `Schedule` as a config keeps it."""
    number = isinstance(value, float)
    return value if number else keras.saving.serialize_keras_object(value)


def parts(logits: Any) -> list[Any]:
    """Logits of one or several scales as a list, in float32."""
    several = isinstance(logits, (list, tuple))
    floatx = keras.backend.floatx()
    return [tf.cast(part, floatx) for part in (logits if several else [logits])]


def _squared_sums(slope: Any):
    """[batch, ...] -> [batch]. In float32, because bfloat16 has 8 bits of mantissa."""
    wide = tf.cast(slope, keras.backend.floatx())
    return tf.reduce_sum(tf.square(wide), axis=list(range(1, len(wide.shape))))
