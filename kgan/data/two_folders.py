"""Pairs of images in two folders or archives, by equal names."""

from __future__ import annotations

import collections
import logging
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from kgan.data.decoding import Header
from kgan.data.files import Files
from kgan.data.folder import of_headers, scan
from kgan.data.memory import held
from kgan.data.pairs import AlignedSource
from kgan.data.reading import Reading
from kgan.data.sources import Source

_log = logging.getLogger("kgan")
# Below this, the difference of two aspects is rounding to whole pixels.
_SAME_ASPECT = 0.03


def open_two_folders(source: Files, target: Files, reading: Reading) -> Source:
    """Opens pairs of image files that have equal names, apart from their suffixes.

    Raises:
        ValueError: as `open_folder`; if a file has no partner, or one of a size that
            does not fit.
    """
    both = [_by_stem(files) for files in (source, target)]
    _require_partners(source, target, *both)
    files = [f.only(b[s] for s in sorted(b)) for f, b in zip((source, target), both)]  # noqa: B905
    headers = [scan(f, reading.skip_corrupt) for f in files]
    stems = [{_stem(name) for name in h} for h in headers]
    readable = stems[0] & stems[1]
    headers = [
        {n: header for n, header in h.items() if _stem(n) in readable} for h in headers
    ]
    if reading.size is None:
        _require_equal_sizes(files, headers, reading.crop)
    else:
        _warn_of_other_proportions(files, headers)
    halves = [
        held(of_headers(f, h, reading), reading.in_memory)
        for f, h in zip(files, headers, strict=True)
    ]
    return AlignedSource(*halves)


def _stem(name: str):
    return str(PurePosixPath(name).with_suffix(""))


def _by_stem(files: Files):
    """Name without suffix -> name."""
    names = {}
    for name in files.names:
        other = names.setdefault(_stem(name), name)
        if other != name:
            raise ValueError(
                "Expected files whose names without suffixes differ, to find pairs. "
                f"Received: {other} and {name} in {files.root}."
            )
    return names


def _require_partners(source: Files, target: Files, sources: Any, targets: Any):
    alone = [
        f"{len(missing)} only in {files.root}: {', '.join(missing[:3])}"
        for files, missing in (
            (source, sorted(n for s, n in sources.items() if s not in targets)),
            (target, sorted(n for s, n in targets.items() if s not in sources)),
        )
        if missing
    ]
    if alone:
        raise ValueError(
            "Expected pairs: files of equal names, apart from suffixes, in both "
            f"folders. Received: {'; '.join(alone)}. Remove these files; if there are "
            "no pairs, say paired=False (--no-paired)."
        )


def _require_equal_sizes(
    files: Sequence[Files], headers: Sequence[dict[str, Header]], crop: int | None
):
    """Refuses pairs whose proportion of sizes is not that of the others.

    Targets may be larger, as in super-resolution. Crops need images of one size.
    """
    pairs = _pairs(headers)
    proportions = [
        (target.height / source.height, target.width / source.width)
        for (_, source), (_, target) in pairs
    ]
    usual = collections.Counter(proportions).most_common(1)[0][0]
    wanted = usual if crop is None else (1.0, 1.0)
    odd = [p for p, found in zip(pairs, proportions, strict=True) if found != wanted]
    if not odd:
        return
    first = _described(files, odd[0])
    raise ValueError(
        "Expected pairs of images of one size. Received: "
        f"{first}{f', and {len(odd) - 1} more such pairs' if odd[1:] else ''}. Remove "
        "such pairs, or choose the size to crop and resize both to with image_size "
        "(--image-size)."
    )


def _warn_of_other_proportions(files: Sequence[Files], headers: Any):
    """Warns of pairs whose images are cropped to different parts of what they show."""
    odd = [
        (one, other)
        for one, other in _pairs(headers)
        if abs(_aspect(one) / _aspect(other) - 1.0) > _SAME_ASPECT
    ]
    if odd:
        _log.warning(
            "kgan: the two images of %d pairs have different proportions, such as %s; "
            "each is cropped at its own centre",
            len(odd),
            _described(files, odd[0]),
        )


def _pairs(headers: Sequence[dict[str, Header]]):
    """((name, header) of the source, (name, header) of the target) of each pair."""
    # Both are in the order of the names without suffixes.
    return list(zip(*(h.items() for h in headers), strict=True))


def _aspect(named: tuple[str, Header]):
    return named[1].width / named[1].height


def _described(files: Sequence[Files], pair: Any):
    return " and ".join(
        f"{header.height}x{header.width} of {f.root / name}"
        for f, (name, header) in zip(files, pair, strict=True)
    )
