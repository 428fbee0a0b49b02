"""Points in d dimensions, such as samples of a mixture of Gaussians."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kgan.spaces.space import Space

_SIDE, _MARGIN = 400, 0.15
_GRAY, _BLUE = (190, 190, 190), (20, 90, 200)


@keras.saving.register_keras_serializable("kgan")
class Points(Space):
    """Vectors [d] of float32; a scatter plot is their picture.

    >>> space = kgan.spaces.Points(2)
    >>> space.picture({"real": real[:, :2], "samples": fake[:, :2]}).shape
    (400, 400, 3)

    Args:
        d: the number of coordinates, at least 1.

    Raises:
        ValueError: for d below 1.
    """

    backdrop = True
    # Many points make a cloud.
    shown = 2500
    unit = "point"

    def __init__(self, d: int) -> None:
        if d < 1:
            raise ValueError(f"Expected d >= 1. Received: d={d}.")
        self.shape = (int(d),)

    def get_config(self) -> dict[str, Any]:
        return {"d": self.shape[0]}

    def check_values(self, batch: Any) -> None:
        finite = tf.reduce_all(tf.math.is_finite(batch))
        tf.debugging.Assert(finite, ["kgan: expected finite points; received others."])

    def picture(self, columns: dict[str, Any], per_row: int | None = None) -> Any:
        """A cloud for each column, the first one in gray, the others in blue.

        Points of one dimension are shown as histograms, as in figure 1 of Goodfellow
        et al. 2014 (arXiv 1406.2661); of more than two, the first two coordinates. The
        first column says what part of the plane is shown.
        """
        parts = [np.nan_to_num(np.asarray(c, "float64")) for c in columns.values()]
        low, high = parts[0][:, :2].min(axis=0), parts[0][:, :2].max(axis=0)
        size = np.maximum(high - low, 1e-6)
        low, size = low - _MARGIN * size, (1.0 + 2.0 * _MARGIN) * size
        canvas = np.full((_SIDE, _SIDE, 3), 255, "uint8")
        draw = _bars if self.shape == (1,) else _dots
        for i, points in enumerate(parts):
            # Pixels from left and from below; outside of the picture too.
            unit = (points[:, :2] - low) / size
            places = np.floor(np.clip(unit, -1.0, 2.0) * _SIDE).astype(int)
            draw(canvas, places, _BLUE if i else _GRAY)
        return canvas


def _dots(canvas: np.ndarray, places: np.ndarray, colour: tuple[int, int, int]):
    for dx in (-1, 0, 1):
        for dy in (-1, 0, 1):
            x, y = places[:, 0] + dx, places[:, 1] + dy
            inside = (x >= 0) & (x < _SIDE) & (y >= 0) & (y < _SIDE)
            canvas[_SIDE - 1 - y[inside], x[inside]] = colour


def _bars(
    canvas: np.ndarray, places: np.ndarray, colour: tuple[int, int, int], width: int = 8
):
    counts, _ = np.histogram(places[:, 0], _SIDE // width, (0, _SIDE))
    # A standard normal's highest bar fills about half of the height.
    heights = counts / len(places) * _SIDE * 5.0
    for i, height in enumerate(np.minimum(heights, _SIDE).astype(int)):
        inset = 2 if colour == _BLUE else 0
        columns = slice(i * width + inset, (i + 1) * width - inset)
        canvas[_SIDE - height :, columns] = colour
