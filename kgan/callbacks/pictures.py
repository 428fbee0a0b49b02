"""Shows what a model generates, epoch after epoch."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from kgan.callbacks.board import BoardCallback
from kgan.spaces import Picture
from kgan.spaces.picture import first
from kgan.system import image_files

_log = logging.getLogger("kgan")

_EPOCH = re.compile(r"epoch_\d+")


class Pictures(BoardCallback):
    """Shows what the model makes of the same latents, sources and labels as it trains.

    The model decides what is shown, see `Game.pictures`: samples; rows of one class
    each; source, output and target; real examples and their reconstructions; clouds of
    points over the real points. Every few epochs, each picture goes to TensorBoard and
    to samples/ under `log_dir`: the first picture as epoch_0001.png, others as
    epoch_0001_<name>.png; epoch 0 is the untrained model. Real examples are shown once,
    as real.png. At the end, all versions of the first picture become
    samples/training.gif, also those from before an interruption.

    >>> pictures = kgan.callbacks.Pictures("logs", images, n=16)
    >>> pictures.set_model(model)
    >>> pictures.draw()["generate"].dtype
    dtype('uint8')

    Args:
        log_dir: the directory of `keras.callbacks.TensorBoard`.
        examples: real examples to show, which are also the inputs of models that need
            inputs: one array [n, ...] per space of the data, in the form inside the
            library (images float32 in [-1, 1]); a single array if there is one space.
            None: no examples.
        n: the number of examples per picture; default: 64, or 2,500 points.
        every: epochs between pictures, at least 1. Default: a hundredth of the epochs.
        seed: integer, fixes the latents.
        animation: the file name of the animation, with the suffix .gif or .webp.

    Raises:
        ValueError: for arguments out of range; when training begins, if the model has
            nothing to show, or `examples` are not of its spaces.
    """

    def __init__(
        self,
        log_dir: str | Path,
        examples: Any = None,
        *,
        n: int | None = None,
        every: int | None = None,
        seed: int = 0,
        animation: str = "training.gif",
    ) -> None:
        super().__init__(log_dir)
        if every is not None and every < 1:
            raise ValueError(f"Expected every >= 1. Received: every={every}.")
        self.examples = examples
        self.n = n
        self.every = every
        self.seed = seed
        self.animation = animation

    @property
    def latest(self) -> Path | None:
        """The file of the newest version of the first picture, or None."""
        return max(self._shown(), default=None)

    def draw(self) -> dict[str, np.ndarray]:
        """The pictures of the model now: name -> uint8 [height, width, channels]."""
        pictures = self.model.pictures(self._parts(), self._count(), self.seed)
        drawn = {name: picture.draw() for name, picture in pictures.items()}
        return {name: image for name, image in drawn.items() if image is not None}

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._check()
        if self.examples is not None and not (self.folder / "real.png").exists():
            space, real = self.model.spaces[0], self._parts()[0]
            picture = Picture(space, {"real": first(real, self._count())}).draw()
            if picture is not None:
                image_files.save(self.folder / "real.png", picture)
                self.show("real", picture, step=0)
        if self.latest is None:
            self._write(0)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        epochs = self.params["epochs"]
        every = self.every or max(1, epochs // 100)
        last = self.every is None and epoch + 1 == epochs
        if last or (epoch + 1) % every == 0:
            self._write(epoch + 1)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        frames = [image_files.read(path) for path in sorted(self._shown())]
        frames = [frame for frame in frames if frame.shape == frames[-1].shape]
        if frames:
            image_files.save_animation(self.folder / self.animation, frames)
        super().on_train_end(logs)

    def _write(self, epochs: int):
        for i, (name, picture) in enumerate(self.draw().items()):
            suffix = f"_{name}" if i else ""
            path = self.folder / f"epoch_{epochs:04d}{suffix}.png"
            image_files.save(path, picture)
            self.show(name if i else "samples", picture, step=epochs)

    def _shown(self):
        paths = self.folder.glob("epoch_*.png")
        return [path for path in paths if _EPOCH.fullmatch(path.stem)]

    def _count(self):
        return self.n or self.model.spaces[0].shown

    def _parts(self):
        if self.examples is None:
            return None
        single = len(self.model.spaces) == 1 and not isinstance(self.examples, tuple)
        return (self.examples,) if single else tuple(self.examples)

    def _check(self):
        parts, spaces = self._parts(), self.model.spaces
        if parts is not None:
            if len(parts) != len(spaces):
                raise ValueError(
                    f"Expected examples of {len(spaces)} parts, one per space of the "
                    f"model's data. Received: {len(parts)} parts."
                )
            for part, space in zip(parts, spaces, strict=True):
                space.check(
                    tf.nest.map_structure(tf.convert_to_tensor, part), assertions=False
                )
        if not self.model.pictures(parts, 1 if parts is None else 2, self.seed):
            raise ValueError(
                "Expected a model that has pictures to show. Received: "
                f"{type(self.model).__name__} with the endpoints "
                f"{', '.join(self.model.endpoints()) or '(none)'}."
                f"{' Give examples to Pictures.' if parts is None else ''}"
            )
