"""The whole state of training, on disk."""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
from pathlib import Path
from typing import Any

import tensorflow as tf

from kgan.distribute.strategies import is_chief
from kgan.system.finite import not_finite_variables

_log = logging.getLogger("kgan")

# Where a checkpoint has them.
_NOTES = "notes/.ATTRIBUTES/py_state"


class SavedState:
    """The newest state of a training run on disk, for reading: no file changes.

        >>> state = kgan.runs.training_state.SavedState(model, "no_checkpoints")
        >>> state.restore()
        False

    Args:
        model: a compiled `kgan.Game`.
        directory: the directory of the states.
    """

    def __init__(self, model: Any, directory: str | Path) -> None:
        self.directory = Path(directory)
        self._epoch = tf.Variable(0, dtype=tf.int64)
        self._batch = tf.Variable(0, dtype=tf.int64)
        self._keras_variables = model.saved_variables
        self._variables = [variable.value for variable in self._keras_variables]
        self._checkpoint = tf.train.Checkpoint(
            variables=self._variables, epoch=self._epoch, batch=self._batch
        )
        self._notes = _Notes(model)
        self._newest = None

    @property
    def epoch(self) -> int:
        """The number of finished epochs."""
        return int(self._epoch)

    @property
    def batch(self) -> int:
        """The number of finished steps of the next epoch."""
        return int(self._batch)

    def restore(self) -> bool:
        """Restores the newest state that can be read.

        Returns:
            True, or False if the directory has no states.

        Raises:
            ValueError: if the state is of another model, or no state can be read.
        """
        index = tf.train.get_checkpoint_state(str(self.directory))
        paths = list(index.all_model_checkpoint_paths)[::-1] if index else []
        for path in paths:
            try:
                _check_same(path, self._variables)
                self._read(path)
                self._newest = path
                return True
            except (tf.errors.OpError, IndexError) as error:
                # A ValueError passes: the state is of another model, not damaged.
                _log.warning("kgan: the checkpoint %s cannot be read: %s", path, error)
        if paths:
            raise ValueError(
                f"Expected a checkpoint that can be read. Received: {self.directory}. "
                "None of the checkpoints in this directory can be read. Restore the "
                "checkpoints from a copy, or train in another directory."
            )
        return False

    def restore_again(self) -> None:
        """Restores the state that `restore` restored."""
        self._read(self._newest)

    def _read(self, path: str):
        saved = tf.train.load_checkpoint(path).get_variable_to_shape_map()
        self._notes.model.notes.clear()
        self._with_notes(_NOTES in saved)
        self._checkpoint.restore(path).assert_consumed()

    def _with_notes(self, there: bool):
        """Whether a checkpoint has notes: without any it is as it always was."""
        if there:
            self._checkpoint.notes = self._notes
        elif hasattr(self._checkpoint, "notes"):
            del self._checkpoint.notes


class _Notes(tf.train.experimental.PythonState):
    """The notes of a model, in a checkpoint."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def serialize(self) -> str:
        return json.dumps(self.model.notes)

    def deserialize(self, string_value: bytes) -> None:
        self.model.notes.update(json.loads(string_value))


class TrainingState(SavedState):
    """Everything that training changes, and the place in the data.

    A state holds the networks with their buffers, the optimizers of all players, the
    averaged networks, all random seeds, the means of the current epoch, the model's
    notes, and the place where training goes on: `epoch` and `batch`.
    `tf.train.CheckpointManager` writes a state. A state counts when it is complete, so
    a process that is killed while it writes leaves the last complete state.

    On several machines, every machine must save, because TensorFlow adds up the
    variables of the replicas while it saves. Only the chief's files count; the other
    machines delete their files. All machines restore from `directory`, so it must be
    on a shared disk.

        >>> state = kgan.runs.training_state.TrainingState(model, "states", keep=2)
        >>> state.save(epoch=1, batch=0)
        >>> state.restore(), state.epoch
        (True, 1)

    Args:
        model: a compiled `kgan.Game`.
        directory: the directory of the states.
        keep: how many states stay on disk.
    """

    def __init__(self, model: Any, directory: str | Path, keep: int) -> None:
        super().__init__(model, directory)
        self._scratch = None
        target = self.directory
        if is_chief(model.distribute_strategy):
            self._remove_halves()
        else:
            self._scratch = tempfile.TemporaryDirectory(prefix="kgan_")
            target = self._scratch.name
        self._manager = tf.train.CheckpointManager(
            self._checkpoint, str(target), max_to_keep=keep
        )

    def place(self, epoch: int, batch: int) -> None:
        """Sets the place in the data: `batch` of `epoch`, both counted from 0."""
        self._epoch.assign(epoch)
        self._batch.assign(batch)

    def save(self, epoch: int, batch: int) -> None:
        """Writes the state at `batch` of `epoch`.

        Raises:
            OSError: if the state cannot be written. Earlier states stay on disk.
        """
        self.place(epoch, batch)
        self._with_notes(bool(self._notes.model.notes))
        try:
            self._manager.save()
        except (tf.errors.ResourceExhaustedError, tf.errors.InternalError,
                tf.errors.FailedPreconditionError, tf.errors.PermissionDeniedError,
                tf.errors.DataLossError, tf.errors.UnknownError) as error:  # fmt: skip
            self._remove_halves()
            raise OSError(
                f"The state in epoch {epoch + 1}, after {batch} of its steps, cannot "
                f"be written to {self.directory}. Is the disk full? Free some space, "
                "and resume; the newest complete one is "
                f"{self._manager.latest_checkpoint or 'none'}. TensorFlow's error: "
                f"{error.message.splitlines()[0]}"
            ) from error

    def not_finite(self) -> list[str]:
        """The paths of the variables with NaN or infinite values."""
        return not_finite_variables(self._keras_variables)

    def _remove_halves(self):
        """Removes the files of a save that failed, or that was killed."""
        for path in self.directory.glob("*_temp"):
            shutil.rmtree(path, ignore_errors=True)


def _check_same(path: str, variables: list[Any]):
    """Raises ValueError if the variables in a checkpoint have other shapes."""
    saved = tf.train.load_checkpoint(path).get_variable_to_shape_map()
    prefix, suffix = "variables/", "/.ATTRIBUTES/VARIABLE_VALUE"
    saved = {name: shape for name, shape in saved.items() if name.startswith(prefix)}
    expected = {
        f"{prefix}{i}{suffix}": v.shape.as_list() for i, v in enumerate(variables)
    }
    if saved != expected:
        differing = sum(saved.get(name) != shape for name, shape in expected.items())
        raise ValueError(
            f"Expected a checkpoint of this model, with {len(expected)} variables. "
            f"Received: {path}, which is of another model, with {len(saved)} "
            f"variables; {differing} variables have other shapes. Resume with the "
            "arguments of the first start, or train in another directory."
        )
