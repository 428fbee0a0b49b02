"""Translate a folder of images of any size by a run, a .keras file, an export or a
server.

The model translates images: pix2pix, CycleGAN, super-resolution, colorization. Images
that are larger than a tile are translated tile by tile, and the tiles blend into each
other. Each answer is a PNG file of the name of its image.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

import numpy as np
import tyro


@dataclasses.dataclass(frozen=True)
class Options:
    """Which images, and where to."""

    source: Annotated[str, tyro.conf.Positional]
    """Directory of a run (logs/pix2pix/001), .keras file, export, or address of a
    server (http://localhost:8501, grpc://localhost:8500)."""
    images: Annotated[str, tyro.conf.Positional]
    """Folder, .zip or .tar of images, or one image file."""
    out: str
    """The folder to write; must not exist."""
    endpoint: str | None = None
    """What the model is asked, such as translate_back of CycleGAN. Default: its first
    endpoint from images to images."""
    tile: int = 512
    """Pixels per side of a tile, at most: memory grows with it."""
    overlap: int = 32
    """Pixels that neighbouring tiles have in common."""
    multiple: int | None = None
    """What sides must be divisible by, for a server, which does not say it, or an older
    export; images are padded by their mirror image, and cut again."""
    skip_corrupt: bool = False
    """Leave out and count files that are not images."""
    seed: int = 0
    """Fixes what the model draws, if it draws anything."""
    weights: Literal["auto", "ema", "raw"] = "auto"
    """ema: the averaged generator; raw: the trained one; auto: averaged if any."""


def run(options: Options) -> None:
    from kgan.data.decoding import read_pixels
    from kgan.evaluation import open_samples
    from kgan.spaces.tiles import by_tiles
    from kgan.system import image_files
    from kgan.system.files import new_directory

    _check(options)
    files, headers = image_files_of(options.images, options.skip_corrupt)
    names = png_names(files)
    with new_directory(options.out) as place:
        samples = open_samples(options.source, options.weights, options.endpoint)
        name, space = _source(samples)
        _check_sizes(headers, space)
        multiple = _multiple(options, space, samples.source)
        sizes = [side for side in space.shape[:2] if side is not None]
        tile = min([options.tile // multiple * multiple or multiple, *sizes])
        overlap = min(options.overlap, tile // 2)

        def translate(images: np.ndarray) -> np.ndarray:
            return samples.draw(1, options.seed, **{name: images})

        for file, answer in zip(files.names, names, strict=True):
            pixels = read_pixels(files.open(file), space.shape[-1], file)
            made = by_tiles(translate, pixels, tile, overlap, multiple)
            (place / answer).parent.mkdir(parents=True, exist_ok=True)
            image_files.save(place / answer, made)
    print(f"{len(names)} images, weights {samples.weights}: {options.out}")


def _check(options: Options):
    """Raises ValueError for numbers out of range."""
    from kgan.system.checks import check_whole

    check_whole("tile", options.tile)
    check_whole("overlap", options.overlap, 0)
    if options.multiple is not None:
        check_whole("multiple", options.multiple)


def image_files_of(path: str, skip_corrupt: bool = False) -> tuple[Any, dict[str, Any]]:
    """(`kgan.data.files.Files` of a folder or archive, or one file; name -> header).

    Each file is decoded once before the work, so that no damage ends it in the middle.

    Raises:
        ValueError: if there are no images, or other files, unless these are left out.
    """
    from kgan.data.files import Files, is_archive, open_files
    from kgan.data.folder import scan

    place = Path(path).expanduser()
    if place.is_file() and not is_archive(place):
        files = Files(place.parent, [place.name])
    else:
        files = open_files(place)
    headers = scan(files, skip_corrupt, whole=True)
    return files.only(headers), headers


def png_names(files: Any) -> list[str]:
    """The names of the answers, a PNG file for each image.

    Raises:
        ValueError: if two images would have the same answer.
    """
    names = [str(PurePosixPath(name).with_suffix(".png")) for name in files.names]
    twice = {n for n in names if names.count(n) > 1}
    if twice:
        which = [f for f, n in zip(files.names, names, strict=True) if n in twice]
        raise ValueError(
            "Expected images whose names differ without their suffix, because each "
            f"answer is a PNG file. Received: {', '.join(which[:4])}."
        )
    return names


def _source(samples: Any):
    """(What the model calls the image that it takes, its space).

    Raises:
        ValueError: if it takes none, or more than an image.
    """
    from kgan.spaces import Images

    kinds = [(name, space) for name, space in samples.takes.items()]
    fits = len(kinds) == 1 and isinstance(kinds[0][1], Images)
    if not fits or not isinstance(samples.space, Images):
        takes = [f"{name} ({space.describe()})" for name, space in kinds]
        raise ValueError(
            "Expected a model that makes images of images, such as one of "
            f"`python train.py pix2pix`. Received: {samples.source}, which takes "
            f"{', '.join(takes) or 'a seed alone'} and makes a "
            f"{samples.space.describe()}."
        )
    if not (kinds[0][1].from_png and samples.space.from_png):
        raise ValueError(
            "Expected images of 1, 3 or 4 channels, as PNG files have them. Received: "
            f"{samples.source}, of a {kinds[0][1].describe()} to a "
            f"{samples.space.describe()}."
        )
    return kinds[0]


def _check_sizes(headers: dict[str, Any], space: Any):
    """Raises ValueError if a model of one size cannot see the whole of an image."""
    height, width = space.shape[:2]
    small = [
        name
        for name, header in headers.items()
        if header.height < (height or 1) or header.width < (width or 1)
    ]
    if small:
        header = headers[small[0]]
        raise ValueError(
            f"Expected images of at least {height} x {width} pixels, which this model "
            f"has. Received: {small[0]} of {header.height} x {header.width}"
            f"{f', and {len(small) - 1} more' if small[1:] else ''}."
        )


def _multiple(options: Options, space: Any, source: str) -> int:
    """What the sides of tiles are multiples of.

    Raises:
        ValueError: for one that is none of what the model asks for.
    """
    multiple = options.multiple or space.multiple
    if multiple % space.multiple:
        raise ValueError(
            f"Expected --multiple {space.multiple}, or none, because {source} says it. "
            f"Received: --multiple {multiple}."
        )
    return multiple
