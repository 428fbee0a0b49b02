"""What a set of images is, before anything learns from it."""

from __future__ import annotations

import collections
import dataclasses
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from kgan.data.decoding import Header, losses, read_each, read_header, read_pixels
from kgan.data.files import Files
from kgan.data.sources import Source
from kgan.spaces.images import tile

# Images whose mean level of 255 is below it are near-black.
_DARK = 10.0
_CELL = 96
# Pillow's modes of arrays, by their channels.
_MODES = {1: "L", 3: "RGB", 4: "RGBA"}


@dataclasses.dataclass(frozen=True)
class Survey:
    """What was found in a set of images.

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
        lost = losses(self.headers).items()
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
            "read in part": "; ".join(f"{what}: {_of(names)}" for what, names in lost),
            "duplicates": extra and f"{extra}: {_some(groups)}",
            "near-black": self.dark and _of(self.dark),
            "corrupt": corrupt and _of(corrupt),
        }
        return [(name, text) for name, text in rows.items() if text]


def survey(files: Files) -> Survey:
    """Decodes every file of a folder or archive once, in bounded memory.

    Raises:
        ValueError: if no file is an image.
    """
    images, corrupt = read_each(files, _examine)
    classes = {}
    if files.classes() is not None:
        classes = {name: name.partition("/")[0] for name in images}
    return _of_images(images, corrupt, classes)


def survey_source(source: Source) -> Survey:
    """Reads every image of a set without files once, in bounded memory.

        >>> pixels = np.repeat([0, 200], 64 * 4).reshape(8, 8, 8, 1).astype("uint8")
        >>> found = kgan.data.survey.survey_source(kgan.data.ArraySource(pixels))
        >>> found.count, len(found.duplicates), found.dark
        (8, 2, ['0', '1', '2', '3'])

    Args:
        source: of images, with labels or without. Image i is called "i".
    """
    images, classes = {}, {}
    for i, (pixels, *label) in enumerate(_parts(source)):
        height, width, channels = pixels.shape
        header = Header(channels, height, width, _MODES.get(channels, "other"), False)
        images[str(i)] = _known(header, pixels)
        if label:
            number = int(label[0])
            names = source.class_names
            classes[str(i)] = names[number] if names else str(number)
    return _of_images(images, {}, classes)


def pictures_of_files(files: Files, names: Iterable[str]) -> Iterable[np.ndarray]:
    """The images of some files, uint8 [height, width, 3]."""
    return (read_pixels(files.open(name), 3, name) for name in names)


def pictures_of_source(source: Source, step: int) -> Iterable[np.ndarray]:
    """Every `step`-th image of a set, uint8 [height, width, 3 or 4]."""
    for pixels, *_ in _parts(source, step):
        yield np.repeat(pixels, 3, axis=-1) if pixels.shape[-1] == 1 else pixels


def contact_sheet(pictures: Iterable[np.ndarray]) -> np.ndarray:
    """Small images beside each other, each as a whole, on white.

    Args:
        pictures: uint8 [height, width, 3 or 4], of any sizes.

    Returns:
        uint8 [height, width, 3].
    """
    cells = []
    for pixels in pictures:
        picture = Image.fromarray(pixels)
        picture.thumbnail((_CELL, _CELL), Image.Resampling.BICUBIC)
        cell = Image.new("RGB", (_CELL, _CELL), "white")
        left, top = ((_CELL - side) // 2 for side in picture.size)
        alpha = picture if picture.mode == "RGBA" else None
        cell.paste(picture, (left, top), alpha)
        cells.append(np.asarray(cell))
    return tile(np.stack(cells))


def _parts(source: Source, step: int = 1):
    """The parts of every `step`-th example, as NumPy arrays."""
    elements = source.ordered().shard(step, 0)
    return elements.map(source.fetch, num_parallel_calls=8).as_numpy_iterator()


def _of_images(
    images: Mapping[str, _Image], corrupt: dict[str, str], classes: Mapping[str, str]
):
    same = collections.defaultdict(list)
    for name, image in images.items():
        same[image.digest].append(name)
    return Survey(
        {name: image.header for name, image in images.items()},
        corrupt,
        dict(collections.Counter(classes.values())),
        [names for names in same.values() if len(names) > 1],
        [name for name, image in images.items() if image.level < _DARK],
    )


class _Image(NamedTuple):
    header: Header
    digest: bytes
    level: float


def _examine(file: Any) -> Any:
    """An `_Image`, or why there is none."""
    header = read_header(file, whole=True)
    if not isinstance(header, Header):
        return header
    if hasattr(file, "seek"):
        file.seek(0)
    return _known(header, read_pixels(file, 1 if header.channels == 1 else 3, "image"))


def _known(header: Header, pixels: np.ndarray):
    digest = hashlib.blake2b(pixels.tobytes(), digest_size=16)
    digest.update(str(pixels.shape).encode())
    return _Image(header, digest.digest(), float(pixels[..., :3].mean()))


def _counts(counts: dict[Any, int], most: int = 6):
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    shown = [f"{name} ({count:,})" for name, count in ordered[:most]]
    rest = len(ordered) - len(shown)
    return ", ".join(shown) + (f", and {rest} more" if rest > 0 else "")


def _of(names: list[str]):
    return f"{len(names)}: {_some(names)}"


def _some(names: list[str], most: int = 3):
    return ", ".join(names[:most]) + (", ..." if len(names) > most else "")
