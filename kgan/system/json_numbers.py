"""Numbers that JSON lacks: infinity and NaN, as strings."""

from __future__ import annotations

import json
import math
from typing import Any

# The names of protobuf's JSON, which `float` reads.
_NAMES = ("Infinity", "-Infinity", "NaN")


def dumps(tree: Any) -> str:
    """JSON of dictionaries, lists and numbers; infinity is the string "Infinity".

    Python alone writes and reads a bare `Infinity`, which is no JSON.

    >>> print(kgan.system.json_numbers.dumps({"psnr": float("inf"), "l1": 0.0}))
    {
      "psnr": "Infinity",
      "l1": 0.0
    }
    """
    return json.dumps(_named(tree), indent=2, allow_nan=False)


def number(value: Any) -> Any:
    """`value`; a float for the name of a number that JSON lacks.

    >>> kgan.system.json_numbers.number("-Infinity")
    -inf
    """
    return float(value) if isinstance(value, str) and value in _NAMES else value


def _named(tree: Any):
    if isinstance(tree, dict):
        return {key: _named(value) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [_named(value) for value in tree]
    if isinstance(tree, float) and not math.isfinite(tree):
        return "NaN" if math.isnan(tree) else _NAMES[int(tree < 0)]
    return tree
