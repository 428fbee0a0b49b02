"""An .npz file of whole JPEG or PNG files, one after another in one array."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kgan.data.files import Files

_FORMATS = ("jpeg", "png")
_NAMES = ("class_names", "label_names")


class EncodedFiles(Files):
    """Image files in one array of bytes: image i is [offsets[i], offsets[i + 1]).

    Attributes:
        root: the path of the .npz file.
        names: 000000.jpeg, 000001.jpeg, ... in the order of the array; below the name
            of its class, if there are labels: cat/000000.jpeg.

    Args:
        path: of the .npz file.
        suffix: "jpeg" or "png".
        content: uint8 [bytes].
        offsets: integers [n + 1].
        labels: integers [n], or None.
        class_names: the names of the classes, or None for their numbers.
        classes: how many there are, where they have no names.
    """

    def __init__(
        self,
        path: Path,
        suffix: str,
        content: np.ndarray,
        offsets: np.ndarray,
        labels: np.ndarray | None = None,
        class_names: Sequence[str] | None = None,
        classes: int = 0,
    ) -> None:
        super().__init__(path, [])
        self._content = content
        self._classes, folders = None, [""] * (len(offsets) - 1)
        if labels is not None:
            names = range(classes) if class_names is None else class_names
            self._classes = [str(name).replace("/", "-") for name in names]
            folders = [f"{self._classes[label]}/" for label in labels]
        self.names = [f"{top}{i:06}.{suffix}" for i, top in enumerate(folders)]
        ends = zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)
        self._ends = dict(zip(self.names, ends, strict=True))

    def open(self, name: str) -> Any:
        start, stop = self._ends[name]
        return io.BytesIO(self._content[start:stop].tobytes())

    def classes(self) -> list[str] | None:
        """The names of all classes, in the order of their numbers."""
        return self._classes

    def splits(self) -> list[str] | None:
        """None: a split has arrays of its own."""
        return None


def is_encoded(path: str | os.PathLike) -> bool:
    """Whether `path` is an .npz file of JPEG or PNG files."""
    path = Path(path)
    if path.suffix != ".npz" or not path.is_file() or not zipfile.is_zipfile(path):
        return False
    with np.load(path) as file:
        return bool(prefixes(file.files))


def prefixes(names: Sequence[str]) -> dict[str, str]:
    """Prefix of arrays -> format of the files in them.

    >>> kgan.data.encoded.prefixes(["train_jpeg", "train_offsets", "labels"])
    {'train_': 'jpeg'}

    Args:
        names: of the arrays.
    """
    return {
        name.removesuffix(suffix): suffix
        for suffix in _FORMATS
        for name in names
        if name.endswith(suffix) and f"{name.removesuffix(suffix)}offsets" in names
    }


def splits_of_npz(path: str | os.PathLike) -> list[str]:
    """The names of the splits in an .npz file: those of `train_jpeg` or `x_train`."""
    with np.load(path) as file:
        names = file.files
    named = [name.removeprefix("x_") for name in names if name.startswith("x_")]
    return named + [p.removesuffix("_") for p in prefixes(names) if p]


def open_encoded(path: str | os.PathLike, split: str | None) -> EncodedFiles:
    """Opens an .npz file of JPEG or PNG files.

    Its arrays are `jpeg` (or `png`), uint8, the bytes of all files one after another;
    `offsets`, integers [n + 1]; and, where there are classes, `labels`, integers [n],
    and `class_names`. With splits, the first three have names such as `train_jpeg`.

        >>> from kgan.data.encoded import open_encoded
        >>> kgan.system.image_files.save("a.png", np.zeros((8, 8, 1), "uint8"))
        >>> png = np.frombuffer(Path("a.png").read_bytes(), "uint8")
        >>> np.savez("set.npz", png=np.tile(png, 2), offsets=len(png) * np.arange(3))
        >>> open_encoded("set.npz", "train").names
        ['000000.png', '000001.png']

    Args:
        path: of the .npz file.
        split: which arrays, if there are splits.

    Raises:
        ValueError: if there is no such split, or the arrays do not fit together.
    """
    path = Path(path)
    with np.load(path, allow_pickle=False) as file:
        formats = prefixes(file.files)
        prefix = "" if "" in formats else f"{split}_"
        if prefix not in formats:
            raise ValueError(
                f"Expected a split of {path}: "
                f"{', '.join(p.removesuffix('_') for p in formats)}. "
                f"Received: split={split!r}. Choose one with split (--split)."
            )
        suffix = formats[prefix]
        content, offsets = file[f"{prefix}{suffix}"], file[f"{prefix}offsets"]
        of_splits = {
            p: np.ravel(file[f"{p}labels"]) for p in formats if f"{p}labels" in file
        }
        names = next((file[n].tolist() for n in _NAMES if n in file), None)
    labels = of_splits.get(prefix)
    for part in of_splits.values():
        _check_labels(path, part, names)
    _check(path, content, offsets, labels)
    # A class has one number, also where a split lacks it.
    classes = max((int(part.max()) + 1 for part in of_splits.values()), default=0)
    return EncodedFiles(path, suffix, content, offsets, labels, names, classes)


def _check(path: Path, content: Any, offsets: Any, labels: Any):
    n = len(offsets) - 1
    kinds = content.dtype == np.uint8 and offsets.dtype.kind in "iu"
    whole = kinds and content.ndim == offsets.ndim == 1 and n > 0
    if (
        not whole
        or offsets[0] < 0
        or offsets[-1] > len(content)
        or any(np.diff(offsets.astype("int64")) < 0)
    ):
        raise ValueError(
            "Expected files one after another, uint8 [bytes], and offsets, integers "
            f"[n + 1], which rise from 0 to the number of bytes. Received: {path} with "
            f"{content.dtype} {content.shape} and offsets {offsets.dtype} "
            f"{offsets.shape}."
        )
    if labels is not None and len(labels) != n:
        raise ValueError(
            f"Expected labels, integers [{n}], one per file. Received: "
            f"{labels.dtype} {labels.shape} in {path}."
        )


def _check_labels(path: Path, labels: np.ndarray, names: Any):
    most = np.inf if names is None else len(names)
    integers = labels.dtype.kind in "iu" and labels.size
    if not integers or labels.min() < 0 or labels.max() >= most:
        raise ValueError(
            "Expected labels, integers from 0 to the number of class names. "
            f"Received: {labels.dtype} {labels.shape} in {path}."
        )
