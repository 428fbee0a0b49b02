"""Many independent seeds from one seed."""

from __future__ import annotations

import numbers
from collections.abc import Iterator
from typing import Any

import numpy as np


def stream(seed: int | None, purpose: str = "") -> Iterator[int]:
    """An endless iterator of integer seeds in [0, 2^31) for initializers and layers.

    Args:
        seed: an integer >= 0, or None for a seed from the system's entropy.
        purpose: a word. Each word has its own stream, independent of the others: a
            deeper generator does not change the discriminator's initial weights.
    """
    entropy = None if seed is None else [seed, *purpose.encode()]
    generator = np.random.default_rng(np.random.SeedSequence(entropy))
    while True:
        yield int(generator.integers(2**31))


def derive(seed: int | None, purpose: str) -> int:
    """One integer seed in [0, 2^31) for `purpose`. Arguments as for `stream`."""
    return next(stream(seed, purpose))


def of_blocks(seed: int) -> Iterator[int]:
    """An endless iterator of the seeds of a large sample's blocks.

    The first is `seed`; the others are a stream of `seed`. They are not seed + k,
    because samples of neighbouring seeds would have images in common.

    Args:
        seed: a 32-bit integer.
    """
    yield seed
    # NumPy's seeds must not be negative.
    yield from stream(seed % 2**32, "samples")


def check_seed(seed: Any) -> int:
    """`seed` as an int.

    Raises:
        ValueError: unless `seed` is an integer in [-2^31, 2^31), the range of a seed in
            a request to a server.
    """
    whole = isinstance(seed, numbers.Integral) and not isinstance(seed, bool)
    if not whole or not -(2**31) <= seed < 2**31:
        raise ValueError(
            "Expected seed as an integer of 32 bits, from -2147483648 to 2147483647. "
            f"Received: seed={seed!r}."
        )
    return int(seed)
