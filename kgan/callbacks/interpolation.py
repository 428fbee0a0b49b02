"""Shows images between latents during training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras

from kgan.callbacks.board import BoardCallback
from kgan.spaces import Endpoint
from kgan.spaces.interpolation import first_of, gives_images, interpolation_picture
from kgan.system import image_files
from kgan.system.captions import beside_rows

# Rows of classes, at most.
_MOST_CLASSES = 10


class Interpolation(BoardCallback):
    """Shows images between latents.

    See figure 3 of Goodfellow et al. 2014 (arXiv 1406.2661). Each row goes from the
    latent of one seed to that of another: on the left along the straight line, on the
    right along the great circle (see `kgan.latents.interpolate`). The command
    `kgan interpolate` draws the same of a run or an export. Of a model that takes
    labels, one pair of seeds has a row for each class, of at most ten: a column has the
    same latents in all classes. Smooth rows of plausible
    images are a sign that G did not memorize its examples. The picture is written at
    the end of training, and every `every` epochs if given, to TensorBoard and to
    samples/interpolation.png under `log_dir`.

    >>> interpolation = kgan.callbacks.Interpolation("logs", rows=2, steps=5)
    >>> list(interpolation.endpoint_of(model).takes)
    ['latents']

    Args:
        log_dir: the directory of `keras.callbacks.TensorBoard`.
        rows: the number of pairs of seeds, of a model without labels.
        steps: the number of images per pair, both ends included, at least 2.
        every: epochs between pictures; None: only at the end.
        seed: integer, fixes the pairs.

    Raises:
        ValueError: when training begins, if no endpoint of the model takes latents,
            alone or with labels, and gives images.
    """

    def __init__(
        self,
        log_dir: str | Path,
        *,
        rows: int = 8,
        steps: int = 10,
        every: int | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__(log_dir)
        self.rows = rows
        self.steps = steps
        self.every = every
        self.seed = seed
        self._epochs = 0

    @staticmethod
    def endpoint_of(model: keras.Model) -> Endpoint | None:
        """The endpoint that `model.interpolate` asks if it gives images, or None."""
        endpoint = first_of(model.built_endpoints())
        return endpoint if endpoint and gives_images(endpoint) else None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        kind = "that takes latents, alone or with labels, and gives images"
        endpoint = self.endpoint_of(self.model)
        self.check_endpoint(endpoint, kind, "images between latents")

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epochs = epoch + 1
        if self.every and self._epochs % self.every == 0:
            self._write()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self._write()
        super().on_train_end(logs)

    def _write(self):
        ask, rows = self.model.interpolate, self.rows
        given, captions = [{}], []
        endpoint = self.endpoint_of(self.model)
        for name in endpoint.given:
            labels = endpoint.takes[name]
            classes = range(min(_MOST_CLASSES, labels.classes))
            rows, given = 1, [{name: label} for label in classes]
            captions = [labels.title(label) for label in classes]
        grid = interpolation_picture(ask, rows, self.steps, self.seed, given)
        grid = beside_rows(grid, captions)
        image_files.save(self.folder / "interpolation.png", grid)
        self.show("interpolation", grid, step=self._epochs)
