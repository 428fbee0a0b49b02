"""The place of results: JSON files 001.json, 002.json ... beside what was scored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kgan.runs.config import is_run


def folder_of(source: Any) -> Path:
    """Returns the directory of the results of a source.

    Args:
        source: the directory of a run or of an export, or a `.keras` file.

    Returns:
        For a run, its subdirectory evaluations; otherwise SOURCE.evaluations, beside
        the source.
    """
    source = Path(source)
    if is_run(source):
        return source / "evaluations"
    return source.with_name(f"{source.name}.evaluations")


def next_path(source: Any) -> Path:
    """Returns the path for a new result of `source`: the next free number."""
    numbers = [int(path.stem) for path in _numbered(folder_of(source))]
    return folder_of(source) / f"{max(numbers, default=0) + 1:03d}.json"


def newest_path(source: Any) -> Path:
    """Returns the path of the newest result of `source`.

    Args:
        source: as for `folder_of`; or a JSON file, which is returned unchanged.

    Raises:
        ValueError: if `source` has no results.
    """
    source = Path(source)
    if source.suffix == ".json":
        return source
    paths = _numbered(folder_of(source))
    if not paths:
        raise ValueError(
            "Expected a JSON file of kgan evaluate, or a source with results. "
            f"Received: {source}, without results in {folder_of(source)}. Evaluate it "
            f"first: kgan evaluate {source}"
        )
    return max(paths, key=lambda path: int(path.stem))


def _numbered(folder: Path):
    return [path for path in folder.glob("*.json") if path.stem.isdigit()]
