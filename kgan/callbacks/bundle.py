"""Several callbacks that act as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras


class Bundle(keras.callbacks.Callback):
    """Calls several callbacks in their order, during training and validation.

    All of them see the same dictionary of logs, so that one may add to it.

    >>> from kgan.callbacks.bundle import Bundle
    >>> ended = []
    >>> note = keras.callbacks.LambdaCallback(on_epoch_end=lambda e, _: ended.append(e))
    >>> bundle = Bundle()
    >>> bundle.parts = [note, note]
    >>> bundle.on_epoch_end(3)
    >>> ended
    [3, 3]

    Attributes:
        parts: the callbacks.
    """

    def __init__(self) -> None:
        super().__init__()
        self.parts: Sequence[keras.callbacks.Callback] = ()

    def set_model(self, model: keras.Model) -> None:
        super().set_model(model)
        for part in self.parts:
            part.set_model(model)

    def set_params(self, params: dict[str, Any]) -> None:
        super().set_params(params)
        for part in self.parts:
            part.set_params(params)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        for part in self.parts:
            part.on_train_begin(logs)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        for part in self.parts:
            part.on_train_end(logs)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        for part in self.parts:
            part.on_epoch_begin(epoch, logs)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        for part in self.parts:
            part.on_epoch_end(epoch, logs)

    def on_train_batch_begin(
        self, batch: int, logs: dict[str, Any] | None = None
    ) -> None:
        for part in self.parts:
            part.on_train_batch_begin(batch, logs)

    def on_train_batch_end(
        self, batch: int, logs: dict[str, Any] | None = None
    ) -> None:
        for part in self.parts:
            part.on_train_batch_end(batch, logs)

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        for part in self.parts:
            part.on_test_begin(logs)

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        for part in self.parts:
            part.on_test_end(logs)
