"""Whether and how much each image of a batch is changed."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from kgan.random.draws import Draws


class Chance:
    """Random numbers per image, of which each counts with probability p.

    All numbers come from two draws, because many small draws take longer than one.

        >>> draws = kgan.random.draws.Draws(0)
        >>> chance = kgan.layers.chance.Chance(draws, 4, p=1.0, uniform=2, normal=0)
        >>> chance.happens(chance.uniform(2.0, 3.0), otherwise=0.0).shape
        TensorShape([4])

    Args:
        draws: this replica's rows of the random numbers.
        rows: how many images there are, an integer or a scalar tensor.
        p: the probability, a number or a scalar tensor in [0, 1].
        uniform: the number of calls of `uniform`, `whole` and `happens`.
        normal: the number of calls of `normal`.
        dtype: what the numbers are cast to. They are drawn as float32, so that they are
            the same for all types.
    """

    def __init__(
        self,
        draws: Draws,
        rows: Any,
        p: Any,
        uniform: int,
        normal: int,
        dtype: Any = "float32",
    ) -> None:
        self.p = tf.cast(p, dtype)
        self._uniform = _columns(draws.uniform, rows, uniform, dtype)
        self._normal = _columns(draws.normal, rows, normal, dtype)

    def uniform(self, low: float, high: float) -> tf.Tensor:
        """Numbers from U(low, high), [rows]."""
        return low + (high - low) * next(self._uniform)

    def whole(self, high: int) -> tf.Tensor:
        """Whole numbers from 0 to high - 1, [rows]."""
        return tf.floor(self.uniform(0.0, high))

    def normal(self, deviation: float) -> tf.Tensor:
        """Numbers from N(0, deviation^2), [rows]."""
        return deviation * next(self._normal)

    def happens(self, change: Any, otherwise: float, p: Any = None) -> tf.Tensor:
        """`change` with probability p, `otherwise` the number that changes nothing.

        Args:
            change: [rows], or [rows, n] for numbers that count together.
            otherwise: the number that changes nothing.
            p: another probability than that of all changes.
        """
        on = next(self._uniform) < (self.p if p is None else p)
        on = tf.reshape(on, [-1] + [1] * (len(change.shape) - 1))
        return tf.where(on, change, tf.cast(otherwise, change.dtype))


def _columns(draw: Any, rows: Any, count: int, dtype: Any):
    if count == 0:
        return iter(())
    numbers = draw((rows, count), dtype="float32")
    return iter(tf.unstack(tf.cast(numbers, dtype), axis=1))
