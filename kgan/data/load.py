"""One door to all data."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any, Literal

import tensorflow as tf

from kgan.data import synthetic
from kgan.data.arrays import of_arrays, open_npz
from kgan.data.files import is_archive, open_files
from kgan.data.folder import open_folder
from kgan.data.pairs import (
    AlignedSource,
    DerivedSource,
    UnpairedSource,
    WindowedSource,
)
from kgan.data.reading import Reading
from kgan.data.sources import ArraySource, Source
from kgan.data.stacked import PREFIX, StackedSource
from kgan.data.tfds_source import is_prepared_directory, open_tfds
from kgan.data.two_folders import open_two_folders

# 10,000 training digits of MNIST, 1,000 per class, inside the package.
EMBEDDED = "mnist_10k"
_EMBEDDED_DIRECTORY = Path(__file__).parent / EMBEDDED
_HALVES = ("left", "right")


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
            - a .zip or .tar file of images, which is read without unpacking;
            - an .npz file with `images`, uint8 [n, height, width(, channels)], and
              `labels` where there are some;
            - a directory that tensorflow-datasets prepared;
            - the name of a TFDS set: "mnist", "cifar10:3.0.2", "name/config";
            - "stacked_" before a name or a folder of images: three gray images per
              image, see `kgan.data.stacked`;
            - a uint8 array of images [n, height, width, channels], a float32 array of
              points [n, d], or (examples, labels).
        batch_size: examples per batch. The remainder of an epoch is dropped.
        shuffle: whether to shuffle each epoch.
        seed: integer, fixes the order, crops and flips.
        split: the split of a TFDS set: "train", "test", "train[:50000]"; of a folder
            whose subfolders are splits (train, test, trainA, ...), the subfolder.
        image_size: int or (height, width) in pixels, to crop and resize to. Default:
            the size of the data.
        channels: 1 (gray), 3 (RGB) or 4 (RGBA). Default: the channels of the data.
        labels: whether a batch is (examples, labels), with int32 labels [batch].
        target: where the targets of pairs are, so that a batch is (source, target):
            - a second folder, archive, array, or TFDS set;
            - another split of the same set, such as "trainB";
            - "left" or "right", for images with source and target side by side.
        paired: whether source i belongs to target i, in folders by equal names. If
            not, both are shuffled for themselves, and an epoch passes over the larger
            set.
        degradation: how the source of a pair is made of its target, which `source`
            names: "gray", "downscale2", "downscale4", "mask"; see
            `kgan.data.degradations`.
        flip: whether images are mirrored at random, left to right.
        crop: pixels per side of random crops. Both images of a pair have the same
            crop and flip; these are functions of (seed, epoch, place in the epoch).
        data_dir: where TFDS sets are. Default: `TFDS_DATA_DIR`, ~/tensorflow_datasets.
        skip_corrupt: whether to leave out and count files that are not images, instead
            of stopping.
        in_memory: whether to decode all images once and gather batches from memory.
            Default: True if they take at most 1 GiB.

    Returns:
        `tf.data.Dataset` of images [batch, height, width, channels], float32 in
        [-1, 1], of points [batch, d], of (examples, labels), or of (source, target).
        The dataset has the attributes `source` (a `kgan.data.Source`) and `position`
        (a `kgan.data.Position`).

    Raises:
        ValueError: for a source that does not exist, is empty, is corrupt, has mixed
            channels or sizes, is smaller than a batch, has no labels or no pairs, or
            does not allow the degradation; the message says what to do.
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
    target: Any = None,
    paired: bool = True,
    degradation: Literal["gray", "downscale2", "downscale4", "mask"] | None = None,
    flip: bool = False,
    crop: int | None = None,
    data_dir: str | os.PathLike | None = None,
    skip_corrupt: bool = False,
    in_memory: bool | None = None,
) -> Source:
    """What `load` reads from: a `Source` with its size, shape and number of classes.

        >>> kgan.data.open_source("grid").size
        100000
        >>> pairs = kgan.data.open_source("stacked_mnist_10k", degradation="gray")
        >>> [space.describe() for space in pairs.spaces]
        ['image 28x28x1', 'image 28x28x3']

    Args: as for `load`.

    Raises:
        ValueError: as for `load`, except for the size of a batch.
    """
    _check_parts(labels, target, degradation)
    reading = Reading(
        split, image_size, channels, labels, data_dir, skip_corrupt, in_memory, crop
    )
    if target is not None and not paired:
        return UnpairedSource(
            _windowed(_open(source, reading), crop, flip),
            _windowed(_open(*_target(source, target, reading)), crop, flip),
        )
    if target is not None:
        return _windowed(_pairs(source, target, reading), crop, flip)
    opened = _windowed(_open(source, reading), crop, flip)
    return DerivedSource(opened, degradation) if degradation else opened


def _check_parts(labels: bool, target: Any, degradation: str | None):
    given = {
        "labels": labels,
        "target": target is not None,
        "degradation": degradation is not None,
    }
    asked = [name for name, value in given.items() if value]
    if len(asked) > 1:
        raise ValueError(
            "Expected one of labels, target and degradation, because a batch has at "
            f"most two parts. Received: {' and '.join(asked)}."
        )


def _windowed(source: Source, crop: int | None, flip: bool):
    if crop is None and not flip:
        return source
    return WindowedSource(source, crop, flip)


def _pairs(source: Any, target: Any, reading: Reading) -> Source:
    if isinstance(target, str) and target in _HALVES:
        files = _files(source, reading)
        if files is None:
            raise ValueError(
                "Expected a folder, .zip or .tar of images with source and target side "
                f"by side, because target is {target!r}. Received: {source!r}."
            )
        return open_folder(files, reading, target)
    other, other_reading = _target(source, target, reading)
    both = _files(source, reading), _files(other, other_reading)
    if all(both):
        return open_two_folders(*both, reading)
    # Of sets without names, the order pairs: in memory, where both have one.
    held = [
        _open(what, dataclasses.replace(how, in_memory=True))
        for what, how in ((source, reading), (other, other_reading))
    ]
    return AlignedSource(*held)


def _target(source: Any, target: Any, reading: Reading):
    """Where targets are, and how they are read: another set, or another split."""
    is_name = isinstance(target, str) and not _looks_like_path(target)
    if not is_name or target in synthetic.SETS or Path(target).exists():
        return target, reading
    if not isinstance(source, (str, os.PathLike)):
        raise ValueError(
            "Expected targets as arrays or as a folder, because the sources are "
            f"arrays. Received: target={target!r}."
        )
    return source, dataclasses.replace(reading, split=target)


def _open(source: Any, reading: Reading) -> Source:
    if not isinstance(source, (str, os.PathLike)):
        return of_arrays(source, reading)
    if source in synthetic.SETS:
        points, modes = synthetic.SETS[source]()
        return ArraySource(points, modes if reading.labels else None, name=source)
    if _is_stacked(source):
        return _open_stacked(source.removeprefix(PREFIX), reading)
    if source == EMBEDDED:
        source = _EMBEDDED_DIRECTORY
        reading = dataclasses.replace(reading, split=reading.split or "train")
    files = _files(source, reading)
    if files is not None:
        return open_folder(files, reading)
    path = Path(source).expanduser()
    if path.suffix == ".npz" and path.is_file():
        return open_npz(path, reading)
    if not path.is_dir() and _looks_like_path(source):
        raise ValueError(
            "Expected a folder or archive of images, an .npz file, or a prepared TFDS "
            f"directory. Received: {str(source)!r}, which is not a directory."
        )
    return open_tfds(source, reading)


def _files(source: Any, reading: Reading):
    """The image files of a folder or archive; None for other sets."""
    if not isinstance(source, (str, os.PathLike)):
        return None
    path = Path(source).expanduser()
    if is_archive(path) or (path.is_dir() and not is_prepared_directory(path)):
        return open_files(path).of_split(reading.split)
    return None


def _is_stacked(source: Any):
    is_name = isinstance(source, str) and source.startswith(PREFIX)
    return is_name and not Path(source).is_dir()


def _open_stacked(base: str, reading: Reading):
    if reading.channels not in (None, 3):
        raise ValueError(
            f"Expected 3 channels of {PREFIX}{base}, one per gray image. "
            f"Received: channels={reading.channels}."
        )
    if base in synthetic.SETS:
        raise ValueError(f"Expected images to stack. Received: the points {base!r}.")
    gray = dataclasses.replace(reading, channels=1, in_memory=True)
    return StackedSource(_open(base, gray))


def _looks_like_path(source: Any):
    text = str(source)
    known = text.startswith((".", "/", "~")) or text.endswith((".npz", ".zip", ".tar"))
    return isinstance(source, os.PathLike) or known
