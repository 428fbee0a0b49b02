"""Draws of a training run that do not depend on the number of replicas."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import keras
import tensorflow as tf

from kgan.random import philox, seeds

# A context variable, because each replica runs in its own thread.
_testing = contextvars.ContextVar("testing", default=False)
_ahead = contextvars.ContextVar("ahead", default=None)


class Draws:
    """This replica's rows of the random numbers for the global batch.

    Every replica draws the numbers for the global batch from the same seed, and takes
    its own rows of the numbers. So one device and N devices draw the same numbers.

        >>> z = model.draws.normal((32, 4))
        >>> z.shape
        TensorShape([32, 4])

    Args:
        seed: an integer, or None for a random seed.

    Attributes:
        seeds: the `keras.random.SeedGenerator` of training.
        test_seeds: the `keras.random.SeedGenerator` of evaluation, which is separate so
            that evaluation does not change training.
    """

    def __init__(self, seed: int | None) -> None:
        self.seeds = keras.random.SeedGenerator(seeds.derive(seed, "latents"))
        self.test_seeds = keras.random.SeedGenerator(seeds.derive(seed, "test"))

    def normal(self, shape: Any, dtype: str | None = None) -> tf.Tensor:
        """Numbers from N(0, 1).

        Args:
            shape: (rows of this replica, ...).
            dtype: a floating type. Default: `keras.backend.floatx()`.
        """
        dtype = dtype or keras.backend.floatx()
        return self.rows(
            lambda full, seeds: philox.normal(full, seeds.next(), dtype), shape
        )

    def uniform(
        self, shape: Any, low: float = 0.0, high: float = 1.0, dtype: str | None = None
    ) -> tf.Tensor:
        """Numbers from U(low, high), in [low, high).

        Args:
            shape: (rows of this replica, ...).
            low, high: the range.
            dtype: a floating type. Default: `keras.backend.floatx()`.
        """
        dtype = dtype or keras.backend.floatx()
        return self.rows(
            lambda full, seeds: philox.uniform(full, seeds.next(), low, high, dtype),
            shape,
        )

    def integers(self, shape: Any, high: int) -> tf.Tensor:
        """int32 numbers from 0 to high - 1, with equal probabilities.

        Args:
            shape: (rows of this replica, ...).
            high: the number of possible values.
        """
        numbers = self.uniform(shape, 0.0, float(high), "float32")
        # Rounding can return `high`.
        return tf.minimum(tf.cast(numbers, tf.int32), high - 1)

    def rows(self, draw: Callable[[Any, Any], tf.Tensor], shape: Any) -> tf.Tensor:
        """This replica's rows of what `draw` returns for the global batch.

        Args:
            draw: (shape of the global draw, `SeedGenerator`) -> tensor.
            shape: (rows of this replica, ...).
        """
        generator = _ahead.get() or self._seeds()
        replica = tf.distribute.get_replica_context()
        size, *rest = shape
        numbers = draw((size * replica.num_replicas_in_sync, *rest), generator)
        if replica.num_replicas_in_sync == 1:
            return numbers
        first = replica.replica_id_in_sync_group * size
        return numbers[first : first + size]

    @contextlib.contextmanager
    def ahead(self) -> Iterator[None]:
        """A context in which all draws come from one seed, drawn before it.

        For `tf.cond`, in which no seed can move: whether the branch is taken does not
        change what is drawn later.
        """
        token = _ahead.set(_Ahead(self._seeds().next()))
        try:
            yield
        finally:
            _ahead.reset(token)

    def _seeds(self):
        return self.test_seeds if _testing.get() else self.seeds


class Noise:
    """Where random draws stand, to draw the same again.

    >>> noise = kgan.random.draws.Noise([model.draws.seeds.state])
    >>> z = model.sample_latents(2)
    >>> with noise.again():
    ...     bool((model.sample_latents(2) == z).numpy().all())
    True

    Args:
        seeds: the variables of `keras.random.SeedGenerator`s.
    """

    def __init__(self, seeds: Iterable[keras.Variable]) -> None:
        self._seeds = [(seed, tf.identity(seed.value)) for seed in seeds]
        ahead = _ahead.get()
        self._ahead = ahead and (ahead.seed, ahead.count)

    @contextlib.contextmanager
    def again(self) -> Iterator[None]:
        """A context that draws the same, and in which no variable changes."""
        token = _ahead.set(self._ahead and _Ahead(*self._ahead))
        try:
            with keras.StatelessScope(state_mapping=self._seeds):
                yield
        finally:
            _ahead.reset(token)


class _Ahead:
    """Seeds that follow from one seed, without a variable.

    Args:
        seed: of a `SeedGenerator`, [2].
        count: how many seeds were given.
    """

    def __init__(self, seed: Any, count: int = 0) -> None:
        self.seed, self.count = seed, count

    def next(self) -> tf.Tensor:
        """A seed that `SeedGenerator`s do not give soon: of another first number."""
        self.count += 1
        # 2^32 / the golden ratio, an odd number: no two products are equal.
        step = (self.count * 0x9E3779B9) % 2**32
        other = tf.cast(self.seed[0], tf.uint32) + tf.constant(step, tf.uint32)
        return tf.stack([tf.cast(other, self.seed.dtype), self.seed[1]])


@contextlib.contextmanager
def testing() -> Iterator[None]:
    """A context in which draws use the seeds of evaluation."""
    token = _testing.set(True)
    try:
        yield
    finally:
        _testing.reset(token)
