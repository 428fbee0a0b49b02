"""A folder of images, flat or with one subfolder a class."""

import collections
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image, ImageOps

from kgan.data.sources import Source, fit_in, held, to_float

_log = logging.getLogger("kgan")

_CHANNELS = {"RGBA": 4, "PA": 4, "RGBa": 4, "1": 1, "L": 1, "LA": 1, "I": 1, "F": 1}


def open_folder(folder, size, channels, *, labels, skip_corrupt, in_memory):
    """Opens a folder of images. Arguments as for `kgan.data.load`.

    Raises:
        ValueError: if it holds no images, files that are none (unless `skip_corrupt`),
            images of several sizes or channels and no choice of one, or no classes
            where labels are asked for.
    """
    paths, classes = _list(folder)
    if labels and classes is None:
        raise ValueError(
            f"Labels were asked for, and {folder} has none: expected one subfolder a "
            "class. Leave labels out, or sort the images in subfolders."
        )
    good = _scan(folder, paths, skip_corrupt)
    skipped = len(paths) - len(good)
    if skipped:
        _log.warning("kgan: skipped %d corrupt files of %s", skipped, folder)
    size = size or _only_size(folder, good)
    channels = channels or _only_channels(folder, good)
    source = FolderSource(
        folder, list(good), (*size, channels), classes, labels, skipped
    )
    return held(source, in_memory)


class FolderSource(Source):
    """Images decoded from files as they are needed, in bounded memory."""

    def __init__(self, folder, paths, image_shape, classes, labels, skipped):
        super().__init__(
            str(folder),
            len(paths),
            image_shape,
            num_classes=len(classes) if labels else None,
            skipped=skipped,
        )
        self._paths = np.array([str(p) for p in paths])
        number = {name: i for i, name in enumerate(classes or ())}
        self._labels = np.array(
            [number.get(p.relative_to(folder).parts[0], 0) for p in paths], "int32"
        )

    def decoded(self):
        """Every (image uint8, label) once, in the order of the names."""
        return tf.data.Dataset.range(self.size).map(
            self._decode, num_parallel_calls=tf.data.AUTOTUNE
        )

    def read(self, stream, batch_size):
        def example(index):
            image, label = self._decode(index)
            image = to_float(image)
            return image if self.num_classes is None else (image, label)

        examples = stream.unbatch().map(example, num_parallel_calls=tf.data.AUTOTUNE)
        return examples.batch(batch_size, drop_remainder=True)

    def _decode(self, index):
        def read(index):
            return _pixels(self._paths[index], self.image_shape[2]), self._labels[index]

        image, label = tf.numpy_function(read, [index], (tf.uint8, tf.int32))
        image.set_shape([None, None, self.image_shape[2]])
        image = fit_in(image, self.image_shape[:2])
        return tf.ensure_shape(image, self.image_shape), tf.ensure_shape(label, [])


def _list(folder):
    """The files below `folder`, sorted, and its classes, if it is sorted in classes."""
    paths = []
    for directory, subfolders, names in os.walk(folder, followlinks=True):
        subfolders[:] = sorted(s for s in subfolders if not s.startswith("."))
        visible = sorted(n for n in names if not n.startswith("."))
        paths += [Path(directory, name) for name in visible]
    if not paths:
        raise ValueError(f"Expected a folder of images. Received: {folder}, empty.")
    tops = {p.relative_to(folder).parts[0] for p in paths if p.parent != folder}
    flat = any(p.parent == folder for p in paths)
    return paths, None if flat or not tops else sorted(tops)


def _scan(folder, paths, skip_corrupt):
    """Reads every header. Path -> (mode, (width, height)) of those that are images."""

    def header(path):
        try:
            with Image.open(path) as image:
                if skip_corrupt:
                    image.load()
                turned = image.getexif().get(0x0112, 1) >= 5
                return image.mode, image.size[::-1] if turned else image.size
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            return None

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        headers = list(pool.map(header, paths, chunksize=256))
    good = {p: h for p, h in zip(paths, headers, strict=True) if h is not None}
    bad = [p for p, h in zip(paths, headers, strict=True) if h is None]
    if not good:
        raise ValueError(
            f"Expected a folder of images. Received: {folder}, whose {len(bad)} files "
            f"are none that can be read, such as {bad[0].name}."
        )
    if bad and not skip_corrupt:
        named = ", ".join(str(p.relative_to(folder)) for p in bad[:3])
        raise ValueError(
            f"{len(bad)} of {len(paths)} files of {folder} are no images that can be "
            f"read: {named}{', ...' if len(bad) > 3 else ''}. Remove them, or "
            "skip them with skip_corrupt (--skip-corrupt)."
        )
    return good


def _only_size(folder, headers):
    sizes = collections.Counter(size for _, size in headers.values())
    if len(sizes) > 1:
        (width, height), count = sizes.most_common(1)[0]
        raise ValueError(
            f"The images of {folder} have {len(sizes)} sizes; most often ({count} "
            f"files) {height}x{width}. Say which size to crop and resize to with "
            "image_size (--image-size)."
        )
    width, height = next(iter(sizes))
    return height, width


def _only_channels(folder, headers):
    found = {_natural_channels(mode): path for path, (mode, _) in headers.items()}
    if len(found) > 1:
        named = ", ".join(
            f"{n} ({p.relative_to(folder)})" for n, p in sorted(found.items())
        )
        raise ValueError(
            f"The images of {folder} have mixed numbers of channels: {named}. Say "
            "which to convert to with channels (--channels) 1, 3 or 4."
        )
    return next(iter(found))


def _natural_channels(mode):
    return _CHANNELS.get(mode, 1 if mode.startswith("I;16") else 3)


def _pixels(path, channels):
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
            f"{path} cannot be decoded ({error}). Remove it, or skip such files with "
            "skip_corrupt (--skip-corrupt)."
        ) from None


def _eight_bits(image):
    # 65535 = 257 * 255
    values = np.asarray(image, "float64") / 257.0
    return Image.fromarray(np.clip(np.round(values), 0, 255).astype("uint8"))
