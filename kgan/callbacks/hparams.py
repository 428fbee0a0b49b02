"""Shows the hyperparameters of a run in TensorBoard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from kgan.system.text import flat


class HParams(keras.callbacks.Callback):
    """Logs hyperparameters to TensorBoard's HPARAMS page, once per log directory.

    >>> settings = {"seed": 1, "optimizer": {"name": "Adam", "clipnorm": None}}
    >>> kgan.callbacks.HParams("logs", settings).hparams
    {'seed': 1, 'optimizer.name': 'Adam'}

    Args:
        log_dir: the directory of `keras.callbacks.TensorBoard`.
        hparams: name -> number, string or bool. Dictionaries inside are flattened to
            names with dots, other values are shown as text, None is left out.
    """

    def __init__(self, log_dir: str | Path, hparams: dict[str, Any]) -> None:
        super().__init__()
        self.log_dir = Path(log_dir)
        self.hparams = {
            name: value if isinstance(value, (bool, int, float, str)) else str(value)
            for name, value in flat(hparams).items()
            if value is not None
        }

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        from tensorboard.plugins.hparams import api

        if any(self.log_dir.glob("events.*")):
            return
        with tf.summary.create_file_writer(str(self.log_dir)).as_default():
            api.hparams(self.hparams, trial_id=str(self.log_dir))
