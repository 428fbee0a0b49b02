"""Writing files at once or not at all, so that a reader never sees half of a file."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def atomic_file(path: str | os.PathLike) -> Iterator[Path]:
    """Yields a path to write to; it becomes `path` when the block ends without errors.

    A file that exists at `path` is replaced.

        >>> with kgan.system.files.atomic_file("scores.txt") as partial:
        ...     _ = partial.write_text("1.0")
        >>> Path("scores.txt").read_text()
        '1.0'
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # With the same suffix, because image writers choose their format by the suffix.
    partial = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextlib.contextmanager
def new_directory(path: str | os.PathLike) -> Iterator[Path]:
    """Yields a directory to fill; it becomes `path` when the block ends without errors.

    Raises:
        FileExistsError: if `path` exists when the block begins or ends.
        NotADirectoryError: if `path` is below a file.
    """
    path = Path(path)
    exists = FileExistsError(
        f"Expected a new path. Received: {path}, which exists, and nothing is "
        "overwritten. Choose another path, or remove this one first."
    )
    if path.exists() or path.is_symlink():
        raise exists
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise NotADirectoryError(
            f"Expected a path below folders. Received: {path}, above which is a file. "
            "Choose another path."
        ) from None
    partial = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        yield partial
        partial.chmod(0o755)
        try:
            partial.rename(path)
        except OSError:
            if path.exists() or path.is_symlink():
                raise exists from None
            raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)
