"""What a folder or archive of images is, before anything learns from it."""

from __future__ import annotations

import collections
import dataclasses
import hashlib
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from kgan.data.decoding import Header, read_header, read_pixels
from kgan.data.files import Files
from kgan.spaces.images import tile

# Images whose mean level of 255 is below it are near-black.
_DARK = 10.0
_CELL = 96


@dataclasses.dataclass(frozen=True)
class Survey:
    """What was found in the files of a folder or archive.

        >>> for i in range(4):
        ...     pixels = np.full((8, 8, 1), 60 * (i % 2), "uint8")
        ...     kgan.system.image_files.save(f"{i}.png", pixels)
        >>> files = kgan.data.files.open_files(".")
        >>> found = kgan.data.survey.survey(files)
        >>> found.count, found.duplicates, found.dark
        (4, [['0.png', '2.png'], ['1.png', '3.png']], ['0.png', '2.png'])

    Attributes:
        headers: name -> the header of an image.
        corrupt: name -> why a file is not a readable image.
        classes: class -> its number of images; empty without subfolders.
        duplicates: groups of names whose pixels are equal.
        dark: names of images whose mean level is below 10 of 255.
    """

    headers: dict[str, Header]
    corrupt: dict[str, str]
    classes: dict[str, int]
    duplicates: list[list[str]]
    dark: list[str]

    @property
    def count(self) -> int:
        """The number of images."""
        return len(self.headers)

    def sizes(self) -> collections.Counter[tuple[int, int]]:
        """(height, width) -> the number of images."""
        return collections.Counter((h.height, h.width) for h in self.headers.values())

    def channels(self) -> collections.Counter[int]:
        """Channels -> the number of images."""
        return collections.Counter(h.channels for h in self.headers.values())

    def rows(self) -> list[tuple[str, str]]:
        """(What, its text) for each property, without those that are not there."""
        modes = collections.Counter(h.mode for h in self.headers.values())
        animated = [name for name, h in self.headers.items() if h.animated]
        sizes = {f"{h}x{w}": n for (h, w), n in self.sizes().items()}
        alone = [name for name, n in self.classes.items() if n == 1]
        groups = [" = ".join(group[:3]) for group in self.duplicates]
        extra = sum(len(group) - 1 for group in self.duplicates)
        corrupt = [f"{name} ({why})" for name, why in self.corrupt.items()]
        rows = {
            "images": f"{self.count:,}",
            "height x width": _counts(sizes),
            "channels": _counts(self.channels()),
            "kinds": _counts(modes),
            "classes": self.classes and f"{len(self.classes)}: {_counts(self.classes)}",
            "one image": alone and f"{len(alone)} classes: {_some(alone)}",
            "animated": animated and f"{_of(animated)}; the first frame is read",
            "duplicates": extra and f"{extra}: {_some(groups)}",
            "near-black": self.dark and _of(self.dark),
            "corrupt": corrupt and _of(corrupt),
        }
        return [(name, text) for name, text in rows.items() if text]


def survey(files: Files) -> Survey:
    """Decodes every file once, in bounded memory.

    Raises:
        ValueError: if no file is an image.
    """

    def examine(name: str):
        return _examine(files, name)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = dict(zip(files.names, pool.map(examine, files.names), strict=True))
    corrupt = {n: f for n, f in found.items() if isinstance(f, str)}
    images = {n: f for n, f in found.items() if not isinstance(f, str)}
    if not images:
        name, reason = next(iter(corrupt.items()))
        raise ValueError(
            f"Expected a folder of images. Received: {files.root} with {len(corrupt)} "
            f"files, none of which is a readable image; one is {name} ({reason})."
        )
    classes = {}
    if files.classes() is not None:
        classes = collections.Counter(name.partition("/")[0] for name in images)
    same = collections.defaultdict(list)
    for name, image in images.items():
        same[image.digest].append(name)
    return Survey(
        {name: image.header for name, image in images.items()},
        corrupt,
        dict(classes),
        [names for names in same.values() if len(names) > 1],
        [name for name, image in images.items() if image.level < _DARK],
    )


def contact_sheet(files: Files, names: Iterable[str]) -> np.ndarray:
    """Small images beside each other, each as a whole, on white.

    Args:
        files: have the images.
        names: of the images.

    Returns:
        uint8 [height, width, 3].
    """
    cells = []
    for name in names:
        pixels = read_pixels(files.open(name), 3, name)
        picture = Image.fromarray(pixels)
        picture.thumbnail((_CELL, _CELL), Image.Resampling.BICUBIC)
        cell = Image.new("RGB", (_CELL, _CELL), "white")
        left, top = ((_CELL - side) // 2 for side in picture.size)
        cell.paste(picture, (left, top))
        cells.append(np.asarray(cell))
    return tile(np.stack(cells))


class _Image(NamedTuple):
    header: Header
    digest: bytes
    level: float


def _examine(files: Files, name: str) -> Any:
    """An `_Image`, or why there is none."""
    header = read_header(files.open(name), whole=True)
    if not isinstance(header, Header):
        return header
    pixels = read_pixels(files.open(name), 1 if header.channels == 1 else 3, name)
    digest = hashlib.blake2b(pixels.tobytes(), digest_size=16)
    digest.update(str(pixels.shape).encode())
    return _Image(header, digest.digest(), float(pixels.mean()))


def _counts(counts: dict[Any, int], most: int = 6):
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    shown = [f"{name} ({count:,})" for name, count in ordered[:most]]
    rest = len(ordered) - len(shown)
    return ", ".join(shown) + (f", and {rest} more" if rest > 0 else "")


def _of(names: list[str]):
    return f"{len(names)}: {_some(names)}"


def _some(names: list[str], most: int = 3):
    return ", ".join(names[:most]) + (", ..." if len(names) > most else "")
