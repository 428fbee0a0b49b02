"""Captions beside the rows of a picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

# Pixels: the least and the greatest height of letters, and the white beside them.
_LEAST, _GREATEST, _MARGIN = 10, 20, 4
# Letters of a caption, at most.
_LETTERS = 24


def beside_rows(picture: np.ndarray, captions: Sequence[str]) -> np.ndarray:
    """A picture with a caption at the left of each of its rows, black on white.

    >>> from kgan.system.captions import beside_rows
    >>> digits = np.zeros((62, 62, 1), "uint8")
    >>> beside_rows(digits, ["0 boot", "1 coat"]).shape[1] > 62
    True

    Args:
        picture: uint8 [height, width, channels], of rows of equal heights.
        captions: one for each row.

    Returns:
        uint8 [height, more width, channels]. The picture itself, if letters do not fit
        into a row, or if its channels are no colours.
    """
    height, _, channels = picture.shape
    row = height / max(1, len(captions))
    if not captions or row < _LEAST + 2 or channels == 2:
        return picture
    font = ImageFont.load_default(int(min(_GREATEST, max(_LEAST, row / 3))))
    texts = [_short(text) for text in captions]
    width = max(int(font.getlength(text)) for text in texts) + 2 * _MARGIN
    band = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(band)
    for i, text in enumerate(texts):
        place = (_MARGIN, (i + 0.5) * row)
        draw.text(place, text, fill=0, font=font, anchor="lm")
    gray = np.asarray(band)[..., None]
    # Of four channels, the last is opacity.
    parts = [gray.repeat(min(channels, 3), axis=-1)]
    if channels == 4:
        parts.append(np.full_like(gray, 255))
    return np.concatenate([np.concatenate(parts, axis=-1), picture], axis=1)


def _short(text: str):
    return text if len(text) <= _LETTERS else f"{text[: _LETTERS - 3]}..."
