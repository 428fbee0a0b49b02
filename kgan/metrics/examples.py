"""What is wrong with the examples, said before they are scored."""

import warnings

import numpy as np


def finite(array, what, at_least=1):
    """`array` as float32 or float64 [n, ...].

    Raises:
        ValueError: for None, too few examples, NaN or infinite numbers.
    """
    if array is None:
        raise ValueError(f"Expected {what}. Received: none.")
    array = np.asarray(array)
    if array.dtype not in (np.float32, np.float64):
        # Also bfloat16, with which NumPy computes in Python.
        array = array.astype("float32" if array.dtype.itemsize <= 2 else "float64")
    if array.ndim < 1 or len(array) < at_least:
        raise ValueError(
            f"Expected at least {at_least} {what}. Received: shape {array.shape}."
        )
    # A row with a NaN or an infinite number has no finite sum.
    sums = array.reshape(len(array), -1).sum(axis=1, dtype="float64")
    bad = np.flatnonzero(~np.isfinite(sums))
    if bad.size:
        raise ValueError(
            f"Expected finite {what}. Received: {bad.size} of {len(array)} with NaN or "
            f"infinite numbers, first number {bad[0]}. Has the generator diverged?"
        )
    return array


def vectors(array, what, at_least=1):
    """`array` as floating point [n, d].

    Args:
        array: [n, d] numbers: features, logits or points.
        what: what they are, for the message.
        at_least: the fewest examples that will do.

    Raises:
        ValueError: for other shapes, too few examples, NaN or infinite numbers.
    """
    array = finite(array, what, at_least)
    if array.ndim != 2 or array.shape[1] == 0:
        raise ValueError(f"Expected {what} [n, d]. Received: shape {array.shape}.")
    return array


def images(array, what, at_least=1):
    """`array` as floating point images [n, height, width, channels] in [-1, 1].

    Raises:
        ValueError: for other shapes or pixels, or too few images.
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
            f"Expected {what} with pixels in [-1, 1]; divide bytes by 127.5 and "
            f"subtract 1. Received: pixels from {low:g} to {high:g}."
        )
    return array


def check_alike(real, fake):
    """Raises ValueError unless one real and one fake example have the same shape."""
    if real.shape[1:] != fake.shape[1:]:
        raise ValueError(
            "Expected real and fake examples of the same shape. Received: real "
            f"{real.shape} and fake {fake.shape}; the first axis may differ."
        )


def warn(message):
    """Warns of a score that is biased; seen once for each place and message."""
    warnings.warn(message, UserWarning, stacklevel=3)
