"""Measures the speed of training in images per second."""

from __future__ import annotations

import time
from typing import Any

import keras


class Throughput(keras.callbacks.Callback):
    """Adds `images/s` to the logs: real examples per second, in the epoch so far.

    The first step of a run does not count, because TensorFlow compiles in it.

    >>> throughput = kgan.callbacks.Throughput()
    >>> history = model.fit(data, callbacks=[throughput], verbose=0)
    >>> history.history["images/s"][0] > 0
    True
    """

    def __init__(self) -> None:
        super().__init__()
        self._start = None
        self._first = self._last = 0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._start = None
        self._before = self._counts()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if self._start is not None:
            self._restart(-1)

    def on_train_batch_end(
        self, batch: int, logs: dict[str, Any] | None = None
    ) -> None:
        if self._start is None:
            self._begin(batch)
        elif logs is not None:
            logs["images/s"] = self._rate(batch)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if logs is not None and self._last > self._first:
            logs["images/s"] = self._rate(self._last)

    def _begin(self, batch: int):
        images, steps = (
            now - before
            for now, before in zip(self._counts(), self._before, strict=True)
        )
        # A rollback of the first step leaves nothing to count.
        if steps > 0:
            self._batch_size = images / steps
            self._restart(batch)

    def _restart(self, batch: int):
        self._start, self._first, self._last = time.perf_counter(), batch, batch
        self._end = self._start

    def _rate(self, batch: int):
        if batch != self._last:
            self._last, self._end = batch, time.perf_counter()
        return (batch - self._first) * self._batch_size / (self._end - self._start)

    def _counts(self):
        return int(self.model.images.numpy()), int(self.model.steps.numpy())
