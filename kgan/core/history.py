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
    That is why each replica holds the whole pool, and sends its fakes to all others.

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
        everyone = gathered(tf.cast(fakes, self._fakes.value.dtype))
        pool, count, given = self._through(everyone, uniform)
        self._fakes.assign(pool)
        self._count.assign(count)
        replica = tf.distribute.get_replica_context()
        first = replica.replica_id_in_sync_group * rows
        return tf.cast(given[first : first + rows], fakes.dtype)

    def _through(self, fakes: tf.Tensor, uniform: tf.Tensor):
        """The pool after these fakes, how many it holds, and what comes out."""

        def one(state: Any, item: Any):
            pool, count, _ = state
            fake, (swaps, where) = item[0], tf.unstack(item[1])
            full = count >= float(self.size)
            place = tf.where(full, tf.floor(where * float(self.size)), count)
            place = tf.minimum(tf.cast(place, "int32"), self.size - 1)
            stays = ~full | (swaps < 0.5)
            older = full & (swaps < 0.5)
            given = tf.where(older, pool[place], fake)
            kept = tf.where(stays, fake, pool[place])
            pool = tf.tensor_scatter_nd_update(pool, [[place]], [kept])
            return pool, tf.minimum(count + 1.0, float(self.size)), given

        first = self._fakes.value, self._count.value, tf.zeros_like(fakes[0])
        pools, counts, given = tf.scan(one, (fakes, uniform), first)
        return pools[-1], counts[-1], given
