"""One door to all data."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from kgan.data import synthetic
from kgan.data.folder import open_folder
from kgan.data.sources import ArraySource, Source
from kgan.data.stacked import PREFIX, StackedSource
from kgan.data.tfds_source import is_prepared_directory, open_tfds

# 10,000 training digits of MNIST, 1,000 per class, inside the package.
EMBEDDED = "mnist_10k"
_EMBEDDED_DIRECTORY = Path(__file__).parent / EMBEDDED


def load(
    source: Any = EMBEDDED,
    *,
    batch_size: int = 64,
    shuffle: bool = True,
    seed: int = 0,
    **kwargs: Any,
) -> tf.data.Dataset:
    """Batches of examples, ready for `model.fit`.

    The order is a function of (seed, epoch). Each iteration over the dataset reads the
    next epoch; `dataset.position.seek(epoch, batch)` chooses another place.

        >>> points = kgan.data.load("ring", batch_size=500)
        >>> next(iter(points)).shape
        TensorShape([500, 2])

    Args:
        source: what to read:
            - "mnist_10k", the embedded set;
            - "gaussian", "ring", "grid": synthetic points, see `kgan.data.synthetic`;
            - a folder of images, flat or with one subfolder per class, in any format
              that Pillow reads; images of any size are cropped at the centre and
              resized;
            - a directory that tensorflow-datasets prepared;
            - the name of a TFDS set: "mnist", "cifar10:3.0.2", "name/config";
            - "stacked_" before a name or a folder of images: three gray images per
              image, see `kgan.data.stacked`;
            - a uint8 array of images [n, height, width, channels], a float32 array of
              points [n, d], or (examples, labels).
        batch_size: examples per batch. The remainder of an epoch is dropped.
        shuffle: whether to shuffle each epoch.
        seed: integer, fixes the order.
        split: the split of a TFDS set: "train", "test", "train[:50000]".
        image_size: int or (height, width) in pixels, to crop and resize to. Default:
            the size of the data.
        channels: 1 (gray), 3 (RGB) or 4 (RGBA). Default: the channels of the data.
        labels: whether a batch is (examples, labels), with int32 labels [batch].
        data_dir: where TFDS sets are. Default: `TFDS_DATA_DIR`, ~/tensorflow_datasets.
        skip_corrupt: whether to leave out and count files that are not images, instead
            of stopping.
        in_memory: whether to decode all images once and gather batches from memory.
            Default: True if they take at most 1 GiB.

    Returns:
        `tf.data.Dataset` of images [batch, height, width, channels], float32 in
        [-1, 1], of points [batch, d], or of (examples, labels). The dataset has the
        attributes `source` (a `kgan.data.Source`) and `position` (a
        `kgan.data.Position`).

    Raises:
        ValueError: for a source that does not exist, is empty, is corrupt, has mixed
            channels or sizes, is smaller than a batch, or has no labels; the message
            says what to do.
    """
    data_source = open_source(source, **kwargs)
    return data_source.batches(batch_size, shuffle=shuffle, seed=seed)


def open_source(
    source: Any = EMBEDDED,
    *,
    split: str | None = "train",
    image_size: int | tuple[int, int] | None = None,
    channels: int | None = None,
    labels: bool = False,
    data_dir: str | os.PathLike | None = None,
    skip_corrupt: bool = False,
    in_memory: bool | None = None,
) -> Source:
    """What `load` reads from: a `Source` with its size, shape and number of classes.

        >>> kgan.data.open_source("grid").size
        100000

    Args: as for `load`.

    Raises:
        ValueError: as for `load`, except for the size of a batch.
    """
    size = _image_size(image_size)
    if channels not in (None, 1, 3, 4):
        raise ValueError(f"Expected channels 1, 3 or 4. Received: channels={channels}.")
    if not isinstance(source, (str, os.PathLike)):
        return _from_arrays(source, labels)
    if source in synthetic.SETS:
        points, modes = synthetic.SETS[source]()
        return ArraySource(points, modes if labels else None, name=source)
    if _is_stacked(source):
        return _open_stacked(
            source.removeprefix(PREFIX),
            channels,
            split=split,
            image_size=image_size,
            labels=labels,
            data_dir=data_dir,
            skip_corrupt=skip_corrupt,
        )
    options = {"labels": labels, "in_memory": in_memory}
    if source == EMBEDDED:
        source, split = _EMBEDDED_DIRECTORY, split or "train"
    path = Path(source).expanduser()
    if path.is_dir() and not is_prepared_directory(path):
        return open_folder(path, size, channels, skip_corrupt=skip_corrupt, **options)
    if not path.is_dir() and _looks_like_path(source):
        raise ValueError(
            "Expected a folder of images or a prepared TFDS directory. "
            f"Received: {str(source)!r}, which is not a directory."
        )
    return open_tfds(source, split, size, channels, data_dir=data_dir, **options)


def _from_arrays(source: Any, labels: bool):
    images, classes = source if isinstance(source, (tuple, list)) else (source, None)
    if labels and classes is None:
        raise ValueError(
            "Expected (images, labels), because labels are asked for. Received: an "
            "array without labels. Pass (images, labels), or labels=False."
        )
    return ArraySource(np.asarray(images), classes if labels else None)


def _is_stacked(source: Any):
    is_name = isinstance(source, str) and source.startswith(PREFIX)
    return is_name and not Path(source).is_dir()


def _open_stacked(base: str, channels: int | None, **kwargs: Any):
    if channels not in (None, 3):
        raise ValueError(
            f"Expected 3 channels of {PREFIX}{base}, one per gray image. "
            f"Received: channels={channels}."
        )
    if base in synthetic.SETS:
        raise ValueError(f"Expected images to stack. Received: the points {base!r}.")
    return StackedSource(open_source(base, channels=1, in_memory=True, **kwargs))


def _looks_like_path(source: Any):
    text = str(source)
    return isinstance(source, os.PathLike) or text.startswith((".", "/", "~"))


def _image_size(size: Any):
    if size is None:
        return None
    height, width = (size, size) if isinstance(size, int) else size
    if height < 1 or width < 1:
        raise ValueError(
            f"Expected image_size >= 1, or (height, width). Received: {size}."
        )
    return int(height), int(width)
