"""What the name or path of a set means."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

import tensorflow as tf

from kgan.data import facades, synthetic
from kgan.data.arrays import of_arrays, open_npz
from kgan.data.encoded import is_encoded, open_encoded, splits_of_npz
from kgan.data.files import Files, is_archive, open_files
from kgan.data.folder import open_folder
from kgan.data.reading import Reading
from kgan.data.smiles import EMBEDDED as MOLECULES
from kgan.data.smiles import is_smiles, open_smiles
from kgan.data.sources import ArraySource, Source
from kgan.data.stacked import PREFIX, StackedSource
from kgan.data.tf_dataset import of_dataset
from kgan.data.tfds_source import is_prepared_directory, open_tfds, splits_of_tfds
from kgan.spaces import Images

# 10,000 training digits of MNIST, 1,000 per class, inside the package.
EMBEDDED = "mnist_10k"
_EMBEDDED_DIRECTORY = Path(__file__).parent / EMBEDDED


def open_examples(source: Any, reading: Reading) -> Source:
    """A set as it is read: without pairs, random crops and flips.

    >>> reading = kgan.data.reading.Reading(split="test", size=8)
    >>> kgan.data.opening.open_examples(source.examples, reading).image_shape
    (8, 8, 1)

    Args:
        source: as for `load`.
        reading: how it is read.

    Raises:
        ValueError: as `open_source`.
    """
    if isinstance(source, tf.data.Dataset):
        return of_dataset(source, reading)
    if not isinstance(source, (str, os.PathLike)):
        return of_arrays(source, reading)
    if source in synthetic.SETS:
        points, modes = synthetic.SETS[source]()
        return ArraySource(points, modes if reading.labels else None, name=source)
    if source in facades.SETS:
        images = facades.of_split(source, reading.split)
        return of_arrays(images, reading, source)
    if is_smiles(source):
        return open_smiles(source, reading)
    if _is_stacked(source):
        return _open_stacked(source.removeprefix(PREFIX), reading)
    if source == EMBEDDED:
        source = _EMBEDDED_DIRECTORY
        reading = dataclasses.replace(reading, split=reading.split or "train")
    files = files_of(source, reading.split)
    if files is not None:
        return open_folder(files, reading)
    path = Path(source).expanduser()
    if path.suffix == ".npz" and path.is_file():
        return open_npz(path, reading)
    if not path.is_dir() and looks_like_path(source):
        raise ValueError(
            "Expected a folder or archive of images, an .npz file, a file of SMILES "
            "(.smi, .smi.gz), or a prepared TFDS directory. "
            f"Received: {str(source)!r}, which is not a directory."
        )
    return open_tfds(source, reading)


def open_as_it_is(
    source: Any, split: str | None = "train", data_dir: str | os.PathLike | None = None
) -> Source:
    """A set of images of any sizes, with labels if it has some, not held in memory.

    >>> kgan.data.opening.open_as_it_is("mnist_10k").num_classes
    10

    Args:
        source, split, data_dir: as for `load`.

    Raises:
        ValueError: as `open_source`; if the examples are no images.
    """
    # A crop allows images of several sizes; nothing is cropped here.
    reading = Reading(split, data_dir=data_dir, in_memory=False, crop=1)
    opened = open_examples(source, reading)
    if not isinstance(opened.space, Images):
        raise ValueError(
            f"Expected images. Received: {source}, which has {opened.space.unit}s."
        )
    try:
        return open_examples(source, dataclasses.replace(reading, labels=True))
    except ValueError:
        return opened


def files_of(source: Any, split: str | None) -> Files | None:
    """The image files of a folder, archive or .npz; None for other sets.

    >>> kgan.data.opening.files_of("mnist_10k", "train") is None
    True

    Args:
        source: as for `load`.
        split: the subfolder, where subfolders are splits.

    Raises:
        ValueError: as `kgan.data.files.open_files`, or if there is no such split.
    """
    if not isinstance(source, (str, os.PathLike)) or is_smiles(source):
        return None
    path = Path(source).expanduser()
    if is_archive(path) or (path.is_dir() and not is_prepared_directory(path)):
        return open_files(path).of_split(split)
    return open_encoded(path, split) if is_encoded(path) else None


def in_package(source: Any) -> bool:
    """Whether a set comes with the package, or is drawn by it.

    >>> kgan.data.opening.in_package("facades"), kgan.data.opening.in_package("photos")
    (True, False)
    """
    names = (EMBEDDED, MOLECULES, *synthetic.SETS, *facades.SETS)
    return isinstance(source, str) and source in names


def splits_of(source: Any, data_dir: str | os.PathLike | None = None) -> list[str]:
    """The names of the splits of a set; an empty list if it is not split.

    >>> kgan.data.opening.splits_of("mnist_10k"), kgan.data.opening.splits_of("ring")
    (['train'], [])

    Args:
        source, data_dir: as for `load`.

    Raises:
        ValueError: if the set cannot be opened.
    """
    if not isinstance(source, (str, os.PathLike)) or source in synthetic.SETS:
        return []
    if is_smiles(source):
        return []
    if source in facades.SETS:
        return list(facades.SPLITS)
    if _is_stacked(source):
        return splits_of(source.removeprefix(PREFIX), data_dir)
    path = _EMBEDDED_DIRECTORY if source == EMBEDDED else Path(source).expanduser()
    if path.suffix == ".npz":
        return splits_of_npz(path) if path.is_file() else []
    if is_archive(path) or (path.is_dir() and not is_prepared_directory(path)):
        return open_files(path).splits() or []
    return splits_of_tfds(path if path.is_dir() else source, data_dir)


def _is_stacked(source: Any):
    is_name = isinstance(source, str) and source.startswith(PREFIX)
    return is_name and not Path(source).is_dir()


def _open_stacked(base: str, reading: Reading):
    if reading.channels not in (None, 3):
        raise ValueError(
            f"Expected 3 channels of {PREFIX}{base}, one per gray image. "
            f"Received: channels={reading.channels}."
        )
    if base in synthetic.SETS or is_smiles(base):
        raise ValueError(f"Expected images to stack. Received: the set {base!r}.")
    gray = dataclasses.replace(reading, channels=1, in_memory=True)
    return StackedSource(open_examples(base, gray))


def looks_like_path(source: Any) -> bool:
    """Whether `source` is a path, and not the name of a set."""
    text = str(source)
    known = text.startswith((".", "/", "~")) or text.endswith((".npz", ".zip", ".tar"))
    return isinstance(source, os.PathLike) or known
