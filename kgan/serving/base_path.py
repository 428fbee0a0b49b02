"""The folder that TF Serving watches: export/<name>/<version>/."""

import re
from pathlib import Path

# What stands beside a SavedModel.
EXTRA = "assets.extra"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")


def check_name(name, what="name"):
    """`name`, if it is that of a model or a label.

    Raises:
        ValueError: if it has other characters than letters, digits, '_' and '-', such
            as the slashes and dots that lead out of a folder.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"Expected a {what} of letters, digits, '_' and '-': it becomes part of "
            f"paths and addresses. Received: {what}={name!r}."
        )
    return name


def model_directory(export, name):
    """`export`/`name`, where the versions of a model are.

    Raises:
        ValueError: for a name that is none, or a symbolic link in its place: it could
            lead anywhere.
    """
    path = Path(export) / check_name(name)
    if path.is_symlink():
        raise ValueError(
            f"Expected {path} as a directory or nothing. Received: a symbolic link to "
            f"{path.readlink()}. Remove it, or choose another name."
        )
    return path


def versions(base):
    """The numbers of a model's versions, ascending."""
    return sorted(int(p.name) for p in Path(base).glob("*") if _is_version(p))


def next_version(base):
    """The path of the next version in a TF Serving model base path: `base`/1, 2, ..."""
    return Path(base) / str(max(versions(base), default=0) + 1)


def next_file(base, suffix):
    """The path of the next of a model's files: `base`/1.onnx, 2.onnx, ..."""
    stems = [int(p.stem) for p in Path(base).glob(f"*{suffix}") if p.stem.isdecimal()]
    return Path(base) / f"{max(stems, default=0) + 1}{suffix}"


def _is_version(path):
    return path.name.isascii() and path.name.isdigit()
