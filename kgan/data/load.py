"""One door to all data."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import tensorflow as tf

from kgan.data import facades, synthetic
from kgan.data.folder import open_folder
from kgan.data.normal import NormalSource
from kgan.data.opening import (
    EMBEDDED,
    files_of,
    looks_like_path,
    open_examples,
    splits_of,
)
from kgan.data.pairs import (
    AlignedSource,
    DerivedSource,
    UnpairedSource,
    WindowedSource,
)
from kgan.data.reading import Reading
from kgan.data.sources import Source
from kgan.data.two_folders import open_two_folders
from kgan.system.chemistry import ATOMS

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
            - "facade_labels", "facades": drawn facades, see `kgan.data.facades`;
            - "molecules", the embedded set of molecules; a .smi or .smi.gz file, one
              SMILES string per line, see `kgan.data.smiles`;
            - a folder of images, flat or with one subfolder per class, in any format
              that Pillow reads; images of any size are cropped at the centre and
              resized;
            - a .zip or .tar file of images, which is read without unpacking;
            - an .npz file with `images`, uint8 [n, height, width(, channels)], and
              `labels` where there are some; or with JPEG or PNG files, see
              `kgan.data.encoded`;
            - a directory that tensorflow-datasets prepared;
            - the name of a TFDS set: "mnist", "cifar10:3.0.2", "name/config";
            - "stacked_" before a name or a folder of images: three gray images per
              image, see `kgan.data.stacked`;
            - a uint8 array of images [n, height, width, channels], a float32 array of
              points [n, d], or (examples, labels);
            - a finite `tf.data.Dataset` of images or of (images, labels), which is read
              into memory, see `kgan.data.tf_dataset`.
        batch_size: examples per batch. The remainder of an epoch is dropped.
        shuffle: whether to shuffle each epoch.
        seed: integer, fixes the order, crops and flips.
        split: the split of a TFDS set: "train", "test", "train[:50000]"; of a folder
            whose subfolders are splits (train, test, trainA, ...), the subfolder.
        image_size: int or (height, width) in pixels, to crop and resize to. Default:
            the size of the data.
        channels: 1 (gray), 3 (RGB) or 4 (RGBA). Default: the channels of the data.
        labels: whether a batch is (examples, labels), with int32 labels [batch].
        normal: names or numbers of the classes that are normal. Without labels, only
            their examples are read; with labels, all are, 0 for normal and 1 for
            anomalous.
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
        nodes: of molecules: the largest number of atoms without hydrogen. Larger ones
            are left out and counted.
        atoms: of molecules: symbols of the elements; those with others are left out.
        data_dir: where TFDS sets are. Default: `TFDS_DATA_DIR`, ~/tensorflow_datasets.
        skip_corrupt: whether to leave out and count files that are not images, and
            lines that are not SMILES, instead of stopping.
        in_memory: whether to decode all images once and gather batches from memory.
            Default: True if they take at most 1 GiB.

    Returns:
        `tf.data.Dataset` of images [batch, height, width, channels], float32 in
        [-1, 1], of points [batch, d], of graphs, see `kgan.spaces.Graphs`, of
        (examples, labels), or of (source, target).
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
    normal: Sequence[Any] = (),
    target: Any = None,
    paired: bool = True,
    degradation: Literal["gray", "downscale2", "downscale4", "mask"] | None = None,
    flip: bool = False,
    crop: int | None = None,
    nodes: int = 9,
    atoms: Sequence[str] = ATOMS,
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
    _check_parts(labels, normal, target, degradation)
    reading = Reading(
        split,
        image_size,
        channels,
        labels,
        data_dir,
        skip_corrupt,
        in_memory,
        crop,
        nodes,
        tuple(atoms),
    )
    if normal:
        opened = _normal(source, reading, normal, flip)
    else:
        opened = _opened(source, reading, target, paired, degradation, flip)
    opened.origin = _origin(
        source,
        split=split,
        image_size=image_size,
        channels=channels,
        labels=labels,
        normal=tuple(normal),
        target=target,
        paired=paired,
        degradation=degradation,
        flip=flip,
        crop=crop,
        nodes=nodes,
        atoms=tuple(atoms),
        data_dir=data_dir,
        skip_corrupt=skip_corrupt,
    )
    return opened


def _origin(source: Any, **arguments: Any) -> dict[str, Any] | None:
    """The arguments that open a source again; None for arrays."""
    named = {"data": source, **arguments}
    paths = {k: v for k, v in named.items() if k in ("data", "target", "data_dir")}
    if not all(v is None or isinstance(v, (str, os.PathLike)) for v in paths.values()):
        return None
    texts = {k: v if v is None else os.fspath(v) for k, v in paths.items()}
    return {**named, **texts}


def _opened(
    source: Any,
    reading: Reading,
    target: Any,
    paired: bool,
    degradation: str | None,
    flip: bool,
) -> Source:
    crop = reading.crop
    if target is not None and not paired:
        return UnpairedSource(
            _windowed(open_examples(source, reading), crop, flip),
            _windowed(open_examples(*_target(source, target, reading)), crop, flip),
        )
    if target is not None:
        return _windowed(_pairs(source, target, reading), crop, flip)
    opened = _windowed(open_examples(source, reading), crop, flip)
    return DerivedSource(opened, degradation) if degradation else opened


def _normal(source: Any, reading: Reading, normal: Sequence[Any], flip: bool):
    # The labels say what is normal, whether a batch has them or not.
    labelled = dataclasses.replace(reading, labels=True)
    base = open_examples(source, labelled)
    return _windowed(NormalSource(base, normal, reading.labels), reading.crop, flip)


def _check_parts(
    labels: bool, normal: Sequence[Any], target: Any, degradation: str | None
):
    given = {
        "labels" if labels else "normal": labels or bool(normal),
        "target": target is not None,
        "degradation": degradation is not None,
    }
    if isinstance(normal, str):
        raise ValueError(
            "Expected the normal classes as a list, such as normal=['3']. "
            f"Received: {normal!r}."
        )
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
        files = files_of(source, reading.split)
        if files is None:
            raise ValueError(
                "Expected a folder, .zip or .tar of images with source and target side "
                f"by side, because target is {target!r}. Received: {source!r}."
            )
        return open_folder(files, reading, target)
    other, other_reading = _target(source, target, reading)
    both = files_of(source, reading.split), files_of(other, other_reading.split)
    if all(both):
        return open_two_folders(*both, reading)
    # Of sets without names, the order pairs: in memory, where both have one.
    held = [
        open_examples(what, dataclasses.replace(how, in_memory=True))
        for what, how in ((source, reading), (other, other_reading))
    ]
    return AlignedSource(*held)


def _target(source: Any, target: Any, reading: Reading):
    """Where targets are, and how they are read: another set, or another split."""
    is_name = isinstance(target, str) and not looks_like_path(target)
    drawn = is_name and target in (*synthetic.SETS, *facades.SETS)
    if not is_name or drawn or Path(target).exists():
        return target, reading
    if not isinstance(source, (str, os.PathLike)):
        raise ValueError(
            "Expected targets as arrays or as a folder, because the sources are "
            f"arrays. Received: target={target!r}."
        )
    if not splits_of(source, reading.data_dir):
        raise ValueError(
            "Expected targets in a second folder or archive, in another split of the "
            "sources, or in the left or right half of each image. Received: "
            f"target={target!r}, which does not exist, and {source}, which has no "
            "splits."
        )
    return source, dataclasses.replace(reading, split=target)
