"""Epoch means of named terms, in one variable."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Iterator
from typing import Any

import keras
import tensorflow as tf

# A replica is traced in a thread of its own, so that this is not shared.
_observed = contextvars.ContextVar("observed", default=None)


class TermMeans(keras.metrics.Metric):
    """The mean of each scalar passed to `update`, by name.

    A `keras.metrics.Mean` per term would need the names before the first step, since
    variables cannot be made inside it under a strategy, and two small operations per
    term. Here a name takes the next free slot of one vector when the step is traced.

    Args:
        capacity: the largest number of names.
    """

    def __init__(self, capacity: int = 64, name: str = "terms") -> None:
        super().__init__(name=name)
        self.capacity = capacity
        self._slots = {}
        self.totals = self.add_variable((capacity,), "zeros", name="totals")
        self.counts = self.add_variable((capacity,), "zeros", name="counts")

    @property
    def names(self) -> list[str]:
        """The names so far. Unlike `result`, this asks no other machine."""
        return list(self._slots)

    @contextlib.contextmanager
    def observed(self) -> Iterator[dict[str, Any]]:
        """Gives the newest value of each name within the block, in their order."""
        values: dict[str, Any] = {}
        token = _observed.set(values)
        try:
            yield values
        finally:
            _observed.reset(token)

    def newest(self) -> dict[str, Any]:
        """Within `observed`: the newest value of each name."""
        return _observed.get() or {}

    def update(self, terms: dict[str, Any], times: Any = 1) -> None:
        """Adds one observation of each term.

        Args:
            terms: name -> scalar.
            times: how often each counts; with 0 or False it does not.

        Raises:
            ValueError: for a term that is no scalar, or more names than `capacity`.
        """
        if not terms:
            return
        newest = _observed.get()
        if newest is not None:
            newest.update(terms)
        slots = [[self._slot(name)] for name in terms]
        values = [self._scalar(name, value) for name, value in terms.items()]
        times = tf.cast(times, self.totals.dtype)
        values = tf.stack(values) * times
        self.totals.assign_add(tf.scatter_nd(slots, values, [self.capacity]))
        counts = times * tf.ones_like(values)
        self.counts.assign_add(tf.scatter_nd(slots, counts, [self.capacity]))

    def update_state(self, terms: dict[str, Any]) -> None:
        self.update(terms)

    def result(self) -> dict[str, tf.Tensor]:
        """name -> mean since the last reset; 0 where there was no observation."""
        means = tf.math.divide_no_nan(
            tf.convert_to_tensor(self.totals), tf.convert_to_tensor(self.counts)
        )
        return {name: means[slot] for name, slot in self._slots.items()}

    def _slot(self, name: str):
        if name not in self._slots and len(self._slots) == self.capacity:
            raise ValueError(
                f"Expected at most {self.capacity} terms. Received one more: {name!r}."
            )
        return self._slots.setdefault(name, len(self._slots))

    def _scalar(self, name: str, value: Any):
        value = tf.cast(value, self.totals.dtype)
        if value.shape.rank != 0:
            raise ValueError(
                f"Expected the term {name!r} to be a scalar, a mean over the batch. "
                f"Received: shape {value.shape}."
            )
        return value
