"""Sources in memory."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from kgan.data.pairs import AlignedSource
from kgan.data.sources import ArraySource, Source
from kgan.spaces import Labels

# Sets of at most this many bytes as uint8 stay in memory.
MEMORY_LIMIT = 2**30
_BLOCK = 256


def held(source: Source, in_memory: bool | None = None) -> Source:
    """`source`, or a source of its examples in memory.

    Args:
        source: a source of images, before random crops and flips.
        in_memory: whether to decode all examples into memory. Default: True if they
            take at most `MEMORY_LIMIT` bytes. Images of several sizes stay in files.
    """
    if source.batched or any(None in space.shape for space in source.spaces):
        return source
    if in_memory is None:
        numbers = sum(int(np.prod(space.shape)) for space in source.spaces)
        in_memory = source.size * numbers <= MEMORY_LIMIT
    return _gather(source) if in_memory else source


def _gather(source: Source) -> Source:
    """Decodes a whole source once."""
    arrays = [
        np.empty((source.size, *space.shape), space.public_dtype)
        for space in source.spaces
    ]
    examples = source.ordered().map(source.fetch, num_parallel_calls=tf.data.AUTOTUNE)
    start = 0
    for parts in examples.batch(_BLOCK):
        rows = slice(start, start + len(parts[0]))
        for array, part in zip(arrays, parts, strict=True):
            array[rows] = part
        start = rows.stop
    known = {
        "name": source.name,
        "skipped": source.skipped,
        "class_names": source.class_names,
    }
    if len(arrays) == 1 or isinstance(source.spaces[1], Labels):
        return ArraySource(*arrays, num_classes=source.num_classes, **known)
    return AlignedSource(*(ArraySource(array, **known) for array in arrays))
