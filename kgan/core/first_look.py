"""A look at data before training, where an error can be one sentence."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from kgan.core.checks import check_batch
from kgan.spaces import Space

_log = logging.getLogger("kgan")
# Batches of a dataset, and examples of an array, that are looked at.
_BATCHES, _EXAMPLES = 4, 256


def look(x: Any, y: Any, spaces: tuple[Space, ...]) -> None:
    """Checks the form of data, and the values of the first batches.

    Data of `kgan.data` have their values by construction. Data that cannot be read
    twice, such as generators, are checked in the training step alone.

    Args:
        x, y: as for `keras.Model.fit`.
        spaces: what a game learns from.

    Raises:
        ValueError: if the data are not of the spaces.
    """
    if isinstance(x, tf.data.Dataset):
        check_batch(parts_of(x.element_spec, spaces), spaces, assertions=False)
        if hasattr(x, "position"):
            return
        batches = (parts_of(batch, spaces) for batch in x.take(_BATCHES))
    elif all(map(_is_array, tf.nest.flatten(x if y is None else (x, y)))):
        known = (x,) if y is None else (x, y)
        batches = iter([tf.nest.map_structure(lambda part: part[:_EXAMPLES], known)])
    else:
        return
    for doubt in _doubts(batches, spaces):
        _log.warning("kgan: %s.", doubt)


def parts_of(data: Any, spaces: tuple[Space, ...]) -> tuple[Any, ...]:
    """What `fit` delivers, as a part for each space."""
    parts = tuple(data) if isinstance(data, (tuple, list)) else (data,)
    while len(parts) > len(spaces) and parts[-1] is None:
        parts = parts[:-1]
    return parts


def _is_array(x: Any):
    return isinstance(x, np.ndarray) or tf.is_tensor(x)


def _doubts(batches: Iterator[tuple[Any, ...]], spaces: tuple[Space, ...]):
    """What is strange about the first batches; reads as few of them as possible."""
    seen, doubts = [], []
    for parts in batches:
        check_batch(parts, spaces, assertions=False)
        for part, space in zip(parts, spaces, strict=True):
            space.check_known(part)
        seen.append(parts)
        columns = zip(spaces, zip(*seen, strict=True), strict=True)
        said = [space.doubt(list(column)) for space, column in columns]
        doubts = [doubt for doubt in said if doubt]
        if not doubts:
            break
    return doubts
