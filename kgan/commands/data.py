"""Show what a set of images is, and how to train on it.

It decodes every image, counts sizes, channels and classes, names corrupt files,
duplicates and near-black images, writes a contact sheet, and prints the command of
train.py that fits.
"""

from __future__ import annotations

import dataclasses
import itertools
import shlex
from collections.abc import Iterable
from typing import Annotated, Any

import tyro

from kgan.commands.sample import new_picture

# Sides that a DCGAN makes in minutes, for images of other sizes.
_SIDES = (64, 32)
_LARGEST = 128
_BATCH = 64


@dataclasses.dataclass(frozen=True)
class Options:
    """Which images, and where the contact sheet goes."""

    source: Annotated[str, tyro.conf.Positional]
    """A folder of images, flat or with one subfolder per class, a .zip, a .tar, an
    .npz, or the name or directory of a TFDS set."""
    split: str | None = None
    """The split, where there are several. Default: train, or the first."""
    data_dir: str | None = None
    """Directory of TFDS sets. Default: TFDS_DATA_DIR, else ~/tensorflow_datasets."""
    images: int = 64
    """Images on the contact sheet."""
    out: str = "contact.png"
    """The file of the contact sheet; must not exist."""


def run(options: Options) -> None:
    from kgan.data.opening import splits_of
    from kgan.data.survey import contact_sheet
    from kgan.system import image_files
    from kgan.system.text import columns

    out = new_picture(options.out)
    splits = splits_of(options.source, options.data_dir)
    split = options.split
    if split is None and splits:
        split = next((s for s in splits if s.startswith("train")), splits[0])
    found, pictures = _look(options, split)
    rows = found.rows()
    if splits:
        rows.insert(0, ("splits", f"{', '.join(splits)}; this is {split}"))
    print("\n".join(columns(rows)))
    image_files.save(out, contact_sheet(pictures))
    print(f"contact sheet   {out}")
    for line in advice(found, split if splits else None):
        print(f"\n{line}")
    command = train_command(options.source, found, split if splits else None)
    place = f" --data-dir {shlex.quote(options.data_dir)}" if options.data_dir else ""
    print(f"\n    {command}{place}")


def _look(options: Options, split: str | None) -> tuple[Any, Iterable[Any]]:
    """The survey of a set, and the pictures of its contact sheet."""
    from kgan.data.opening import files_of, open_as_it_is
    from kgan.data.survey import (
        pictures_of_files,
        pictures_of_source,
        survey,
        survey_source,
    )

    most = max(1, options.images)
    files = files_of(options.source, split)
    if files is not None:
        found = survey(files)
        names = list(found.headers)[:: max(1, found.count // most)]
        return found, pictures_of_files(files, names[:most])
    source = open_as_it_is(options.source, split, options.data_dir)
    found = survey_source(source)
    pictures = pictures_of_source(source, max(1, found.count // most))
    return found, itertools.islice(pictures, most)


def advice(found: Any, split: str | None) -> list[str]:
    """What else can be done with these images, one sentence each.

    Args:
        found: a `kgan.data.survey.Survey`.
        split: the split that is learned from, or None.
    """
    lines = []
    if all(width == 2 * height for height, width in found.sizes()):
        lines.append(
            "All images are twice as wide as high. If they are pairs side by side, say "
            "which half is the target: --target left or --target right."
        )
    if split and split.endswith("A"):
        lines.append(
            f"Two domains: add --target {split[:-1]}B --no-paired for a recipe that "
            "translates."
        )
    if len(found.classes) > 1:
        lines.append("Classes: add --labels for a recipe that learns from them.")
    return lines


def train_command(source: str, found: Any, split: str | None) -> str:
    """The command of train.py that learns from these images.

    Args:
        source: the name or path of the set.
        found: a `kgan.data.survey.Survey`.
        split: the split that is learned from, or None.
    """
    parts = ["python train.py dcgan --data", shlex.quote(source)]
    if split not in (None, "train"):
        parts.append(f"--split {split}")
    side = _side(found)
    if side:
        parts.append(f"--image-size {side}")
    channels = found.channels()
    if len(channels) > 1:
        # Color holds gray images too.
        parts.append(f"--channels {3 if max(channels) > 1 else 1}")
    if found.corrupt:
        parts.append("--skip-corrupt")
    if found.count < _BATCH:
        parts.append(f"--batch-size {found.count}")
    return " ".join(parts)


def _side(found: Any):
    """Pixels per side to resize to; None if the images have one size that fits."""
    from kgan.networks.dcgan import stages

    sizes = found.sizes()
    if len(sizes) == 1 and max(next(iter(sizes))) <= _LARGEST:
        try:
            stages((*next(iter(sizes)), 3))
        except ValueError:
            pass
        else:
            return None
    shorter = sorted(min(h.height, h.width) for h in found.headers.values())
    middle = shorter[len(shorter) // 2]
    return next((side for side in _SIDES if side <= middle), _SIDES[-1])
