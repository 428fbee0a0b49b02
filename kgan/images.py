"""Images at the library's borders: uint8, tiles, files."""

import math

import numpy as np
from PIL import Image

from kgan.files import atomic_file


def to_uint8(images):
    """float [-1, 1] -> uint8 [0, 255], rounded to the nearest level and clipped."""
    scaled = np.round((np.asarray(images, "float32") + 1.0) * 127.5)
    return np.clip(scaled, 0, 255).astype("uint8")


def tile(images, columns=None, margin=2):
    """One image of many.

    Args:
        images: uint8 [n, height, width, channels].
        columns: images in a row; default: about as many as rows.
        margin: white pixels between images and around them.

    Returns:
        uint8 [rows * (height + margin) + margin, ..., channels].
    """
    n, height, width, channels = images.shape
    columns = columns or math.ceil(math.sqrt(n))
    rows = math.ceil(n / columns)
    step = np.array([height + margin, width + margin])
    canvas_shape = (*(step * [rows, columns] + margin), channels)
    canvas = np.full(canvas_shape, 255, "uint8")
    for i, image in enumerate(images):
        top, left = step * divmod(i, columns) + margin
        canvas[top : top + height, left : left + width] = image
    return canvas


def beside(left, right, gap=12):
    """Two uint8 images of one height side by side, on white."""
    space = np.full((left.shape[0], gap, left.shape[2]), 255, "uint8")
    return np.concatenate([left, space, right], axis=1)


def as_picture(image):
    """uint8 [height, width, 1 to 4] -> `PIL.Image`; two channels are shown as gray."""
    channels = image.shape[-1]
    return Image.fromarray(image[..., 0] if channels <= 2 else image)


def read(file):
    """uint8 [height, width, channels] of a file, by its path or opened."""
    with Image.open(file) as picture:
        pixels = np.array(picture)
    return pixels[..., None] if pixels.ndim == 2 else pixels


def save(path, image):
    """Writes a uint8 image [height, width, channels], at once or not at all."""
    with atomic_file(path) as partial:
        as_picture(image).save(partial)


def save_animation(path, images, milliseconds=200):
    """Writes uint8 images of one shape as an animation (GIF or WebP by the suffix).

    The last image stays ten times as long.
    """
    frames = [as_picture(image) for image in images]
    durations = [milliseconds] * (len(frames) - 1) + [10 * milliseconds]
    with atomic_file(path) as partial:
        frames[0].save(
            partial, save_all=True, append_images=frames[1:], duration=durations, loop=0
        )
