"""From a source to batches, in an order that is a function of (seed, epoch)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from kgan.data import windows

if TYPE_CHECKING:
    from kgan.data.sources import Source


class Position:
    """Where the next iteration over a dataset starts.

    Without `seek`, each iteration reads the epoch after the last one. After `seek`,
    every iteration starts at the place that was sought. `Game.fit` seeks before each
    epoch, because Keras begins some iterations without using them.

        >>> dataset = source.batches(32)
        >>> dataset.position.seek(epoch=3, batch=1)
        >>> dataset.position.epoch, dataset.position.batch
        (3, 1)

    Args:
        steps: the number of batches per epoch.

    Attributes:
        steps: the number of batches per epoch.
        epoch, batch: the place, both counted from 0.
    """

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.epoch, self.batch, self._held = 0, 0, False
        self._lock = threading.Lock()

    def seek(self, epoch: int, batch: int = 0, hold: bool = True) -> None:
        """Lets iterations start at `batch` of `epoch`.

        Every iteration has `steps` batches. If it starts within an epoch, its last
        batches come from the next epoch.

        Args:
            epoch: counted from 0.
            batch: counted from 0, below `steps`.
            hold: True if every iteration starts there, False if only the next one does.

        Raises:
            ValueError: if there is no such batch.
        """
        if epoch < 0 or not 0 <= batch < self.steps:
            raise ValueError(
                f"Expected epoch >= 0 and 0 <= batch < {self.steps}. "
                f"Received: epoch={epoch}, batch={batch}."
            )
        with self._lock:
            self.epoch, self.batch, self._held = epoch, batch, hold

    def _take(self):
        with self._lock:
            start = np.int64(self.epoch), np.int64(self.batch)
            if not self._held:
                self.epoch, self.batch = self.epoch + 1, 0
        return start


def batches(
    source: Source,
    stream: Callable[[tf.Tensor, tf.Tensor], tf.data.Dataset],
    batch_size: int,
    replicas: tuple[int, int, int],
) -> tf.data.Dataset:
    """The dataset of a source's batches, one epoch per iteration.

    Args:
        source: a `Source`.
        stream: (epoch, batch) scalars -> an endless dataset from that place on.
        batch_size: examples per batch.
        replicas: (first, count, total), see `Source.batches`.

    Returns:
        A dataset with the attributes `source` and `position`.
    """
    steps = source.size // batch_size
    position = Position(steps)
    first, count, total = replicas

    def start(_: Any):
        epoch, batch = tf.numpy_function(position._take, [], (tf.int64, tf.int64))
        return tf.ensure_shape(epoch, []), tf.ensure_shape(batch, [])

    def cut(batch: Any):
        equal = tf.reshape(batch, [total, batch_size // total])
        return equal[first : first + count]

    def parts(*batch: Any):
        # A batch is a tensor, or a tree: with keys, of both sets of unpaired images.
        equal = tf.nest.map_structure(cut, batch if len(batch) > 1 else batch[0])
        return tf.data.Dataset.from_tensor_slices(equal)

    data = tf.data.Dataset.from_tensors(0).map(start).flat_map(stream).take(steps)
    if total > 1:
        data = data.flat_map(parts)
    data = source.read(data, batch_size // total)
    data = data.apply(tf.data.experimental.assert_cardinality(steps * count))
    data = data.prefetch(2 * count)
    data.source, data.position = source, position
    return data


def index_batches(
    size: int, batch_size: int, shuffle: bool, seed: int
) -> Callable[[tf.Tensor, tf.Tensor], tf.data.Dataset]:
    """An endless stream of batches of indices, from any (epoch, batch) on.

    The permutation of an epoch is computed index by index, by a block cipher on
    [0, size). So the stream starts at any place at the same cost and stores nothing.

    Args:
        size: the number of examples.
        batch_size: indices per batch.
        shuffle: whether the order is permuted.
        seed: integer, fixes the permutations.

    Returns:
        (epoch, batch) int64 scalars -> a dataset of indices int64 [batch_size].
    """
    steps = size // batch_size

    def indices(epoch: Any, batch: Any):
        place = batch * batch_size + tf.range(batch_size, dtype=tf.int64)
        if not shuffle:
            return place
        # The key is a hash, because neighbouring keys give similar permutations.
        key = tf.random.stateless_uniform(
            [2], [seed, epoch], minval=None, maxval=None, dtype=tf.int32, alg="philox"
        )
        last = tf.constant(size - 1, tf.int64)
        return tf.random.experimental.index_shuffle(place, key, last)

    def stream(epoch: Any, batch: Any):
        first = epoch * steps + batch
        numbers = tf.data.Dataset.range(first, tf.int64.max)
        return numbers.map(lambda n: indices(n // steps, n % steps))

    return stream


def with_keys(
    stream: Callable[[tf.Tensor, tf.Tensor], tf.data.Dataset],
    size: int,
    batch_size: int,
    seed: int,
) -> Callable[[tf.Tensor, tf.Tensor], tf.data.Dataset]:
    """A stream whose elements have a key per example, see `kgan.data.windows`.

    Args:
        stream: as `index_batches` returns it.
        size: the number of examples.
        batch_size: examples per batch.
        seed: integer, fixes the keys.

    Returns:
        (epoch, batch) -> a dataset of (element, keys int64 [batch_size]).
    """
    steps = size // batch_size

    def keys(number: Any):
        places = number % steps * batch_size + tf.range(batch_size, dtype=tf.int64)
        return windows.keys(seed, number // steps, places)

    def keyed(epoch: Any, batch: Any):
        numbers = tf.data.Dataset.range(epoch * steps + batch, tf.int64.max)
        return tf.data.Dataset.zip(stream(epoch, batch), numbers.map(keys))

    return keyed
