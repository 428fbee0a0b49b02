"""Writing to TensorBoard beside `keras.callbacks.TensorBoard`."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

# One writer per directory: TensorBoard follows one file per directory and overlooks
# what is added to another file.
_writers = {}


class BoardCallback(keras.callbacks.Callback):
    """A callback that shows images, numbers and text in TensorBoard.

    Args:
        log_dir: the directory of `keras.callbacks.TensorBoard`. The images, numbers and
            texts are in its run "samples".
    """

    def __init__(self, log_dir: str | Path) -> None:
        super().__init__()
        self.log_dir = Path(log_dir)

    @property
    def folder(self) -> Path:
        """The directory of the files: `log_dir`/samples."""
        return self.log_dir / "samples"

    def show(self, tag: str, image: np.ndarray, step: int) -> None:
        """Logs one image, uint8 [height, width, channels]."""
        with self._writing():
            tf.summary.image(tag, image[None], step=step)

    def plot(self, numbers: Mapping[str, float], step: int) -> None:
        """Logs numbers: tag -> number."""
        with self._writing():
            for tag, number in numbers.items():
                tf.summary.scalar(tag, number, step=step)

    def tell(self, tag: str, text: str, step: int) -> None:
        """Logs a text as Markdown."""
        with self._writing():
            tf.summary.text(tag, text, step=step)

    @contextlib.contextmanager
    def _writing(self):
        writer = _writers.get(self.folder)
        if writer is None:
            writer = tf.summary.create_file_writer(str(self.folder))
            _writers[self.folder] = writer
        with writer.as_default():
            yield
        writer.flush()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        writer = _writers.get(self.folder)
        if writer is not None:
            writer.flush()
