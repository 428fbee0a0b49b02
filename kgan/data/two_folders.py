"""Pairs of images in two folders or archives, by equal names."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from kgan.data.files import Files
from kgan.data.folder import of_headers, scan
from kgan.data.memory import held
from kgan.data.pairs import AlignedSource
from kgan.data.reading import Reading
from kgan.data.sources import Source


def open_two_folders(source: Files, target: Files, reading: Reading) -> Source:
    """Opens pairs of image files that have equal names, apart from their suffixes.

    Raises:
        ValueError: as `open_folder`; if a file has no partner.
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
