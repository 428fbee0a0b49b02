"""Writing to TensorBoard: one row of its list of runs for one run."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from kgan.spaces import Endpoint

# One writer per directory: TensorBoard follows one file per directory and overlooks
# what is added to another file.
_writers: dict[Path, tf.summary.SummaryWriter] = {}
# Directory -> tag -> the last step that `write_scalars` wrote.
_written: dict[Path, dict[str, int]] = {}


def writer_of(log_dir: str | Path) -> tf.summary.SummaryWriter:
    """The writer of a directory, one per process."""
    log_dir = Path(log_dir)
    if log_dir not in _writers:
        _writers[log_dir] = tf.summary.create_file_writer(str(log_dir))
    return _writers[log_dir]


def write_scalars(
    writer: tf.summary.SummaryWriter,
    log_dir: str | Path,
    numbers: Mapping[str, float],
    step: int,
) -> None:
    """Writes numbers, tag -> number, each once per step.

    Two callbacks may have the same number: the one that computes it, and the one that
    writes the logs.
    """
    written = _written.setdefault(Path(log_dir), {})
    with writer.as_default():
        for tag, number in numbers.items():
            if written.get(tag) != step:
                tf.summary.scalar(tag, number, step=step)
            written[tag] = step
    writer.flush()


class BoardCallback(keras.callbacks.Callback):
    """A callback that shows images, numbers and text in TensorBoard.

    Args:
        log_dir: the directory of the run. All callbacks with one `log_dir` write to one
            row of TensorBoard's list of runs.
    """

    def __init__(self, log_dir: str | Path) -> None:
        super().__init__()
        self.log_dir = Path(log_dir)

    def check_endpoint(self, endpoint: Endpoint | None, kind: str, shown: str) -> None:
        """Checks before training that the model can be asked.

        Args:
            endpoint: what the callback asks, or None.
            kind: what the endpoint should take and give, in words.
            shown: what the callback shows.

        Raises:
            ValueError: without an endpoint.
        """
        if endpoint is None:
            raise ValueError(
                f"Expected a model with an endpoint {kind}, because "
                f"{type(self).__name__} shows {shown}. Received: "
                f"{type(self.model).__name__} with the endpoints "
                f"{', '.join(self.model.endpoints()) or '(none)'}."
            )

    @property
    def folder(self) -> Path:
        """The directory of the pictures as files: `log_dir`/samples."""
        return self.log_dir / "samples"

    def show(self, tag: str, image: np.ndarray, step: int) -> None:
        """Logs one image, uint8 [height, width, channels]."""
        with self._writing():
            tf.summary.image(tag, image[None], step=step)

    def plot(self, numbers: Mapping[str, float], step: int) -> None:
        """Logs numbers: tag -> number."""
        write_scalars(writer_of(self.log_dir), self.log_dir, numbers, step)

    def tell(self, tag: str, text: str, step: int) -> None:
        """Logs a text as Markdown."""
        with self._writing():
            tf.summary.text(tag, text, step=step)

    @contextlib.contextmanager
    def _writing(self):
        writer = writer_of(self.log_dir)
        with writer.as_default():
            yield
        writer.flush()
