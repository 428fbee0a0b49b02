"""The pool of fakes: what goes in, what stays, and what comes out."""

import numpy as np
import tensorflow as tf

from kgan.core.history import History


class Game:
    """What a pool needs of a game; the draws are given."""

    def __init__(self, uniform):
        self.numbers, self.draws = list(uniform), self

    def uniform(self, shape):
        taken, self.numbers = self.numbers[: shape[0]], self.numbers[shape[0] :]
        return tf.constant(taken, "float32")

    def state(self, name, value):
        return State(value)


class State:
    dtype = "float32"

    def __init__(self, value):
        self.value = tf.constant(value, self.dtype)

    def assign(self, value):
        self.value = value

    def rows(self, places):
        return tf.gather(self.value, places)

    def assign_rows(self, places, rows):
        self.value = tf.tensor_scatter_nd_update(self.value, places[:, None], rows)


def fakes(*levels):
    return tf.constant(levels, "float32")[:, None]


def test_fills_first_then_swaps_with_one_half():
    swap_first, keep, swap_last = (0.4, 0.0), (0.6, 0.0), (0.1, 0.99)
    draws = [(0.0, 0.9)] * 3 + [swap_first, keep, swap_last, swap_first]
    pool = History(Game(draws), "history", 3, (1,))
    out = pool.swap(fakes(1, 2))
    np.testing.assert_array_equal(out[:, 0], [1, 2])
    # The third fills it; the fourth goes in for the first.
    out = pool.swap(fakes(3, 4))
    np.testing.assert_array_equal(out[:, 0], [3, 1])
    np.testing.assert_array_equal(pool._fakes.value[:, 0], [4, 2, 3])
    # 5 passes, 6 takes the place of 3, 7 that of 4.
    out = pool.swap(fakes(5, 6, 7))
    np.testing.assert_array_equal(out[:, 0], [5, 3, 4])
    np.testing.assert_array_equal(pool._fakes.value[:, 0], [7, 2, 6])


def test_one_place_twice_in_a_batch():
    # 3 goes in for 1, 4 for 3, 5 passes: it looks at the place, which 4 keeps.
    swap, keep = (0.4, 0.0), (0.6, 0.0)
    pool = History(Game([(0.0, 0.0)] * 2 + [swap, swap, keep]), "history", 2, (1,))
    pool.swap(fakes(1, 2))
    out = pool.swap(fakes(3, 4, 5))
    np.testing.assert_array_equal(out[:, 0], [1, 3, 5])
    np.testing.assert_array_equal(pool._fakes.value[:, 0], [4, 2])
