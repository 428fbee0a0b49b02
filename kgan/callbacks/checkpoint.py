"""Stop at any moment, go on as if never stopped."""

import logging
import shutil
import signal
import threading
from pathlib import Path

import keras
import tensorflow as tf

_log = logging.getLogger("kgan")


class Interrupted(KeyboardInterrupt):
    """Training stopped on a signal, after its state was saved.

    Attributes:
        signal: the number of the signal.
        epoch, batch: where training stopped, counted from 0.
    """

    def __init__(self, number, epoch, batch):
        super().__init__(
            f"{signal.Signals(number).name} at epoch {epoch}, batch {batch}"
        )
        self.signal, self.epoch, self.batch = number, epoch, batch


class Checkpoint(keras.callbacks.Callback):
    """Saves the whole state of training, and resumes from the last state saved.

    The state is the networks with their buffers, both optimizers, the averaged
    generator, all random seeds, the epoch's means so far and the place in the data; a
    run
    that was killed and resumed ends with the bits of one that never stopped (on a CPU).
    It is saved every `save_every` steps, after each epoch, and on SIGINT and SIGTERM,
    which then raise `Interrupted`; a second signal acts as if this callback were not
    there. `tf.train.CheckpointManager` writes it: a state counts once it is complete,
    so a kill while writing leaves the one before.

    `fit` starts where the state says; its `epochs` is the number at which to end. Put
    this callback first in the list.

    Args:
        directory: where the states are.
        data: the dataset that `fit` gets, from `kgan.data.load`.
        save_every: steps between saves, at least 1.
        keep: the number of states kept.

    Raises:
        ValueError: if `data` is no dataset of `kgan.data`, or, when training begins, if
            the state is that of another model.
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

    # The state

    def on_train_begin(self, logs=None):
        self._epoch = tf.Variable(0, dtype=tf.int64)
        self._batch = tf.Variable(0, dtype=tf.int64)
        state = tf.train.Checkpoint(
            variables=_variables(self.model), epoch=self._epoch, batch=self._batch
        )
        self._manager = tf.train.CheckpointManager(
            state, str(self.directory), max_to_keep=self.keep
        )
        self._ends_early = False
        self._unsaved = 0
        # Now, for callbacks that begin after this one.
        self._remove_halves()
        self._found = self._restore_newest()
        if self._found:
            # As keras.callbacks.BackupAndRestore tells fit where to start.
            self.model._initial_epoch = int(self._epoch)
        self._catch_signals()

    def on_epoch_begin(self, epoch, logs=None):
        if self._found:
            # Again, because fit has just reset the epoch's means.
            self._manager.checkpoint.restore(self._found).assert_consumed()
            self._found = None
            if int(self._batch) == 0:
                # They are those of the epoch before.
                self.model.reset_metrics()
        elif self._unsaved:
            self._save(epoch, 0)
        else:
            self._place(epoch, 0)
        if self._signal is not None:
            self._interrupt()
        self._seen = 0
        self.position.seek(int(self._epoch), int(self._batch))

    def on_train_batch_end(self, batch, logs=None):
        done = batch + 1 - self._seen
        self._seen = batch + 1
        self._unsaved += done
        self._batch.assign_add(done)
        at, steps = int(self._batch), self.position.steps
        # At the epoch's end, its other callbacks come first.
        if at < steps and self._signal is not None:
            self._interrupt()
        if at < steps and self._unsaved >= self.save_every:
            self._save(int(self._epoch), at)
        if at >= steps and batch + 1 < steps:
            # A resumed epoch has fewer batches than fit expects.
            self._ends_early = self.model.stop_training = True

    def on_epoch_end(self, epoch, logs=None):
        if self._ends_early:
            self._ends_early = self.model.stop_training = False

    def on_train_end(self, logs=None):
        self._restore_handlers()
        self.model._initial_epoch = None
        if self._unsaved:
            at = int(self._batch)
            done = at >= self.position.steps
            self._save(int(self._epoch) + done, 0 if done else at)

    def _restore_newest(self):
        """Restores the newest state that can be read, and returns its path or None."""
        paths = self._manager.checkpoints[::-1]
        for path in paths:
            try:
                _check_same(path, _variables(self.model))
                self._manager.checkpoint.restore(path).assert_consumed()
                return path
            except (tf.errors.OpError, IndexError) as error:
                # Not ValueError: a state of another model is no damaged one.
                _log.warning("kgan: the checkpoint %s cannot be read: %s", path, error)
        if paths:
            raise ValueError(
                f"None of the checkpoints in {self.directory} can be read. Restore "
                "them from a copy, or start in another directory."
            )
        return None

    def _save(self, epoch, batch):
        self._place(epoch, batch)
        try:
            self._manager.save()
        except tf.errors.OpError as error:
            self._remove_halves()
            raise OSError(
                f"The state at epoch {epoch}, batch {batch} cannot be written to "
                f"{self.directory}: is the disk full? The newest complete one is "
                f"{self._manager.latest_checkpoint or 'none yet'}; make room, and "
                f"resume. TensorFlow says: {error.message.splitlines()[0]}"
            ) from error
        self._unsaved = 0

    def _remove_halves(self):
        """Removes what a save that failed, or was killed, left behind."""
        for path in self.directory.glob("*_temp"):
            shutil.rmtree(path, ignore_errors=True)

    def _place(self, epoch, batch):
        self._epoch.assign(epoch)
        self._batch.assign(batch)

    # Signals

    def _catch_signals(self):
        self._handlers = {}
        if threading.current_thread() is not threading.main_thread():
            return
        for number in (signal.SIGINT, signal.SIGTERM):
            self._handlers[number] = signal.signal(number, self._on_signal)

    def _on_signal(self, number, frame):
        self._signal = number
        self._restore_handlers()

    def _restore_handlers(self):
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers = {}

    def _interrupt(self):
        epoch, batch = int(self._epoch), int(self._batch)
        if self._unsaved:
            self._save(epoch, batch)
        raise Interrupted(self._signal, epoch, batch)


def _variables(model):
    """All that training changes, in a fixed order."""
    kept = [
        *model.variables,
        *model.metrics_variables,
        *model.d_optimizer.variables,
        *model.g_optimizer.variables,
    ]
    return [variable.value for variable in kept]


def _check_same(path, variables):
    """Compares shapes, so that a wrong state is told from a damaged one."""
    saved = tf.train.load_checkpoint(path).get_variable_to_shape_map()
    prefix, suffix = "variables/", "/.ATTRIBUTES/VARIABLE_VALUE"
    saved = {name: shape for name, shape in saved.items() if name.startswith(prefix)}
    expected = {
        f"{prefix}{i}{suffix}": v.shape.as_list() for i, v in enumerate(variables)
    }
    if saved != expected:
        differing = sum(saved.get(name) != shape for name, shape in expected.items())
        raise ValueError(
            f"The checkpoint {path} is of another model: expected {len(expected)} "
            f"variables, received {len(saved)}, {differing} of other shapes. Resume "
            "with "
            "the arguments the run began with, or start in another directory."
        )
