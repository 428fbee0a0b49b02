"""Checks of arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


def check_whole(name: str, value: Any, least: int = 1) -> int:
    """`value`, if it is a whole number of at least `least`.

    Raises:
        ValueError: for any other `value`.
    """
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or value < least:
        raise ValueError(
            f"Expected {name} >= {least}, a whole number. Received: {name}={value!r}."
        )
    return value


def check_sizes(name: str, sizes: Any) -> tuple[int, ...]:
    """`sizes` as a tuple, if they are one or more whole numbers of at least 1.

    Raises:
        ValueError: for any other `sizes`.
    """
    sizes = tuple(sizes)
    if not sizes:
        raise ValueError(f"Expected {name} with at least one size. Received: none.")
    return tuple(check_whole(f"each of {name}", size) for size in sizes)


def check_mean(mean: Any, image_shape: Sequence[int]) -> np.ndarray:
    """The mean example of the data as a float64 array of `image_shape`.

    Raises:
        ValueError: for a mean of another shape.
    """
    mean = np.asarray(mean, "float64")
    if mean.shape != tuple(image_shape):
        raise ValueError(
            f"Expected mean of shape {tuple(image_shape)}. Received: {mean.shape}."
        )
    return mean


def check_positive(name: str, value: Any) -> float:
    """`value` as a float, if it is a finite number above 0.

    Raises:
        ValueError: for any other `value`.
    """
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not 0.0 < value < float("inf"):
        raise ValueError(f"Expected {name} > 0. Received: {name}={value!r}.")
    return float(value)
