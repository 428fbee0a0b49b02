"""Where kgan keeps what it can compute or download again."""

import os
from pathlib import Path

_ENVIRONMENT = "KGAN_CACHE"


def directory() -> Path:
    """`KGAN_CACHE` if set, else ~/.cache/kgan. Users may remove it at any time."""
    path = os.environ.get(_ENVIRONMENT)
    return Path(path).expanduser() if path else Path.home() / ".cache" / "kgan"
