"""Keras' progress bar, which knows where a resumed epoch starts."""

from __future__ import annotations

from typing import Any

import keras


class ProgressBar(keras.callbacks.ProgbarLogger):
    """Counts the steps of an epoch that were made before a stop.

    >>> from kgan.core.progress_bar import ProgressBar
    >>> bar = ProgressBar(data.position)
    >>> history = model.fit(data, callbacks=[bar], verbose=0)

    Args:
        position: the `kgan.data.Position` of the dataset.
    """

    def __init__(self, position: Any) -> None:
        super().__init__()
        self.position = position
        self.before = 0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        # The callbacks before this one have sought the place.
        self.before = self.position.batch
        super().on_epoch_begin(epoch, logs)

    def on_train_batch_end(
        self, batch: int, logs: dict[str, Any] | None = None
    ) -> None:
        super().on_train_batch_end(self.before + batch, logs)

    def _maybe_init_progbar(self):
        if self.progbar is None:
            self.progbar = _Bar(
                target=self.target, verbose=self.verbose, unit_name="step"
            )
            self.progbar.before = self.before


class _Bar(keras.utils.Progbar):
    """Divides the time by the steps that were made in it."""

    before = 0

    def _estimate_step_duration(self, current: int, now: float):
        return super()._estimate_step_duration(max(current - self.before, 0), now)
