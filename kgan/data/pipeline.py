"""From a source to batches, in an order that is a function of (seed, epoch)."""

import threading

import keras
import numpy as np
import tensorflow as tf


class Position:
    """Where the next iteration over a dataset starts.

    Each iteration is the next epoch, until `seek` says which; from then on iterations
    start where the last `seek` said. `GAN.fit` seeks the next epoch each time, because
    Keras begins iterations that it does not use.

    Attributes:
        steps: the number of batches in an epoch.
        epoch, batch: the place.
    """

    def __init__(self, steps):
        self.steps = steps
        self.epoch, self.batch, self._held = 0, 0, False
        self._lock = threading.Lock()

    def seek(self, epoch, batch=0, hold=True):
        """Lets iterations start at `batch` of `epoch`.

        An iteration has `steps` batches all the same, the last of them from the epoch
        after.

        Args:
            epoch: counted from 0.
            batch: counted from 0, below `steps`.
            hold: whether all iterations start there, or only the next.

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


class InOrder(keras.callbacks.Callback):
    """Each epoch of `fit` reads the next epoch of the data."""

    def __init__(self, position):
        super().__init__()
        self.position = position
        self.next = position.epoch

    def on_epoch_begin(self, epoch, logs=None):
        self.position.seek(self.next)
        self.next += 1

    def on_train_end(self, logs=None):
        self.position.seek(self.next, hold=False)


def batches(source, stream, batch_size, replicas):
    """The dataset of a source's batches, an epoch an iteration.

    Args:
        source: a `Source`.
        stream: (epoch, batch) scalars -> an endless dataset from that place on.
        batch_size: examples in a batch.
        replicas: see `Source.batches`.
    """
    steps = source.size // batch_size
    position = Position(steps)
    first, count, total = replicas

    def start(_):
        epoch, batch = tf.numpy_function(position._take, [], (tf.int64, tf.int64))
        return tf.ensure_shape(epoch, []), tf.ensure_shape(batch, [])

    def parts(batch):
        equal = tf.reshape(batch, [total, batch_size // total])
        return tf.data.Dataset.from_tensor_slices(equal[first : first + count])

    data = tf.data.Dataset.from_tensors(0).map(start).flat_map(stream).take(steps)
    if total > 1:
        data = data.flat_map(parts)
    data = source.read(data, batch_size // total)
    data = data.apply(tf.data.experimental.assert_cardinality(steps * count))
    data = data.prefetch(2 * count)
    data.source, data.position = source, position
    return data


def index_batches(size, batch_size, shuffle, seed):
    """An endless stream of batches of indices, from any (epoch, batch) on.

    The permutation of an epoch is computed index by index (a block cipher on [0,
    size)), so any place costs the same and nothing is stored.
    """
    steps = size // batch_size

    def indices(epoch, batch):
        place = batch * batch_size + tf.range(batch_size, dtype=tf.int64)
        if not shuffle:
            return place
        # Hashed: the cipher's permutations under neighbouring keys are alike.
        key = tf.random.stateless_uniform(
            [2], [seed, epoch], minval=None, maxval=None, dtype=tf.int32, alg="philox"
        )
        last = tf.constant(size - 1, tf.int64)
        return tf.random.experimental.index_shuffle(place, key, last)

    def stream(epoch, batch):
        first = epoch * steps + batch
        numbers = tf.data.Dataset.range(first, tf.int64.max)
        return numbers.map(lambda n: indices(n // steps, n % steps))

    return stream
