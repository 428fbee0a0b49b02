"""One image file -> its header or its pixels, by Pillow."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageOps

from kgan.data.files import Files

_CHANNELS = {"RGBA": 4, "PA": 4, "RGBa": 4, "1": 1, "L": 1, "LA": 1, "I": 1, "F": 1}
# Formats that can have several frames.
_ANIMATED = ("GIF", "PNG", "WEBP", "TIFF", "AVIF", "MPO")
_UNREADABLE = (OSError, ValueError, SyntaxError)


class Header(NamedTuple):
    """What is known of an image before its pixels.

    Attributes:
        channels: 1, 3 or 4, as the file has them.
        height, width: in pixels, after the rotation that EXIF asks for.
        mode: Pillow's mode, such as RGB.
        animated: whether there are several frames, of which the first one is read.
        deep: whether a channel has more than 8 bits, of which 8 are read.
    """

    channels: int
    height: int
    width: int
    mode: str
    animated: bool
    deep: bool = False


def read_header(file: Any, whole: bool = False) -> Header | str:
    """The header of an image, or a few words that say why there is none.

    Args:
        file: a path, or a file opened in binary mode.
        whole: whether the pixels are decoded too, so that damage is noticed.
    """
    try:
        with _opened(file) as image:
            # Before `getexif` and `load`, which turn CMYK, palettes and 16 bits of some
            # formats into RGB.
            raw = str([tile[3] for tile in image.tile])
            mode, animated = image.mode, image.format in _ANIMATED
            animated = animated and getattr(image, "is_animated", False)
            # EXIF's orientations from 5 on exchange width and height.
            rotated = image.getexif().get(0x0112, 1) >= 5
            width, height = image.size[::-1] if rotated else image.size
            _check_range(mode, raw)
            deep = ";16" in raw or mode.startswith("I")
            if whole:
                image.load()
            channels = _natural_channels(mode)
            return Header(channels, height, width, mode, animated, deep)
    except Image.DecompressionBombError:
        return _too_large()
    except _UNREADABLE as error:
        return str(error) or type(error).__name__


def read_pixels(file: Any, channels: int, name: str) -> np.ndarray:
    """An image as uint8 [height, width, channels].

    EXIF's rotation is done, transparent parts become white unless `channels` is 4, 16
    bits become 8, CMYK becomes RGB, and of an animation the first frame is read; see
    `losses`.

    Args:
        file: a path, or a file opened in binary mode.
        channels: 1, 3 or 4.
        name: what an error calls the file.

    Raises:
        ValueError: if the file cannot be decoded.
    """
    try:
        with _opened(file) as image:
            _check_range(image.mode, str([tile[3] for tile in image.tile]))
            image = ImageOps.exif_transpose(image)
            if image.mode.startswith("I"):
                image = _eight_bits(image)
            if channels == 4:
                return np.array(image.convert("RGBA"))
            if image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info:
                image = image.convert("RGBA")
                white = Image.new("RGBA", image.size, "white")
                image = Image.alpha_composite(white, image)
            pixels = np.array(image.convert("L" if channels == 1 else "RGB"))
            return pixels.reshape(*pixels.shape[:2], channels)
    except (*_UNREADABLE, Image.DecompressionBombError) as error:
        bomb = isinstance(error, Image.DecompressionBombError)
        raise ValueError(
            "Expected an image that can be decoded. Received: "
            f"{name} ({_too_large() if bomb else error}). Remove this file, or leave "
            "out such files with skip_corrupt (--skip-corrupt)."
        ) from None


def losses(headers: Mapping[str, Header]) -> dict[str, list[str]]:
    """What is read of images of which something is left out -> their names.

    >>> header = kgan.data.decoding.Header(1, 8, 8, "I;16", False, deep=True)
    >>> kgan.data.decoding.losses({"a.png": header})
    {'8 of 16 bits': ['a.png']}

    Args:
        headers: name -> header of an image.
    """
    kinds = {
        "the first frame alone": lambda header: header.animated,
        "8 of 16 bits": lambda header: header.deep,
        "CMYK without its color profile": lambda header: header.mode == "CMYK",
    }
    named = {
        what: [name for name, header in headers.items() if holds(header)]
        for what, holds in kinds.items()
    }
    return {what: names for what, names in named.items() if names}


def read_each(
    files: Files, look: Callable[[Any], Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Looks at each file, in several threads.

    Args:
        files: of a folder or archive.
        look: function of what `Files.open` returns -> what is known of the image, or a
            few words that say why it is none.

    Returns:
        (name -> what is known of an image, name -> why a file is none).

    Raises:
        ValueError: if no file is an image.
    """
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        known = pool.map(lambda name: look(files.open(name)), files.names)
        known = dict(zip(files.names, known, strict=True))
    corrupt = {n: why for n, why in known.items() if isinstance(why, str)}
    images = {n: image for n, image in known.items() if n not in corrupt}
    if not images:
        name, reason = next(iter(corrupt.items()))
        raise ValueError(
            f"Expected images. Received: {files.root} with {len(corrupt)} "
            f"file{'s' * (len(corrupt) > 1)}, none of which is a readable image; one "
            f"is {name} ({reason})."
        )
    return images, corrupt


def _opened(file: Any):
    with warnings.catch_warnings():
        # Pillow warns of half of the size that it refuses, and of odd metadata.
        warnings.simplefilter("ignore")
        return Image.open(file)


def _too_large():
    # Pillow refuses twice this number.
    return (
        f"more than {2 * Image.MAX_IMAGE_PIXELS:,} pixels, which could fill the memory"
    )


def _natural_channels(mode: str):
    return _CHANNELS.get(mode, 1 if mode.startswith("I;16") else 3)


def _check_range(mode: str, raw: str):
    """Raises ValueError for pixels of which nothing says what is black and white."""
    if mode == "F" or (mode == "I" and ";32" in raw):
        raise ValueError(
            "32 bits per pixel, of which nothing says what is black and what is white; "
            "save it with 8 or 16 bits"
        )


def _eight_bits(image: Image.Image):
    # 65535 = 257 * 255
    values = np.asarray(image, "float64") / 257.0
    return Image.fromarray(np.clip(np.round(values), 0, 255).astype("uint8"))
