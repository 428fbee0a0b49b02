"""Pictures of samples from the same latents, epoch after epoch."""

import logging

import numpy as np

from kgan import images
from kgan.callbacks.board import BoardCallback

_log = logging.getLogger("kgan")


class SamplePictures(BoardCallback):
    """What `SampleGrid` and `SamplePoints` have in common.

    They write a picture of samples every few epochs, counted from 0 for the untrained
    generator, to TensorBoard and to samples/epoch_0001.png under `log_dir`; one of real
    examples once; and at the end samples/training.gif of all of them, those of an
    interrupted run included.

    A subclass writes `picture`.

    Args:
        log_dir: as for `keras.callbacks.TensorBoard`.
        real: float examples [n, ...] to show once for comparison, or None.
        n: the number of samples.
        every: epochs between pictures.
        seed: integer, fixes the latents.
        animation: the name of the animation, with the suffix .gif or .webp.
    """

    def __init__(
        self,
        log_dir,
        real=None,
        *,
        n=64,
        every=1,
        seed=0,
        animation="training.gif",
    ):
        super().__init__(log_dir)
        self.real = real
        self.n = n
        self.every = every
        self.seed = seed
        self.animation = animation

    @property
    def latest(self):
        """The newest picture, or None."""
        return max(self.folder.glob("epoch_*.png"), default=None)

    def picture(self, examples):
        """uint8 [height, width, channels] of float examples [n, ...]."""
        raise NotImplementedError

    def picture_of_real(self):
        """The same of the real examples."""
        return self.picture(self.real[: self.n])

    def on_train_begin(self, logs=None):
        if self.real is not None and not (self.folder / "real.png").exists():
            picture = self.picture_of_real()
            images.save(self.folder / "real.png", picture)
            self.show("real", picture, step=0)
        if self.latest is None:
            self._write(0)

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self.every == 0:
            self._write(epoch + 1)

    def on_train_end(self, logs=None):
        paths = sorted(self.folder.glob("epoch_*.png"))
        frames = [images.read(path) for path in paths]
        frames = [frame for frame in frames if frame.shape == frames[-1].shape]
        if frames:
            images.save_animation(self.folder / self.animation, frames)
        super().on_train_end(logs)

    def _write(self, epochs):
        samples = self.model.generate(self.n, seed=self.seed)
        if not np.isfinite(samples).all():
            _log.warning("kgan: samples after epoch %d contain NaN", epochs)
            samples = np.nan_to_num(samples)
        picture = self.picture(samples)
        images.save(self.folder / f"epoch_{epochs:04d}.png", picture)
        self.show("samples", picture, step=epochs)
