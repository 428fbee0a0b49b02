"""Each epoch of `fit` reads the next epoch of the data."""

from __future__ import annotations

from typing import Any

import keras


class InOrder(keras.callbacks.Callback):
    """Seeks the next epoch, because Keras begins iterations that it does not use.

    Args:
        position: the `kgan.data.Position` of the dataset.
    """

    def __init__(self, position: Any) -> None:
        super().__init__()
        self.position = position
        self.next = position.epoch

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        # A callback that restores a state lets `fit` begin at a later epoch.
        self.next = max(self.next, epoch)
        self.position.seek(self.next)
        self.next += 1

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self.position.seek(self.next, hold=False)
