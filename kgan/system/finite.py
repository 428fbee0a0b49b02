"""Which values are NaN or infinite."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np


def not_finite(named: Iterable[tuple[str, Any]]) -> list[str]:
    """The names of values with NaN or infinity.

    Args:
        named: pairs (name, value); a value is a number, an array, or what NumPy
            converts to an array.
    """
    return [name for name, value in named if not all_finite(value)]


def all_finite(value: Any) -> bool:
    """Whether a number or array has neither NaN nor infinity; True for integers."""
    array = np.asarray(value)
    if array.dtype.kind in "iub":
        return True
    if array.dtype.kind != "f":
        # Such as bfloat16, for which NumPy has no `isfinite`.
        array = array.astype("float32")
    return bool(np.isfinite(array).all())


def not_finite_variables(variables: Iterable[Any]) -> list[str]:
    """The paths of Keras variables with NaN or infinity."""
    # Under a strategy, `numpy` returns the value of the first replica.
    return not_finite((v.path, v.numpy()) for v in variables)
