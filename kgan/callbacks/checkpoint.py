"""Stop at any moment, go on as if never stopped."""

import logging
import signal
import threading
from pathlib import Path

import keras
import tensorflow as tf

from kgan.callbacks.training_state import TrainingState
from kgan.distribute import several_machines

_log = logging.getLogger("kgan")


class Interrupted(KeyboardInterrupt):
    """Training stopped on a signal, after its state was saved.

    Attributes:
        signal: the number of the signal.
        epoch, batch: where training stopped, counted from 0.
    """

    def __init__(self, number, epoch, batch):
        name = signal.Signals(number).name
        super().__init__(f"{name} at epoch {epoch}, batch {batch}")
        self.signal, self.epoch, self.batch = number, epoch, batch


class Checkpoint(keras.callbacks.Callback):
    """Saves the whole state of training, and resumes from the last state saved.

    A run that was killed and resumed ends with the bits of one that never stopped (on a
    CPU); see `TrainingState` for what is saved. That happens every `save_every` steps,
    after each epoch, and on SIGINT and SIGTERM, which then raise `Interrupted`, on all
    machines at once if there are several; a second signal acts as if this callback were
    not there.

    `fit` starts where the state says; its `epochs` is the number at which to end. Put
    this callback first in the list.

    Args:
        directory: where the states are.
        data: the dataset that `fit` gets, from `kgan.data.load`.
        save_every: steps between saves, at least 1.
        keep: the number of states kept.

    Raises:
        ValueError: if `data` is no dataset of `kgan.data`, or, when training begins, if
            the state is that of another model, or the model's `steps_per_execution`
            does not divide the steps of an epoch.
    """

    def __init__(self, directory, data, *, save_every=250, keep=2):
        super().__init__()
        if not hasattr(data, "position"):
            raise ValueError(
                "Resuming in the middle of an epoch needs a dataset whose place can be "
                f"sought: expected one made by kgan.data.load. Received: data={data!r}."
            )
        if save_every < 1:
            raise ValueError(f"Expected save_every >= 1. Received: {save_every}.")
        self.directory = Path(directory)
        self.position = data.position
        self.save_every = save_every
        self.keep = keep
        self._signal = None

    def on_train_begin(self, logs=None):
        _check_divides(self.model.steps_per_execution, self.position.steps)
        self.state = TrainingState(self.model, self.directory, self.keep)
        self._ends_early = False
        self._unsaved = 0
        # Now, for callbacks that begin after this one.
        self._restored = self._any = self.state.restore()
        if self._restored:
            # As keras.callbacks.BackupAndRestore tells fit where to start.
            self.model._initial_epoch = self.state.epoch
        # The steps' logs are averaged over machines, so that all hear of a signal to
        # one of them at the same step.
        self.model.stop_vote = tf.Variable(0.0, trainable=False)
        self._vote = 0.0
        self._catch_signals()

    def on_epoch_begin(self, epoch, logs=None):
        if self._restored:
            # Again, because fit has just reset the epoch's means.
            self.state.restore_again()
            self._restored = False
            if self.state.batch == 0:
                # They are those of the epoch before.
                self.model.reset_metrics()
        elif self._unsaved:
            self._save(epoch, 0)
        else:
            self.state.place(epoch, 0)
        if self._told_to_stop():
            self._interrupt()
        self._seen = 0
        self.position.seek(self.state.epoch, self.state.batch)

    def on_train_batch_end(self, batch, logs=None):
        done = batch + 1 - self._seen
        self._seen = batch + 1
        self._unsaved += done
        epoch, at, steps = (
            self.state.epoch,
            self.state.batch + done,
            self.position.steps,
        )
        self.state.place(epoch, at)
        self._vote = (logs or {}).pop("stop_vote", 0.0)
        # At the epoch's end, its other callbacks come first.
        if at < steps and self._told_to_stop():
            self._interrupt()
        if at < steps and self._unsaved >= self.save_every:
            self._save(epoch, at)
        if at >= steps and batch + 1 < steps:
            # A resumed epoch has fewer batches than fit expects.
            self._ends_early = self.model.stop_training = True

    def on_epoch_end(self, epoch, logs=None):
        if logs:
            logs.pop("stop_vote", None)
        if self._ends_early:
            self._ends_early = self.model.stop_training = False

    def on_train_end(self, logs=None):
        self._restore_handlers()
        self.model._initial_epoch = None
        if self._unsaved:
            epoch, at = self.state.epoch, self.state.batch
            done = at >= self.position.steps
            self._save(epoch + done, 0 if done else at)

    # Going back

    def save_first(self):
        """Saves the state now, unless there is one to go back to."""
        if not self._any:
            self._save(self.state.epoch, self.state.batch)

    def roll_back(self, change=lambda: None):
        """Restores the newest state, all but its place: the data goes on from here.

        Args:
            change: called before the outcome is saved, to train otherwise from then on.

        Returns:
            (epoch, batch) of the state restored, or None if there is none.
        """
        epoch, at = self.state.epoch, self.state.batch
        if not self.state.restore():
            return None
        before = self.state.epoch, self.state.batch
        if before[0] != epoch or before[1] == 0:
            # They are those of the epoch before.
            self.model.reset_metrics()
        change()
        self.state.place(epoch, at)
        self._unsaved = max(self._unsaved, 1)
        # The end of an epoch is saved when the next begins.
        if at < self.position.steps:
            self._save(epoch, at)
        return before

    def _save(self, epoch, batch):
        broken = self.state.not_finite()
        if broken:
            self.state.place(epoch, batch)
            _log.warning(
                "kgan: the state at epoch %d, batch %d has NaN or infinite values, in "
                "%s first; it is not saved",
                *(epoch, batch, broken[0]),
            )
        else:
            self.state.save(epoch, batch)
            self._any = True
        self._unsaved = 0

    # Signals

    def _catch_signals(self):
        self._handlers = {}
        if threading.current_thread() is not threading.main_thread():
            return
        for number in (signal.SIGINT, signal.SIGTERM):
            self._handlers[number] = signal.signal(number, self._on_signal)

    def _on_signal(self, number, frame):
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
        raise Interrupted(number, self.state.epoch, self.state.batch)


def _check_divides(at_once, steps):
    """A resumed epoch would otherwise end in the middle of an execution."""
    if steps % at_once:
        divisors = [n for n in range(1, steps + 1) if steps % n == 0]
        nearest = sorted(divisors, key=lambda n: abs(n - at_once))[:2]
        raise ValueError(
            f"Expected steps_per_execution that divides the {steps} steps of an epoch, "
            f"so that training can stop and go on exactly. Received: {at_once}. The "
            f"nearest that work: {' or '.join(map(str, sorted(nearest)))}."
        )
