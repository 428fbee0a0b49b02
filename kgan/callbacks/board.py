"""Writing to TensorBoard beside `keras.callbacks.TensorBoard`."""

import contextlib
from pathlib import Path

import keras
import tensorflow as tf

# One writer a directory: TensorBoard follows one file in each, and would overlook what
# is added to another.
_writers = {}


class BoardCallback(keras.callbacks.Callback):
    """A callback that shows images, numbers and text in TensorBoard.

    Args:
        log_dir: as for `keras.callbacks.TensorBoard`. What is shown is in its run
            "samples".
    """

    def __init__(self, log_dir):
        super().__init__()
        self.log_dir = Path(log_dir)

    @property
    def folder(self):
        """Where the files are: `log_dir`/samples."""
        return self.log_dir / "samples"

    def show(self, tag, image, step):
        """Logs one uint8 image [height, width, channels]."""
        with self._writing():
            tf.summary.image(tag, image[None], step=step)

    def plot(self, numbers, step):
        """Logs numbers by their tags."""
        with self._writing():
            for tag, number in numbers.items():
                tf.summary.scalar(tag, number, step=step)

    def tell(self, tag, text, step):
        """Logs a text."""
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

    def on_train_end(self, logs=None):
        writer = _writers.get(self.folder)
        if writer is not None:
            writer.flush()
