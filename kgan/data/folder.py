"""A folder of images, flat or with one subfolder per class."""

from __future__ import annotations

import collections
import logging
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from PIL import Image, ImageOps

from kgan.data.sources import Source, fit_in, held
from kgan.spaces import Images, to_float

_log = logging.getLogger("kgan")

_CHANNELS = {"RGBA": 4, "PA": 4, "RGBa": 4, "1": 1, "L": 1, "LA": 1, "I": 1, "F": 1}


def open_folder(
    folder: Path,
    size: tuple[int, int] | None,
    channels: int | None,
    *,
    labels: bool,
    skip_corrupt: bool,
    in_memory: bool | None,
) -> Source:
    """Opens a folder of images.

    Args:
        folder: the path of the folder.
        size: (height, width) in pixels to crop and resize to, or None.
        channels: 1, 3, 4 or None.
        labels, skip_corrupt, in_memory: as for `kgan.data.load`.

    Returns:
        A `FolderSource`, or an `ArraySource` if the images are decoded into memory.

    Raises:
        ValueError: if the folder has no images; if it has other files and
            `skip_corrupt` is False; if its images have several sizes and `size` is
            None; if they have several numbers of channels and `channels` is None; or
            if labels are asked for and there is no subfolder per class.
    """
    paths, classes = _list(folder)
    if labels and classes is None:
        raise ValueError(
            "Expected one subfolder per class, because labels are asked for. "
            f"Received: {folder}, without a subfolder per class. Leave out labels, or "
            "sort the images into subfolders."
        )
    headers = _scan(folder, paths, skip_corrupt)
    skipped = len(paths) - len(headers)
    if skipped:
        _log.warning("kgan: skipped %d corrupt files of %s", skipped, folder)
    size = size or _only_size(folder, headers)
    channels = channels or _only_channels(folder, headers)
    source = FolderSource(
        folder, list(headers), (*size, channels), classes, labels, skipped
    )
    return held(source, in_memory)


class FolderSource(Source):
    """Images in files. Each batch decodes its own files, so memory is bounded.

        >>> Path("digits").mkdir()
        >>> for i in range(4):
        ...     keras.utils.save_img(f"digits/{i}.png", np.full((8, 8, 1), 60 * i))
        >>> source = kgan.data.open_source("digits", channels=1, in_memory=False)
        >>> source.size, source.image_shape
        (4, (8, 8, 1))

    Args:
        folder: the path of the folder.
        paths: the paths of the images below `folder`.
        image_shape: (height, width, channels) of an example.
        classes: the names of the subfolders, or None without classes.
        labels: whether batches have labels.
        skipped: the number of files left out as corrupt.
    """

    def __init__(
        self,
        folder: Path,
        paths: Sequence[Path],
        image_shape: tuple[int, int, int],
        classes: Sequence[str] | None,
        labels: bool,
        skipped: int,
    ) -> None:
        super().__init__(
            str(folder),
            len(paths),
            Images(image_shape),
            num_classes=len(classes) if labels else None,
            skipped=skipped,
        )
        self._paths = np.array([str(p) for p in paths])
        number = {name: i for i, name in enumerate(classes or ())}
        self._labels = np.array(
            [number.get(p.relative_to(folder).parts[0], 0) for p in paths], "int32"
        )

    def decoded(self) -> tf.data.Dataset:
        """Every (image uint8, label int32) once, in the order of the file names."""
        return tf.data.Dataset.range(self.size).map(
            self._decode, num_parallel_calls=tf.data.AUTOTUNE
        )

    def read(self, stream: tf.data.Dataset, batch_size: int) -> tf.data.Dataset:
        def example(index: Any):
            image, label = self._decode(index)
            image = to_float(image)
            return image if self.num_classes is None else (image, label)

        examples = stream.unbatch().map(example, num_parallel_calls=tf.data.AUTOTUNE)
        return examples.batch(batch_size, drop_remainder=True)

    def _decode(self, index: Any):
        def read(index: Any):
            return _pixels(self._paths[index], self.image_shape[2]), self._labels[index]

        image, label = tf.numpy_function(read, [index], (tf.uint8, tf.int32))
        image.set_shape([None, None, self.image_shape[2]])
        image = fit_in(image, self.image_shape[:2])
        return tf.ensure_shape(image, self.image_shape), tf.ensure_shape(label, [])


def _list(folder: Path):
    """The files below `folder`, sorted, and its classes, or None without classes."""
    paths = []
    for directory, subfolders, names in os.walk(folder, followlinks=True):
        subfolders[:] = sorted(s for s in subfolders if not s.startswith("."))
        visible = sorted(n for n in names if not n.startswith("."))
        paths += [Path(directory, name) for name in visible]
    if not paths:
        raise ValueError(
            f"Expected a folder of images. Received: {folder}, which is empty."
        )
    tops = {p.relative_to(folder).parts[0] for p in paths if p.parent != folder}
    flat = any(p.parent == folder for p in paths)
    return paths, None if flat or not tops else sorted(tops)


def _scan(folder: Path, paths: list[Path], skip_corrupt: bool):
    """Reads every header.

    Returns:
        path -> (Pillow's mode, (width, height)) of the files that are images.
    """

    def header(path: Path):
        try:
            with Image.open(path) as image:
                if skip_corrupt:
                    image.load()
                # EXIF's orientations from 5 on exchange width and height.
                rotated = image.getexif().get(0x0112, 1) >= 5
                return image.mode, image.size[::-1] if rotated else image.size
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            return None

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        headers = list(pool.map(header, paths, chunksize=256))
    readable = {p: h for p, h in zip(paths, headers, strict=True) if h is not None}
    unreadable = [p for p, h in zip(paths, headers, strict=True) if h is None]
    if not readable:
        raise ValueError(
            f"Expected a folder of images. Received: {folder} with {len(unreadable)} "
            f"files, none of which is a readable image; one is {unreadable[0].name}."
        )
    if unreadable and not skip_corrupt:
        names = ", ".join(str(p.relative_to(folder)) for p in unreadable[:3])
        raise ValueError(
            f"Expected only images in {folder}. Received: {len(unreadable)} of "
            f"{len(paths)} files that are not readable images: {names}"
            f"{', ...' if len(unreadable) > 3 else ''}. Remove these files, or leave "
            "them out with skip_corrupt (--skip-corrupt)."
        )
    return readable


def _only_size(folder: Path, headers: dict[Path, Any]):
    sizes = collections.Counter(size for _, size in headers.values())
    if len(sizes) > 1:
        (width, height), count = sizes.most_common(1)[0]
        raise ValueError(
            f"Expected images of one size in {folder}. Received: {len(sizes)} sizes; "
            f"the most frequent is {height}x{width} ({count} files). Choose the size "
            "to crop and resize to with image_size (--image-size)."
        )
    width, height = next(iter(sizes))
    return height, width


def _only_channels(folder: Path, headers: dict[Path, Any]):
    # Number of channels -> the path of an example.
    examples = {_natural_channels(mode): path for path, (mode, _) in headers.items()}
    if len(examples) > 1:
        names = ", ".join(
            f"{n} ({p.relative_to(folder)})" for n, p in sorted(examples.items())
        )
        raise ValueError(
            f"Expected images with one number of channels in {folder}. "
            f"Received: {names}. Choose the number of channels to convert to, 1, 3 or "
            "4, with channels (--channels)."
        )
    return next(iter(examples))


def _natural_channels(mode: str):
    return _CHANNELS.get(mode, 1 if mode.startswith("I;16") else 3)


def _pixels(path: str, channels: int):
    """A file as uint8 [height, width, channels]; transparent parts are white."""
    try:
        with Image.open(path) as image:
            image = ImageOps.exif_transpose(image)
            if image.mode in ("I", "F") or image.mode.startswith("I;16"):
                image = _eight_bits(image)
            if channels == 4:
                return np.array(image.convert("RGBA"))
            if image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info:
                image = image.convert("RGBA")
                white = Image.new("RGBA", image.size, "white")
                image = Image.alpha_composite(white, image)
            pixels = np.array(image.convert("L" if channels == 1 else "RGB"))
            return pixels.reshape(*pixels.shape[:2], channels)
    except (OSError, ValueError, SyntaxError) as error:
        raise ValueError(
            f"Expected an image that can be decoded. Received: {path} ({error}). "
            "Remove this file, or leave out such files with skip_corrupt "
            "(--skip-corrupt)."
        ) from None


def _eight_bits(image: Image.Image):
    # 65535 = 257 * 255
    values = np.asarray(image, "float64") / 257.0
    return Image.fromarray(np.clip(np.round(values), 0, 255).astype("uint8"))
