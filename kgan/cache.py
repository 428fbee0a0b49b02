"""Where kgan keeps what it can make, or download, again."""

import os
from pathlib import Path

_ENVIRONMENT = "KGAN_CACHE"


def directory():
    """`KGAN_CACHE` if set, else ~/.cache/kgan. It may be removed at any time."""
    chosen = os.environ.get(_ENVIRONMENT)
    return Path(chosen).expanduser() if chosen else Path.home() / ".cache" / "kgan"
