"""Image files: PNG, GIF and the other formats that Pillow writes."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import numpy as np
from PIL import Image

from kgan.system.files import atomic_file


def as_picture(image: np.ndarray) -> Image.Image:
    """uint8 [height, width, 1 to 4 channels] -> `PIL.Image`.

    Of two channels, the first is shown in gray.
    """
    channels = image.shape[-1]
    return Image.fromarray(image[..., 0] if channels <= 2 else image)


def read(file: Any) -> np.ndarray:
    """The image in a file, uint8 [height, width, channels].

    Args:
        file: a path, or a file opened for reading in binary mode.
    """
    with Image.open(file) as picture:
        pixels = np.array(picture)
    return pixels[..., None] if pixels.ndim == 2 else pixels


def save(path: str | os.PathLike, image: np.ndarray) -> None:
    """Writes a uint8 image [height, width, channels], at once or not at all."""
    with atomic_file(path) as partial:
        as_picture(image).save(partial)


def save_animation(
    path: str | os.PathLike, images: Iterable[np.ndarray], milliseconds: int = 200
) -> None:
    """Writes images as an animation, GIF or WebP by the suffix of `path`.

    Args:
        path: the file to write, at once or not at all.
        images: uint8 [height, width, channels], all of one shape.
        milliseconds: how long each image is shown; the last one is shown ten times as
            long.
    """
    frames = [as_picture(image) for image in images]
    durations = [milliseconds] * (len(frames) - 1) + [10 * milliseconds]
    with atomic_file(path) as partial:
        frames[0].save(
            partial, save_all=True, append_images=frames[1:], duration=durations, loop=0
        )
