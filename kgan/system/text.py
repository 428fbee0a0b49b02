"""Tables and settings as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

# An absolute path in a sentence; not the end of an address or of a relative path.
_PATH = re.compile(r"(?<![\w.:/~*)\]-])/(?:[^\s/\"',;:()]+/)+[^\s/\"',;:()]+")


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of strings as lines of aligned columns."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested dictionaries as one dictionary: {"a": {"b": 1}} -> {"a.b": 1}."""
    result = {}
    for name, value in values.items():
        if isinstance(value, dict):
            result.update(flat(value, f"{prefix}{name}."))
        else:
            result[f"{prefix}{name}"] = value
    return result


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """` Did you mean a or b?`, or an empty string if no name is close to `name`.

    Whether letters are capital does not matter.
    """
    import difflib

    by_lower = {word.lower(): word for word in known}
    close = difflib.get_close_matches(name.lower(), by_lower, n=3, cutoff=0.5)
    words = " or ".join(by_lower[word] for word in close)
    return f" Did you mean {words}?" if close else ""


def without_directories(value: Any) -> Any:
    """A tree whose strings do not say where a machine has its files.

        >>> kgan.system.text.without_directories({"data": "/home/ann/photos"})
        {'data': '.../photos'}

    An absolute path below the working directory becomes a relative one. Of others,
    the last name stays, behind `.../`, so that it is not taken for a relative path.

    Args:
        value: dictionaries, lists and tuples of any values.
    """
    if isinstance(value, dict):
        return {name: without_directories(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(without_directories(part) for part in value)
    if isinstance(value, Path):
        return without_directories(str(value))
    if not isinstance(value, str):
        return value
    if value.startswith("/") and "\n" not in value and Path(value).parent != Path("/"):
        return _shown(value)
    return _PATH.sub(lambda match: _shown(match[0]), value)


def _shown(path: str):
    here = Path.cwd()
    if Path(path).is_relative_to(here) and here != Path("/"):
        return str(Path(path).relative_to(here))
    return f".../{Path(path).name}"
