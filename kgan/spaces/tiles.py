"""Large images, tile by tile, without seams."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from kgan.system.checks import check_whole


def by_tiles(
    function: Callable[[np.ndarray], np.ndarray],
    image: np.ndarray,
    tile: int = 256,
    overlap: int = 32,
    multiple: int = 1,
) -> np.ndarray:
    """What a function of images makes of an image of any size.

    An image of at most `tile` pixels per side goes through it as a whole. A larger one
    goes through it in tiles that overlap; where they do, the answer passes from one to
    the other in proportion to the distance from their borders, so that there is no step
    anywhere. Beyond the border of the image is its mirror image, which is cut off
    again. Memory holds the answer, and one tile at a time.

    >>> image = np.arange(3 * 500, dtype="uint8").reshape(30, 50, 1)
    >>> made = kgan.spaces.tiles.by_tiles(lambda x: 255 - x, image, tile=16, overlap=4)
    >>> bool((made == 255 - image).all())
    True

    Args:
        function: uint8 [1, h, w, c] -> uint8 [1, h s, w s, d], for a whole number s.
        image: uint8 [height, width, c].
        tile: pixels per side of a tile, at most.
        overlap: pixels that neighbouring tiles have in common, at least.
        multiple: what the sides of the function's images are multiples of.

    Returns:
        uint8 [height s, width s, d].

    Raises:
        ValueError: for tiles that overlap by more than half, that `multiple` does not
            divide, or a function that does not keep the proportions.
    """
    check_whole("overlap", overlap, 0)
    if tile < 1 or tile % multiple or 2 * overlap > tile:
        raise ValueError(
            f"Expected tiles of a multiple of {multiple} pixels, and an overlap of at "
            f"most half of them. Received: tile={tile}, overlap={overlap}."
        )
    height, width = image.shape[:2]
    sides = [min(tile, -(-side // multiple) * multiple) for side in (height, width)]
    padded = [max(a, b) for a, b in zip(sides, (height, width), strict=True)]
    beyond = [(0, padded[0] - height), (0, padded[1] - width), (0, 0)]
    image = np.pad(image, beyond, mode="symmetric")
    total = None
    for top, left in _places(padded, sides, overlap):
        part = image[top : top + sides[0], left : left + sides[1]]
        made = function(part[None])[0]
        scale = _scale(part, made)
        if padded == sides:
            return made[: height * scale, : width * scale]
        if total is None:
            total = np.zeros((*(p * scale for p in padded), made.shape[2]), "float32")
            weights = np.zeros((*total.shape[:2], 1), "float32")
        place = (
            slice(top * scale, (top + sides[0]) * scale),
            slice(left * scale, (left + sides[1]) * scale),
        )
        weight = _window([s * scale for s in sides], overlap * scale)
        total[place] += made * weight
        weights[place] += weight
    total /= weights
    np.round(total, out=total)
    return np.clip(total, 0, 255, out=total).astype("uint8")[
        : height * scale, : width * scale
    ]


def _places(
    padded: list[int], sides: list[int], overlap: int
) -> Iterator[tuple[int, int]]:
    """The upper left corners of the tiles; the last ones end with the image."""
    axes = []
    for whole, side in zip(padded, sides, strict=True):
        count = 1 if whole == side else 1 + -(-(whole - side) // (side - overlap))
        axes.append(np.round(np.linspace(0, whole - side, count)).astype(int).tolist())
    for top in axes[0]:
        for left in axes[1]:
            yield top, left


def _window(sides: list[int], overlap: int):
    """Weights that fall linearly to the borders, within the overlap: [h, w, 1]."""
    ramps = []
    for side in sides:
        distance = np.minimum(np.arange(side) + 1, side - np.arange(side))
        ramps.append(np.minimum(distance / (overlap + 1), 1.0).astype("float32"))
    return (ramps[0][:, None] * ramps[1])[..., None]


def _scale(part: np.ndarray, made: np.ndarray):
    scale = made.shape[0] // part.shape[0]
    if made.shape[:2] != (part.shape[0] * scale, part.shape[1] * scale) or not scale:
        raise ValueError(
            "Expected images that are as large as before, or larger by a whole number. "
            f"Received: {part.shape[0]} x {part.shape[1]} became {made.shape[0]} x "
            f"{made.shape[1]}."
        )
    return scale
