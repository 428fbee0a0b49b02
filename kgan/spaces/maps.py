"""Maps: a number at each pixel of an image, such as how strange the pixel is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kgan.spaces.images import tile
from kgan.spaces.space import Space

# Heat, from 0 to 1: (where, red, green, blue), dark to bright.
_HEAT = np.array(
    [
        (0.00, 0, 0, 4),
        (0.25, 87, 16, 110),
        (0.50, 188, 55, 84),
        (0.75, 249, 142, 9),
        (1.00, 252, 255, 164),
    ]
)
# Where heat covers most of an image, it covers this share.
_COVER = 0.75


@keras.saving.register_keras_serializable("kgan")
class Maps(Space):
    """Numbers [height, width] of float32, at least 0, one per pixel.

    >>> space = kgan.spaces.Maps((28, 28))
    >>> space.describe()
    'map 28x28'
    >>> space.picture({"maps": np.zeros((4, 28, 28))}).shape
    (62, 62, 3)

    Args:
        shape: (height, width).

    Raises:
        ValueError: for another rank, or a side below 1.
    """

    unit = "map"

    def __init__(self, shape: Sequence[int]) -> None:
        shape = tuple(shape)
        if len(shape) != 2 or min(shape) < 1:
            raise ValueError(
                f"Expected maps of shape (height, width). Received: shape={shape}."
            )
        self.shape = tuple(int(side) for side in shape)

    def get_config(self) -> dict[str, Any]:
        return {"shape": list(self.shape)}

    def check_values(self, batch: Any) -> None:
        finite = tf.reduce_all(tf.math.is_finite(batch))
        tf.debugging.Assert(finite, ["kgan: expected finite maps; received others."])

    def from_public(self, batch: Any) -> Any:
        return tf.cast(batch, self.dtype)

    def picture(self, columns: dict[str, Any], per_row: int | None = None) -> Any:
        """Maps as heat, from 0 to the highest number of all of them."""
        parts = [np.asarray(column, "float32") for column in columns.values()]
        top = max(float(np.nanmax(part)) for part in parts)
        rows = np.stack([heat(part, top) for part in parts], axis=1)
        per_row = per_row or max(1, round((len(rows) / len(parts)) ** 0.5))
        return tile(rows.reshape(-1, *rows.shape[2:]), per_row * len(parts))


def smoothed(maps: Any, sigma: float) -> tf.Tensor:
    """Maps under a Gaussian window, in the graph.

    Each number becomes the mean of its neighbours with the weights exp(-d^2 / 2
    sigma^2), d the distance in pixels; beyond the border there are no neighbours, and
    the weights of the others add up to 1.

    >>> maps = np.zeros((1, 9, 9), "float32")
    >>> maps[0, 4, 4] = 1.0
    >>> round(float(kgan.spaces.maps.smoothed(maps, 1.0)[0, 4, 4]), 3)
    0.159

    Args:
        maps: [batch, height, width].
        sigma: in pixels; 0 for maps as they are.
    """
    maps = tf.convert_to_tensor(maps)
    if not sigma:
        return maps
    rows, columns = (_window(side, sigma) for side in maps.shape[1:])
    rows, columns = (tf.constant(x, maps.dtype) for x in (rows, columns))
    # [h, H] [b, H, W] [w, W]^T
    return tf.matmul(tf.matmul(rows, maps), columns, transpose_b=True)


def heat(maps: Any, top: float) -> np.ndarray:
    """Maps in colors: 0 is black, `top` and more is light yellow.

    >>> kgan.spaces.maps.heat(np.array([[[0.0, 2.0]]]), top=1.0)[0, 0].tolist()
    [[0, 0, 4], [252, 255, 164]]

    Args:
        maps: [n, height, width].
        top: what is brightest.

    Returns:
        uint8 [n, height, width, 3].
    """
    share = _share(maps, top)
    colors = [np.interp(share, _HEAT[:, 0], _HEAT[:, i]) for i in (1, 2, 3)]
    return np.round(np.stack(colors, axis=-1)).astype("uint8")


def overlay(images: np.ndarray, maps: Any, top: float) -> np.ndarray:
    """Images under their heat: the hotter a pixel, the less of the image is seen.

    >>> images = np.full((1, 2, 2, 1), 200, "uint8")
    >>> cold = kgan.spaces.maps.overlay(images, np.zeros((1, 2, 2)), top=1.0)
    >>> bool((cold == 200).all())
    True

    Args:
        images: uint8 [n, height, width, 1, 3 or 4 channels].
        maps: [n, height, width].
        top: what is brightest, see `heat`.

    Returns:
        uint8 [n, height, width, 3].
    """
    colors = images[..., :3] if images.shape[-1] > 2 else images[..., :1]
    cover = _COVER * _share(maps, top)[..., None]
    mixed = (1.0 - cover) * colors + cover * heat(maps, top)
    return np.round(mixed).astype("uint8")


def _share(maps: Any, top: float):
    maps = np.nan_to_num(np.asarray(maps, "float64"))
    return np.clip(maps / max(top, 1e-12), 0.0, 1.0)


def _window(side: int, sigma: float):
    """[side, side]: row i has the weights of all pixels for pixel i."""
    places = np.arange(side)
    distances = places[:, None] - places
    weights = np.exp(-(distances**2) / (2.0 * sigma**2))
    return weights / weights.sum(axis=1, keepdims=True)
