"""Shows the hyperparameters of a run in TensorBoard."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from kgan.system.text import flat, without_directories


class HParams(keras.callbacks.Callback):
    """Logs hyperparameters to TensorBoard's HPARAMS page, once per log directory.

    >>> settings = {"seed": 1, "optimizer": {"name": "Adam", "clipnorm": None}}
    >>> kgan.callbacks.HParams("logs", settings).hparams
    {'seed': 1, 'optimizer.name': 'Adam'}

    Args:
        log_dir: the directory of `keras.callbacks.TensorBoard`.
        hparams: name -> number, string or bool. Dictionaries inside are flattened to
            names with dots, other values are shown as text, None is left out. Of
            absolute paths only the last name is shown, see
            `kgan.system.text.without_directories`.
    """

    def __init__(self, log_dir: str | Path, hparams: dict[str, Any]) -> None:
        super().__init__()
        self.log_dir = Path(log_dir)
        self.hparams = {
            name: value if isinstance(value, (bool, int, float, str)) else str(value)
            for name, value in flat(without_directories(hparams)).items()
            if value is not None
        }

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        from tensorboard.plugins.hparams import api

        if any(self.log_dir.glob("events.*")):
            return
        with tf.summary.create_file_writer(str(self.log_dir)).as_default():
            # A trial of its own per directory, without saying where that is.
            trial = hashlib.sha256(str(self.log_dir.absolute()).encode()).hexdigest()
            api.hparams(self.hparams, trial_id=trial[:16])
