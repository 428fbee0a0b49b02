"""Writing files so that a reader, or a killed process, never meets half of one."""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path


@contextlib.contextmanager
def atomic_file(path):
    """Gives a path to write to, which becomes `path` when the block ends well."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # The suffix stays: image writers choose their format by it.
    partial = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextlib.contextmanager
def new_directory(path):
    """Gives a directory to fill, which becomes `path` when the block ends well.

    Raises:
        FileExistsError: if `path` exists, at the start or meanwhile.
    """
    path = Path(path)
    exists = FileExistsError(
        f"{path} exists, and nothing is overwritten. Choose another path, or remove it "
        "first."
    )
    if path.exists() or path.is_symlink():
        raise exists
    path.parent.mkdir(parents=True, exist_ok=True)
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
