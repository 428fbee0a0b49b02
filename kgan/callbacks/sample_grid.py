"""A tile of samples from the same latents, epoch after epoch."""

import logging

import numpy as np
from PIL import Image

from kgan import images
from kgan.callbacks.board import BoardCallback

_log = logging.getLogger("kgan")


class SampleGrid(BoardCallback):
    """Watches fixed latents become images.

    Writes one tiled image to TensorBoard and to samples/epoch_0001.png under `log_dir`
    every `every` epochs, counted from 0 for the untrained generator; the real images
    once; and at the end samples/training.gif of all of them, those of an interrupted
    run included.

    Args:
        log_dir: as for `keras.callbacks.TensorBoard`.
        real: float images [n, height, width, channels] in [-1, 1] to show once for
            comparison, or None.
        n: the number of samples.
        columns: samples in a row; default: about as many as rows.
        every: epochs between tiles.
        seed: integer, fixes the latents.
        animation: the name of the animation, with the suffix .gif or .webp.

    Raises:
        ValueError: in `on_train_begin`, if the model does not make images.
    """

    def __init__(
        self,
        log_dir,
        real=None,
        *,
        n=64,
        columns=None,
        every=1,
        seed=0,
        animation="training.gif",
    ):
        super().__init__(log_dir)
        self.real = real
        self.n = n
        self.columns = columns
        self.every = every
        self.seed = seed
        self.animation = animation

    @property
    def latest(self):
        """The newest tile, or None."""
        return max(self.folder.glob("epoch_*.png"), default=None)

    def on_train_begin(self, logs=None):
        if len(self.model.image_shape) != 3:
            raise ValueError(
                "SampleGrid shows images [height, width, channels]. Received: a model "
                f"that makes examples of shape {self.model.image_shape}."
            )
        if self.real is not None and not (self.folder / "real.png").exists():
            tile = images.tile(images.to_uint8(self.real)[: self.n], self.columns)
            images.save(self.folder / "real.png", tile)
            self.show("real", tile, step=0)
        if self.latest is None:
            self._write(0)

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self.every == 0:
            self._write(epoch + 1)

    def on_train_end(self, logs=None):
        paths = sorted(self.folder.glob("epoch_*.png"))
        frames = [_read(path) for path in paths]
        frames = [frame for frame in frames if frame.shape == frames[-1].shape]
        if frames:
            images.save_animation(self.folder / self.animation, frames)
        super().on_train_end(logs)

    def _write(self, epochs):
        samples = self.model.generate(self.n, seed=self.seed)
        if not np.isfinite(samples).all():
            _log.warning("kgan: samples after epoch %d contain NaN", epochs)
            samples = np.nan_to_num(samples)
        tile = images.tile(images.to_uint8(samples), self.columns)
        images.save(self.folder / f"epoch_{epochs:04d}.png", tile)
        self.show("samples", tile, step=epochs)


def _read(path):
    pixels = np.array(Image.open(path))
    return pixels[..., None] if pixels.ndim == 2 else pixels
