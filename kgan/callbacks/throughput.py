"""Images per second."""

import time

import keras


class Throughput(keras.callbacks.Callback):
    """Adds `images/s` to the logs: the real examples a second of the epoch so far.

    The first step of a run, in which TensorFlow compiles, does not count.

    Args:
        batch_size: examples that `fit` takes in a step.
    """

    def __init__(self, batch_size):
        super().__init__()
        self.batch_size = batch_size
        self._start = None

    def on_train_begin(self, logs=None):
        self._start = None

    def on_epoch_begin(self, epoch, logs=None):
        if self._start is not None:
            self._restart(-1)

    def on_train_batch_end(self, batch, logs=None):
        if self._start is None:
            self._restart(batch)
        elif logs is not None:
            logs["images/s"] = self._rate(batch)

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None and self._last > self._first:
            logs["images/s"] = self._rate(self._last)

    def _restart(self, batch):
        self._start, self._first, self._last = time.perf_counter(), batch, batch
        self._end = self._start

    def _rate(self, batch):
        if batch != self._last:
            self._last, self._end = batch, time.perf_counter()
        return (batch - self._first) * self.batch_size / (self._end - self._start)
