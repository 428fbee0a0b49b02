"""Checks of examples before they are scored."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np


def finite(array: Any, what: str, at_least: int = 1) -> np.ndarray:
    """Returns `array` as float32 or float64 [n, ...].

    Args:
        array: [n, ...] numbers.
        what: what the examples are, for the error message.
        at_least: the smallest n.

    Raises:
        ValueError: for None, too few examples, NaN or infinite numbers.
    """
    if array is None:
        raise ValueError(f"Expected {what}. Received: none.")
    array = np.asarray(array)
    if array.dtype not in (np.float32, np.float64):
        # This includes bfloat16, which is slow in NumPy.
        array = array.astype("float32" if array.dtype.itemsize <= 2 else "float64")
    if array.ndim < 1 or len(array) < at_least:
        raise ValueError(
            f"Expected at least {at_least} {what}. Received: shape {array.shape}."
        )
    # The sum of a row with NaN or infinity is not finite; checking sums saves memory.
    sums = array.reshape(len(array), -1).sum(axis=1, dtype="float64")
    bad = np.flatnonzero(~np.isfinite(sums))
    if bad.size:
        raise ValueError(
            f"Expected finite {what}. Received: {bad.size} of {len(array)} with NaN or "
            f"infinite numbers, the first at index {bad[0]}. Check whether the "
            "generator has diverged."
        )
    return array


def vectors(array: Any, what: str, at_least: int = 1) -> np.ndarray:
    """Returns `array` as floating point [n, d], d >= 1.

    Args:
        array: [n, d] numbers: features, logits or points.
        what: what the vectors are, for the error message.
        at_least: the smallest n.

    Raises:
        ValueError: for other shapes, too few examples, NaN or infinite numbers.
    """
    array = finite(array, what, at_least)
    if array.ndim != 2 or array.shape[1] == 0:
        raise ValueError(f"Expected {what} [n, d]. Received: shape {array.shape}.")
    return array


def images(array: Any, what: str, at_least: int = 1) -> np.ndarray:
    """Returns `array` as floating point images in [-1, 1].

    Args:
        array: [n, height, width, channels], pixels in [-1, 1].
        what: what the images are, for the error message.
        at_least: the smallest n.

    Raises:
        ValueError: for other shapes or pixels, too few images, NaN or infinite numbers.
    """
    array = finite(array, what, at_least)
    if array.ndim != 4 or 0 in array.shape[1:]:
        raise ValueError(
            f"Expected {what} [n, height, width, channels]. "
            f"Received: shape {array.shape}."
        )
    low, high = array.min(), array.max()
    if low < -1.001 or high > 1.001:
        raise ValueError(
            f"Expected {what} with pixels in [-1, 1]. Received: pixels from {low:g} to "
            f"{high:g}. Divide bytes by 127.5 and subtract 1."
        )
    return array


def check_alike(real: np.ndarray, fake: np.ndarray) -> None:
    """Raises ValueError unless real and fake examples have the same shape."""
    if real.shape[1:] != fake.shape[1:]:
        raise ValueError(
            "Expected real and fake examples of the same shape. Received: real "
            f"{real.shape} and fake {fake.shape}; the first axis may differ."
        )


def warn(message: str) -> None:
    """Warns that a score is biased.

    Python shows such a warning once per place in the code and message.
    """
    warnings.warn(message, UserWarning, stacklevel=3)
