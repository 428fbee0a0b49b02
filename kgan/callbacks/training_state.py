"""The whole state of training, on disk."""

import logging
import shutil
import tempfile
from pathlib import Path

import tensorflow as tf

from kgan.distribute import is_chief

_log = logging.getLogger("kgan")


class SavedState:
    """The newest state of a training run on disk, to read: no file is changed.

    Args:
        model: a compiled `GAN`.
        directory: where the states are.
    """

    def __init__(self, model, directory):
        self.directory = Path(directory)
        self._epoch = tf.Variable(0, dtype=tf.int64)
        self._batch = tf.Variable(0, dtype=tf.int64)
        kept = _variables(model)
        self._names = [variable.path for variable in kept]
        self._variables = [variable.value for variable in kept]
        self._checkpoint = tf.train.Checkpoint(
            variables=self._variables, epoch=self._epoch, batch=self._batch
        )
        self._newest = None

    @property
    def epoch(self):
        return int(self._epoch)

    @property
    def batch(self):
        return int(self._batch)

    def restore(self):
        """Restores the newest state that can be read.

        Returns:
            Whether there is one.

        Raises:
            ValueError: if it is that of another model, or none can be read.
        """
        found = tf.train.get_checkpoint_state(str(self.directory))
        paths = list(found.all_model_checkpoint_paths)[::-1] if found else []
        for path in paths:
            try:
                _check_same(path, self._variables)
                self._checkpoint.restore(path).assert_consumed()
                self._newest = path
                return True
            except (tf.errors.OpError, IndexError) as error:
                # Not ValueError: a state of another model is no damaged one.
                _log.warning("kgan: the checkpoint %s cannot be read: %s", path, error)
        if paths:
            raise ValueError(
                f"None of the checkpoints in {self.directory} can be read. Restore "
                "them from a copy, or start in another directory."
            )
        return False

    def restore_again(self):
        """Restores what `restore` did."""
        self._checkpoint.restore(self._newest).assert_consumed()


class TrainingState(SavedState):
    """All that training changes, and the place in the data.

    The networks with their buffers, both optimizers, the averaged generator, all random
    seeds, the epoch's means so far, and `epoch` and `batch`, where training goes on.
    `tf.train.CheckpointManager` writes it: a state counts once it is complete,
    so a kill while writing leaves the one before.

    On several machines all take part, because what replicas keep apart is added up
    while saving; the chief's files count, the others' are thrown away. All restore from
    `directory`, which they must share.

    Args:
        model: a compiled `GAN`.
        directory: where the states are.
        keep: the number of states kept.
    """

    def __init__(self, model, directory, keep):
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

    def place(self, epoch, batch):
        """Sets the place."""
        self._epoch.assign(epoch)
        self._batch.assign(batch)

    def save(self, epoch, batch):
        """Writes the state, at this place.

        Raises:
            OSError: if it cannot be written. The ones before are still there.
        """
        self.place(epoch, batch)
        try:
            self._manager.save()
        except (tf.errors.ResourceExhaustedError, tf.errors.InternalError,
                tf.errors.FailedPreconditionError, tf.errors.PermissionDeniedError,
                tf.errors.DataLossError, tf.errors.UnknownError) as error:  # fmt: skip
            self._remove_halves()
            raise OSError(
                f"The state at epoch {epoch}, batch {batch} cannot be written to "
                f"{self.directory}: is the disk full? The newest complete one is "
                f"{self._manager.latest_checkpoint or 'none yet'}; make room, and "
                f"resume. TensorFlow says: {error.message.splitlines()[0]}"
            ) from error

    def not_finite(self):
        """The names of the variables with NaN or infinite values."""
        return [
            name
            for name, variable in zip(self._names, self._variables, strict=True)
            if variable.dtype.is_floating
            and not bool(tf.reduce_all(tf.math.is_finite(variable)))
        ]

    def _remove_halves(self):
        """Removes what a save that failed, or was killed, left behind."""
        for path in self.directory.glob("*_temp"):
            shutil.rmtree(path, ignore_errors=True)


def _variables(model):
    """All that training changes, in a fixed order."""
    return [
        *model.variables,
        *model.metrics_variables,
        *model.d_optimizer.variables,
        *model.g_optimizer.variables,
    ]


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
            "with the arguments the run began with, or start in another directory."
        )
