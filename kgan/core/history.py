"""Fakes of earlier steps: Shrivastava et al. 2016 (arXiv 1612.07828)."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kgan.distribute.replicas import gathered
from kgan.system.checks import check_whole


class History:
    """A pool of fakes, so that D does not forget what G made some steps ago.

    Until it is full it keeps each fake and gives it back. Then, with probability 1/2,
    a fake takes the place of a random older one, which is given instead of it (Zhu et
    al. 2017, arXiv 1703.10593, section 4).

    The pool is of the game: the fakes of all replicas go through it one after the
    other, in the order of the global batch, so that two replicas see what one sees.
    That is why each replica holds the whole pool, and sends its fakes, not the pool, to
    all others.

    >>> history = kgan.core.history.History(model, "history", 2, (28, 28, 1))
    >>> history.swap(images[:2]).shape
    TensorShape([2, 28, 28, 1])

    Args:
        game: whose `draws` and `state` it uses; call it in the constructor.
        name: of its states.
        size: fakes that it holds, at least 1.
        shape: of one fake.
    """

    def __init__(self, game: Any, name: str, size: int, shape: tuple[int, ...]) -> None:
        self.size = check_whole("size", size)
        self._game = game
        self._fakes = game.state(name, np.zeros((size, *shape)))
        self._count = game.state(f"{name}_count", 0.0)

    def swap(self, fakes: tf.Tensor) -> tf.Tensor:
        """What D shall see instead of this replica's fakes.

        It changes the pool: call it in `turns`, once a step.

        Args:
            fakes: as G made them, [batch, *shape].
        """
        # As an int where it is known.
        rows = keras.ops.shape(fakes)[0]
        uniform = gathered(self._game.draws.uniform((rows, 2)))
        everyone = gathered(tf.cast(fakes, self._fakes.dtype))
        count, places, holders, given = self._moves(uniform)
        replica = tf.distribute.get_replica_context()
        first = replica.replica_id_in_sync_group * rows
        given = self._of(given[first : first + rows], everyone)
        # A place that several fakes went through gets the last of them, each time.
        self._fakes.assign_rows(places, self._of(tf.gather(holders, places), everyone))
        self._count.assign(count)
        return tf.cast(given, fakes.dtype)

    def _of(self, numbers: tf.Tensor, fakes: tf.Tensor):
        """Fakes by number: first those of the pool, then the new ones."""
        new = tf.gather(fakes, tf.maximum(numbers - self.size, 0))
        old = self._fakes.rows(tf.minimum(numbers, self.size - 1))
        is_new = tf.reshape(numbers >= self.size, [-1] + [1] * (len(new.shape) - 1))
        return tf.where(is_new, new, old)

    def _moves(self, uniform: tf.Tensor):
        """What the new fakes do, by numbers as in `_of`, so that no image is copied.

        Args:
            uniform: two draws for each new fake, [n, 2].

        Returns:
            How many the pool holds then; the place of the pool that each new fake looks
            at, [n]; who has each place in the end, [size]; and what comes out, [n].
        """

        def one(state: Any, item: Any):
            holders, count, _, _ = state
            number, (swaps, where) = item[0], tf.unstack(item[1])
            full = count >= float(self.size)
            place = tf.where(full, tf.floor(where * float(self.size)), count)
            place = tf.minimum(tf.cast(place, "int32"), self.size - 1)
            stays = ~full | (swaps < 0.5)
            older = full & (swaps < 0.5)
            given = tf.where(older, holders[place], number)
            kept = tf.where(stays, number, holders[place])
            holders = tf.tensor_scatter_nd_update(holders, [[place]], [kept])
            return holders, tf.minimum(count + 1.0, float(self.size)), place, given

        first = tf.range(self.size), self._count.value, 0, 0
        numbers = self.size + tf.range(tf.shape(uniform)[0])
        holders, counts, places, given = tf.scan(one, (numbers, uniform), first)
        return counts[-1], places, holders[-1], given
