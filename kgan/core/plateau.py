"""Learning rates that fall where a number no longer does."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from kgan.system.checks import check_whole


class Plateau:
    """Lowers the learning rates of a game when a number of it stalls.

    The number's mean over `window` steps is compared with the lowest mean of the
    windows before. If it is not lower, each player's learning rate is multiplied by
    `factor`. `keras.callbacks.ReduceLROnPlateau` does this per epoch, and forgets what
    it has seen when a run is resumed; here all of it is saved with the game.

    >>> plateau = kgan.core.plateau.Plateau(model, window=2)
    >>> for number in (2.0, 1.0, 1.0, 3.0):
    ...     plateau.update(number, step=model.steps.assign_add(1))
    >>> round(float(model.d_optimizer.learning_rate), 6)
    0.0005

    Args:
        game: the `Game`; make it in the constructor of the game.
        window: steps, at least 1.
        factor: in (0, 1).

    Raises:
        ValueError: for arguments out of range.
    """

    def __init__(self, game: keras.Model, window: int, factor: float = 0.5) -> None:
        if not 0.0 < factor < 1.0:
            raise ValueError(f"Expected 0 < factor < 1. Received: factor={factor}.")
        self.game = game
        self.window = check_whole("window", window)
        self.factor = factor
        self.total = game.state("plateau_total", 0.0)
        # No infinity, which a state must not begin with.
        self.lowest = game.state("plateau_lowest", 1e30)

    def update(self, number: Any, step: Any) -> None:
        """Called once per step.

        Args:
            number: a scalar, equal on all replicas.
            step: how many steps the game has made, this one included.
        """
        total = self.total.value + tf.cast(number, self.total.value.dtype)
        mean = total / self.window
        full = tf.equal(tf.cast(step, "int64") % self.window, 0)
        stalls = tf.logical_and(full, mean >= self.lowest.value)
        for optimizer in self.game.optimizer.optimizers:
            rate = optimizer.learning_rate
            rate.assign(rate * tf.where(stalls, self.factor, 1.0))
        lower = tf.minimum(mean, self.lowest.value)
        self.lowest.assign(tf.where(full, lower, self.lowest.value))
        self.total.assign(tf.where(full, tf.zeros_like(total), total))

    def check(self) -> None:
        """Takes the learning rates over from callbacks that would set them.

        Raises:
            ValueError: if the rates of the game cannot be lowered.
        """
        rates = [o.learning_rate for o in self.game.optimizer.optimizers]
        variable = all(isinstance(rate, keras.Variable) for rate in rates)
        if not variable or self.game.optimizer.schedules_rates:
            raise ValueError(
                "Expected learning rates that are numbers, because they fall where the "
                "game stalls. Received: a schedule. Remove it, or stall_steps."
            )
        self.game.optimizer.rates_set_by = "plateaus of the game (stall_steps)"
