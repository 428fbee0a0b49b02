"""The run's hyperparameters in the dashboard."""

from pathlib import Path

import keras
import tensorflow as tf


class HParams(keras.callbacks.Callback):
    """Logs hyperparameters to TensorBoard's HPARAMS page, once for a log directory.

    Args:
        log_dir: as for `keras.callbacks.TensorBoard`.
        hparams: name -> number, string or bool; dictionaries in it are flattened to
            names with dots, other values shown as text, None left out.
    """

    def __init__(self, log_dir, hparams):
        super().__init__()
        self.log_dir = Path(log_dir)
        self.hparams = _flat(hparams)

    def on_train_begin(self, logs=None):
        from tensorboard.plugins.hparams import api

        if any(self.log_dir.glob("events.*")):
            return
        with tf.summary.create_file_writer(str(self.log_dir)).as_default():
            api.hparams(self.hparams, trial_id=str(self.log_dir))


def _flat(values, prefix=""):
    flat = {}
    for name, value in values.items():
        if isinstance(value, dict):
            flat.update(_flat(value, f"{prefix}{name}."))
        elif value is None:
            continue
        elif isinstance(value, (bool, int, float, str)):
            flat[f"{prefix}{name}"] = value
        else:
            flat[f"{prefix}{name}"] = str(value)
    return flat
