"""Writing to TensorBoard beside `keras.callbacks.TensorBoard`."""

from pathlib import Path

import keras
import tensorflow as tf

# One writer a directory: TensorBoard follows one file in each, and would overlook what
# is added to another.
_writers = {}


class BoardCallback(keras.callbacks.Callback):
    """A callback that shows images in TensorBoard.

    Args:
        log_dir: as for `keras.callbacks.TensorBoard`. The images are in its run
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
        writer = _writers.get(self.folder)
        if writer is None:
            writer = tf.summary.create_file_writer(str(self.folder))
            _writers[self.folder] = writer
        with writer.as_default():
            tf.summary.image(tag, image[None], step=step)
        writer.flush()

    def on_train_end(self, logs=None):
        writer = _writers.get(self.folder)
        if writer is not None:
            writer.flush()
