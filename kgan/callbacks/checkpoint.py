"""Saves the state of training, so that a stopped run continues exactly."""

from __future__ import annotations

import logging
import math
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from kgan.distribute.strategies import several_machines
from kgan.runs.training_state import TrainingState

_log = logging.getLogger("kgan")


class Interrupted(KeyboardInterrupt):
    """Training stopped on a signal; the message says what of it is saved.

    >>> print(kgan.callbacks.Interrupted(15, epoch=2, batch=7))
    SIGTERM in epoch 3, after 7 of its steps. All is saved: the same fit goes on.

    Args:
        number: of the signal.
        epoch: the number of finished epochs.
        batch: the number of finished steps of the next epoch.
        within: whether the steps of this epoch are saved too.

    Attributes:
        signal: the number of the signal.
        epoch, batch: as given.
    """

    def __init__(
        self, number: int, epoch: int, batch: int, within: bool = True
    ) -> None:
        if within or not batch:
            saved = "All is saved: the same fit goes on."
        elif epoch:
            saved = f"Saved are {epoch} epochs: the same fit begins the next one again."
        else:
            saved = "Nothing is saved yet, because no epoch is finished."
        place = f"epoch {epoch + 1}, after {batch} of its steps"
        super().__init__(f"{signal.Signals(number).name} in {place}. {saved}")
        self.signal, self.epoch, self.batch = number, epoch, batch


class Checkpoint(keras.callbacks.Callback):
    """Saves the whole state of training, and resumes from the last saved state.

    On a CPU, a run that is killed and resumed ends with the same bits as a run that
    never stops; `TrainingState` says what is saved. A state is saved every `save_every`
    steps, after each epoch, and on SIGINT and SIGTERM. These signals then raise
    `Interrupted`, on all machines at the same step. A second signal acts as if this
    callback were not there.

    `fit` starts at the place of the saved state; the `epochs` of `fit` is the number of
    the last epoch. Put this callback first in the list.

    Data that are not from `kgan.data.load` do not know their place. With them a state
    is saved at the ends of epochs alone: a stopped epoch begins again.

    >>> checkpoint = kgan.callbacks.Checkpoint("checkpoints", data, save_every=100)
    >>> history = model.fit(data, callbacks=[checkpoint])  # doctest: +SKIP

    Args:
        directory: the directory of the states.
        data: the dataset for `fit`, from `kgan.data.load` or another.
        save_every: steps between saves within an epoch, at least 1.
        keep: the number of states to keep.

    Raises:
        ValueError: for `save_every` below 1; when training begins, if the state is of
            another model, or if the model's `steps_per_execution` does not divide the
            steps of an epoch of `kgan.data`.
    """

    def __init__(
        self,
        directory: str | Path,
        data: Any,
        *,
        save_every: int = 250,
        keep: int = 2,
    ) -> None:
        super().__init__()
        if save_every < 1:
            raise ValueError(f"Expected save_every >= 1. Received: {save_every}.")
        self.directory = Path(directory)
        self.position = getattr(data, "position", None)
        self._steps = math.inf if self.position is None else self.position.steps
        self.save_every = save_every
        self.keep = keep
        self._signal = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        if self.position is not None:
            _check_divides(self.model.steps_per_execution, self._steps)
        self.state = TrainingState(self.model, self.directory, self.keep)
        self._ends_early = False
        self._unsaved = 0
        # Now, because the callbacks after this one read the restored state.
        self._restored = self._has_state = self.state.restore()
        if self._restored:
            # keras.callbacks.BackupAndRestore sets fit's first epoch in this way too.
            self.model._initial_epoch = self.state.epoch
            if self.state.epoch >= self.params.get("epochs", math.inf):
                _log.warning(
                    "kgan: nothing is left to do: %s has %d epochs, and fit was asked "
                    "for %d; give a larger number of epochs to go on",
                    self.directory,
                    self.state.epoch,
                    self.params["epochs"],
                )
        # A step's logs are averaged over machines, so that all machines learn of a
        # signal to one of them at the same step.
        self.model.stop_vote = tf.Variable(0.0, trainable=False)
        self._vote = 0.0
        self._catch_signals()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if self._restored:
            # Again, because fit just reset the means of the epoch.
            self.state.restore_again()
            self._restored = False
            if self.state.batch == 0:
                # The restored means are of the epoch before.
                self.model.reset_metrics()
        elif self._unsaved:
            self._save(epoch, 0)
        else:
            self.state.place(epoch, 0)
        if self._told_to_stop():
            self._interrupt()
        self._seen = 0
        if self.position is not None:
            self.position.seek(self.state.epoch, self.state.batch)

    def on_train_batch_end(
        self, batch: int, logs: dict[str, Any] | None = None
    ) -> None:
        done = batch + 1 - self._seen
        self._seen = batch + 1
        self._unsaved += done
        epoch, at, steps = (
            self.state.epoch,
            self.state.batch + done,
            self._steps,
        )
        self.state.place(epoch, at)
        self._vote = (logs or {}).pop("stop_vote", 0.0)
        # At the end of an epoch, the other callbacks run first.
        if at < steps and self._told_to_stop():
            self._interrupt()
        if at < steps and self._unsaved >= self.save_every:
            self._save(epoch, at)
        if at >= steps and batch + 1 < steps:
            # A resumed epoch has fewer batches than fit expects.
            self._ends_early = self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if logs:
            logs.pop("stop_vote", None)
        if self.position is None:
            # The callbacks after this one are at the beginning of the next epoch.
            self.state.place(epoch + 1, 0)
        if self._ends_early:
            self._ends_early = self.model.stop_training = False

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self._restore_handlers()
        self.model._initial_epoch = None
        if self._unsaved:
            epoch, at = self.state.epoch, self.state.batch
            done = at >= self._steps
            self._save(epoch + done, 0 if done else at)

    # Rolling back

    def save_first(self) -> None:
        """Saves the state now, unless there is a saved state."""
        if not self._has_state:
            self._save(self.state.epoch, self.state.batch)

    def roll_back(
        self, change: Callable[[], None] = lambda: None
    ) -> tuple[int, int] | None:
        """Restores the newest state but keeps the place: the data continues from here.

        Args:
            change: called before the result is saved; it may change how training goes
                on, such as the learning rates.

        Returns:
            (epoch, batch) of the restored state, or None if there is no saved state.
        """
        epoch, at = self.state.epoch, self.state.batch
        if not self.state.restore():
            return None
        restored = self.state.epoch, self.state.batch
        if restored[0] != epoch or restored[1] == 0:
            # The restored means are of the epoch before.
            self.model.reset_metrics()
        change()
        self.state.place(epoch, at)
        self._unsaved = max(self._unsaved, 1)
        # The end of an epoch is saved when the next epoch begins.
        if at < self._steps:
            self._save(epoch, at)
        return restored

    def _save(self, epoch: int, batch: int):
        if self.position is None and batch:
            return
        broken = self.state.not_finite()
        if broken:
            self.state.place(epoch, batch)
            _log.warning(
                "kgan: the state in epoch %d, after %d of its steps, is not saved: it "
                "has NaN or infinite values, first in %s",
                *(epoch + 1, batch, broken[0]),
            )
        else:
            self.state.save(epoch, batch)
            self._has_state = True
        self._unsaved = 0

    # Signals

    def _catch_signals(self):
        self._handlers = {}
        if threading.current_thread() is not threading.main_thread():
            return
        for number in (signal.SIGINT, signal.SIGTERM):
            self._handlers[number] = signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: Any):
        self._signal = number
        self.model.stop_vote.assign(1.0)
        self._restore_handlers()

    def _restore_handlers(self):
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers = {}

    def _told_to_stop(self):
        if several_machines(self.model.distribute_strategy):
            return self._vote > 0
        return self._signal is not None

    def _interrupt(self):
        if self._unsaved:
            self._save(self.state.epoch, self.state.batch)
        number = self._signal or signal.SIGTERM
        place = self.state.epoch, self.state.batch
        raise Interrupted(number, *place, within=self.position is not None)


def _check_divides(at_once: int, steps: int):
    """Raises ValueError if a resumed epoch would end in the middle of an execution."""
    if steps % at_once:
        divisors = [n for n in range(1, steps + 1) if steps % n == 0]
        nearest = sorted(divisors, key=lambda n: abs(n - at_once))[:2]
        raise ValueError(
            "Expected a steps_per_execution that divides the number of steps of an "
            f"epoch, {steps}, so that training can resume exactly. Received: "
            f"{at_once}. The nearest that work: "
            f"{' or '.join(map(str, sorted(nearest)))}."
        )
