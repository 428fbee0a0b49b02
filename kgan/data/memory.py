"""Sources in memory."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from kgan.data.sources import Source, check_labels, on_cpu
from kgan.spaces import Labels, Space

# Sets of at most this many bytes as uint8 stay in memory.
MEMORY_LIMIT = 2**30
_BLOCK = 256


def held(source: Source, in_memory: bool | None = None) -> Source:
    """`source`, or a source that holds its examples in memory.

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
    return HeldSource(source) if in_memory else source


class HeldSource(Source):
    """The examples of another source, decoded into memory once they are read.

    Whoever asks for the shape of images alone, such as a command that opens a run, does
    not wait for that.

        >>> source = kgan.data.open_source("mnist_10k")
        >>> type(source).__name__, source.examples.dtype.name
        ('HeldSource', 'uint8')

    Args:
        source: read by what its `ordered` delivers.

    Raises:
        ValueError: when it is read, for labels that are not of its classes.
    """

    batched = True

    def __init__(self, source: Source) -> None:
        super().__init__(
            source.name,
            source.size,
            source.space,
            num_classes=source.num_classes,
            skipped=source.skipped,
            class_names=source.class_names,
        )
        self._source = source

    @property
    def spaces(self) -> tuple[Space, ...]:
        return self._source.spaces

    @property
    def examples(self) -> np.ndarray:
        """The first part of all examples, [size, ...]."""
        return self._arrays[0].numpy()

    @property
    def labels(self) -> np.ndarray | None:
        """The label of each example, integers [size]; None without labels."""
        return None if self.num_classes is None else self._arrays[1].numpy()

    def all_labels(self) -> np.ndarray | None:
        return self.labels

    def stream(
        self, batch_size: int, shuffle: bool, seed: int
    ) -> Callable[[tf.Tensor, tf.Tensor], tf.data.Dataset]:
        # Here, because an error in the graph of `fetch` would be hard to read.
        self._arrays  # noqa: B018
        return super().stream(batch_size, shuffle, seed)

    def fetch(self, element: Any, key: Any = None) -> tuple[Any, ...]:
        return tuple(tf.gather(array, element) for array in self._arrays)

    @functools.cached_property
    def _arrays(self):
        with on_cpu():
            return [tf.constant(array) for array in self._decoded()]

    def _decoded(self):
        source = self._source
        arrays = [
            np.empty((self.size, *space.shape), space.public_dtype)
            for space in self.spaces
        ]
        examples = source.ordered()
        examples = examples.map(source.fetch, num_parallel_calls=tf.data.AUTOTUNE)
        start = 0
        for parts in examples.batch(_BLOCK):
            rows = slice(start, start + len(parts[0]))
            for array, part in zip(arrays, parts, strict=True):
                array[rows] = part
            start = rows.stop
        for space, array in zip(self.spaces, arrays, strict=True):
            if isinstance(space, Labels):
                check_labels(array, self.num_classes, self.name)
        return arrays
