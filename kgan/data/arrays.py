"""Arrays in memory, and in .npz files."""

from __future__ import annotations

import os
import zipfile
from typing import Any

import numpy as np
import tensorflow as tf

from kgan.data.reading import Reading
from kgan.data.sizes import as_channels, fit_in
from kgan.data.sources import ArraySource

_BLOCK = 1024


def of_arrays(source: Any, reading: Reading, name: str = "array") -> ArraySource:
    """A source of an array of examples, or of (examples, labels).

    Raises:
        ValueError: if labels are asked for and there are none.
    """
    examples, labels = source if isinstance(source, (tuple, list)) else (source, None)
    if reading.labels and labels is None:
        raise ValueError(
            "Expected (images, labels), because labels are asked for. Received: an "
            "array without labels. Pass (images, labels), or labels=False."
        )
    examples = np.asarray(examples)
    if examples.ndim == 4 and examples.dtype == np.uint8 and len(examples):
        examples = _prepared(examples, reading)
    return ArraySource(examples, labels if reading.labels else None, name=name)


def open_npz(path: str | os.PathLike, reading: Reading) -> ArraySource:
    """A source of an .npz file: `images`, and `labels` where there are some.

    Files with `x_train`, `y_train`, `x_test` and `y_test`, as Keras has them, are read
    by `split`. Gray images may lack the axis of channels.

        >>> np.savez("digits.npz", images=np.zeros((4, 28, 28), "uint8"))
        >>> kgan.data.open_source("digits.npz").image_shape
        (28, 28, 1)

    Raises:
        ValueError: for a file without images, or with Python objects; if labels are
            asked for and there are none.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            images, labels = _found(path, file, reading.split)
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        if str(error).startswith("Expected"):
            raise
        objects = "allow_pickle" in str(error) or "pickle" in str(error)
        what = "Python objects, which could run code" if objects else error
        raise ValueError(
            "Expected an .npz file of arrays of numbers. Received: "
            f"{path} ({what}). Save it with numpy.savez(path, images=...), images as "
            "uint8."
        ) from None
    if reading.labels and labels is None:
        raise ValueError(
            f"Expected labels in {path}, because labels are asked for. Received: "
            "images alone. Add an array called labels, integers [n], or leave out "
            "labels (--no-labels)."
        )
    if images.ndim < 3:
        raise ValueError(
            f"Expected images, uint8 [n, height, width(, channels)], in {path}. "
            f"Received: {images.dtype} {images.shape}. If these are JPEG or PNG files, "
            "store their bytes one after another as jpeg or png, uint8 [bytes], and "
            "where each begins and ends as offsets, integers [n + 1]."
        )
    if images.ndim == 3:
        images = images[..., None]
    return of_arrays((images, labels), reading, str(path))


def _found(path: Any, file: Any, split: str | None):
    for images, labels in (("images", "labels"), (f"x_{split}", f"y_{split}")):
        if images in file:
            return file[images], np.ravel(file[labels]) if labels in file else None
    raise ValueError(
        f"Expected an array called images in {path}, or x_{split or 'train'}; or JPEG "
        "or PNG files, one after another as jpeg or png, with their offsets. Received: "
        f"{', '.join(file.files) or 'no arrays'}."
    )


def _prepared(images: np.ndarray, reading: Reading):
    """Images resized and with other channels, if these are asked for."""
    size = reading.size or images.shape[1:3]
    channels = reading.channels or images.shape[3]
    shape = (*size, channels)
    if images.shape[1:] == shape:
        return images
    prepared = np.empty((len(images), *shape), "uint8")
    data = tf.data.Dataset.from_tensor_slices(images).map(
        lambda image: as_channels(fit_in(image, size), channels),
        num_parallel_calls=tf.data.AUTOTUNE,
    )
    for i, block in enumerate(data.batch(_BLOCK)):
        prepared[i * _BLOCK : i * _BLOCK + len(block)] = block
    return prepared
