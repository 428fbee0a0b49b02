"""A cloud of generated points over the real ones, epoch after epoch."""

import numpy as np

from kgan.callbacks.sample_pictures import SamplePictures

_SIDE, _MARGIN = 400, 0.15
_GRAY, _BLUE = (190, 190, 190), (20, 90, 200)


class SamplePoints(SamplePictures):
    """Watches points find their modes: samples in blue on real ones in gray.

    Points of one dimension are shown as two histograms, the real one behind, as in
    figure 1 of Goodfellow et al. 2014 (arXiv 1406.2661); of more than two, the first
    two coordinates. See `SamplePictures`.

    Args:
        log_dir: as for `keras.callbacks.TensorBoard`.
        real: float points [m, d], which also say what part of the plane is shown.
        n: the number of samples.
        **kwargs: `every`, `seed` and `animation` of `SamplePictures`.

    Raises:
        ValueError: if `real` are no points.
    """

    def __init__(self, log_dir, real, *, n=2500, **kwargs):
        real = np.asarray(real)
        if real.ndim != 2 or not len(real):
            raise ValueError(
                f"Expected real points [m, d]. Received: shape {real.shape}."
            )
        super().__init__(log_dir, real, n=n, **kwargs)
        low, high = real[:, :2].min(axis=0), real[:, :2].max(axis=0)
        size = np.maximum(high - low, 1e-6)
        self._low, self._size = low - _MARGIN * size, (1.0 + 2.0 * _MARGIN) * size

    def picture(self, examples):
        canvas = self.picture_of_real()
        self._draw(canvas, examples, _BLUE)
        return canvas

    def picture_of_real(self):
        canvas = np.full((_SIDE, _SIDE, 3), 255, "uint8")
        self._draw(canvas, self.real[: self.n], _GRAY)
        return canvas

    def _draw(self, canvas, points, colour):
        draw = _bars if self.real.shape[1] == 1 else _dots
        draw(canvas, self._places(points), colour)

    def _places(self, points):
        """Pixels [n, 1 or 2], from left and from below; outside of the picture too."""
        unit = (points[:, :2] - self._low) / self._size
        return np.floor(np.clip(unit, -1.0, 2.0) * _SIDE).astype(int)


def _dots(canvas, places, colour):
    for dx in (-1, 0, 1):
        for dy in (-1, 0, 1):
            x, y = places[:, 0] + dx, places[:, 1] + dy
            inside = (x >= 0) & (x < _SIDE) & (y >= 0) & (y < _SIDE)
            canvas[_SIDE - 1 - y[inside], x[inside]] = colour


def _bars(canvas, places, colour, width=8):
    counts, _ = np.histogram(places[:, 0], _SIDE // width, (0, _SIDE))
    # A standard normal's highest bar fills about half of the height.
    heights = counts / len(places) * _SIDE * 5.0
    for i, height in enumerate(np.minimum(heights, _SIDE).astype(int)):
        inset = 2 if colour == _BLUE else 0
        columns = slice(i * width + inset, (i + 1) * width - inset)
        canvas[_SIDE - height :, columns] = colour
