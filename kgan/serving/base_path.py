"""The directory that TF Serving watches: export/<name>/<version>/."""

from __future__ import annotations

import re
from pathlib import Path

# The directory in a SavedModel for files that are not part of the graph.
EXTRA = "assets.extra"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")


def check_name(name: str, what: str = "name") -> str:
    """Returns `name` if it is a valid name of a model or a label.

    Args:
        name: the name.
        what: what it names, for the message.

    Raises:
        ValueError: if it has characters other than letters, digits, '_' and '-':
            slashes and dots could lead out of the directory.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"Expected a {what} of letters, digits, '_' and '-', because it becomes "
            f"part of paths and addresses. Received: {what}={name!r}."
        )
    return name


def model_directory(export: str | Path, name: str) -> Path:
    """The directory of a model's versions: `export`/`name`.

    Raises:
        ValueError: if the name is not valid, or if the directory is a symbolic link,
            which could lead anywhere.
    """
    path = Path(export) / check_name(name)
    if path.is_symlink():
        raise ValueError(
            f"Expected {path} to be a directory or not to exist. Received: a symbolic "
            f"link to {path.readlink()}. Remove the link, or choose another name."
        )
    return path


def versions(base: str | Path) -> list[int]:
    """The numbers of the versions in a model's directory, ascending."""
    return sorted(int(p.name) for p in Path(base).glob("*") if _is_version(p))


def next_version(base: str | Path) -> Path:
    """The path of the next version in a model's directory: `base`/1, `base`/2, ..."""
    return Path(base) / str(max(versions(base), default=0) + 1)


def next_file(base: str | Path, suffix: str) -> Path:
    """The path of a model's next file: `base`/1.onnx, `base`/2.onnx, ..."""
    stems = [int(p.stem) for p in Path(base).glob(f"*{suffix}") if p.stem.isdecimal()]
    return Path(base) / f"{max(stems, default=0) + 1}{suffix}"


def _is_version(path: Path):
    return path.name.isascii() and path.name.isdigit()
