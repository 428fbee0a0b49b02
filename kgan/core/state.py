"""Numbers that a game keeps beside its weights."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kgan.distribute.replicas import mean_over_replicas


class State:
    """A variable of a game, such as BEGAN's k_t: saved and resumed with it.

    Made by `Game.state`. All replicas hold one value: the mean of what they assign.

    >>> k = model.state("k", 0.25)
    >>> k.assign(k.value + 0.5)
    >>> float(k.value)
    0.75

    Attributes:
        variable: the `keras.Variable`.
    """

    def __init__(self, game: keras.Model, name: str, value: Any) -> None:
        value = np.asarray(value, keras.backend.floatx())
        if not np.isfinite(value).all():
            raise ValueError(
                f"Expected the state {name!r} to begin finite. Received: {value}."
            )
        # Not Constant for all: it takes scalars only.
        initializer = keras.initializers.Constant(value) if value.ndim == 0 else None
        self.variable = game.add_weight(
            shape=value.shape,
            initializer=initializer or (lambda shape, dtype=None: value),
            dtype=keras.backend.floatx(),
            trainable=False,
            name=name,
        )

    @property
    def dtype(self) -> str:
        """Of the values."""
        return self.variable.dtype

    @property
    def value(self) -> tf.Tensor:
        """What it is now."""
        return tf.convert_to_tensor(self.variable)

    def assign(self, value: Any) -> None:
        """Stores the mean over all replicas of `value`, which each of them passes.

        Outside of `tf.cond`: replicas talk to each other here.
        """
        value = tf.cast(value, self.variable.dtype)
        self.variable.assign(mean_over_replicas(value))

    def rows(self, places: Any) -> tf.Tensor:
        """Some rows of an array, without a copy of the others.

        Args:
            places: integers [n].
        """
        return tf.gather(self.variable.value, places)

    def assign_rows(self, places: Any, rows: Any) -> None:
        """Stores some rows of an array; the others stay, and no replica is asked.

        Args:
            places: integers [n]; where one comes twice, its rows are the same.
            rows: [n, ...], the same on all replicas, as are `places`.
        """
        rows = tf.cast(rows, self.variable.dtype)
        self.variable.value.scatter_update(tf.IndexedSlices(rows, places))
