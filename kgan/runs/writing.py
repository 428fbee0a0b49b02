"""Who writes the directory of a run: one process at a time."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import Any

from kgan.runs.config import CONFIG
from kgan.system.files import atomic_file

# The lock files of the directories that this process writes, as file descriptors. A
# process that stopped training by an exception still has its lock, and may begin again.
_held: dict[Path, int] = {}


def lock(path: str | Path) -> None:
    """Makes the directory of a run, and keeps other processes from writing there.

    >>> kgan.runs.writing.lock("logs/mine")
    >>> kgan.runs.writing.unlock("logs/mine")

    Raises:
        OSError: if the directory cannot be made.
        ValueError: if another process writes there.
    """
    path = Path(path).resolve()
    path.mkdir(parents=True, exist_ok=True)
    if path in _held:
        return
    file = os.open(path / "lock", os.O_CREAT | os.O_WRONLY)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        raise ValueError(
            "Expected a run that no other process writes to. "
            f"Received: {path}. Another process is training this run. "
            "Wait for that process, or stop it."
        ) from None
    _held[path] = file


def unlock(path: str | Path) -> None:
    """Lets other processes write to a directory again."""
    file = _held.pop(Path(path).resolve(), None)
    if file is not None:
        os.close(file)


def write_config(path: str | Path, config: dict[str, Any]) -> None:
    """Writes config.json, either completely or not at all.

    Args:
        path: the directory of the run.
        config: what `kgan.runs.config.settings_of` reads.
    """
    with atomic_file(Path(path) / CONFIG) as partial:
        partial.write_text(json.dumps(config, indent=2) + "\n")
