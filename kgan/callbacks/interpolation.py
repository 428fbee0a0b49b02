"""Walks through the space of latents."""

import numpy as np

from kgan import images, latents, seeds
from kgan.callbacks.board import BoardCallback


class Interpolation(BoardCallback):
    """Shows what lies between latents: figure 3 of Goodfellow et al. 2014.

    Each row goes from one latent to another; on the left along the straight line, on
    the right along the great circle (see `kgan.latents.interpolate`). Smooth rows of
    plausible images say that G did not learn its examples by heart. Written at the end
    of training, and every `every` epochs if given, to TensorBoard and to
    samples/interpolation.png under `log_dir`.

    Args:
        log_dir: as for `keras.callbacks.TensorBoard`.
        rows: pairs of latents.
        steps: images from one to the other, at least 2.
        every: epochs between grids; None: at the end only.
        seed: integer, fixes the pairs.
    """

    def __init__(self, log_dir, *, rows=8, steps=10, every=None, seed=0):
        super().__init__(log_dir)
        self.rows = rows
        self.steps = steps
        self.every = every
        self.seed = seed
        self._epochs = 0

    def on_epoch_end(self, epoch, logs=None):
        self._epochs = epoch + 1
        if self.every and self._epochs % self.every == 0:
            self._write()

    def on_train_end(self, logs=None):
        self._write()
        super().on_train_end(logs)

    def _write(self):
        grid = interpolation_grid(self.model, self.rows, self.steps, self.seed)
        images.save(self.folder / "interpolation.png", grid)
        self.show("interpolation", grid, step=self._epochs)


def interpolation_grid(model, rows=8, steps=10, seed=0):
    """The grid of `Interpolation` as uint8 [height, width, channels]."""
    seed = seeds.derive(seed, "interpolation")
    ends = model.latent_prior.sample((2, rows, model.latent_dim), seed)
    halves = []
    for path in ("linear", "spherical"):
        z = latents.interpolate(*np.asarray(ends), steps, path)
        samples = model.synthesize(z.reshape(rows * steps, -1))
        halves.append(images.tile(images.to_uint8(samples), columns=steps))
    return images.beside(*halves)
