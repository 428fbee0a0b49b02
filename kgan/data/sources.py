"""What examples are read from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from kgan.data import pipeline
from kgan.spaces import Labels, Space, of_array, to_float

# Sets of at most this many bytes as uint8 stay in memory.
MEMORY_LIMIT = 2**30


class Source:
    """A set of examples.

    A subclass writes `read`, and `stream` if it does not read by index.

        >>> source = kgan.data.open_source("ring")
        >>> source.size, source.image_shape
        (50000, (2,))
        >>> source.some(16).shape
        (16, 2)

    Attributes:
        name: the name of the set.
        size: the number of examples.
        space: the `kgan.spaces.Space` of one example.
        num_classes: the number of classes, or None without labels.
        skipped: the number of files left out as corrupt.
    """

    def __init__(
        self,
        name: str,
        size: int,
        space: Space,
        num_classes: int | None = None,
        skipped: int = 0,
    ) -> None:
        self.name = name
        self.size = size
        self.space = space
        self.num_classes = num_classes
        self.skipped = skipped

    @property
    def spaces(self) -> tuple[Space, ...]:
        """The space of each part of a batch."""
        if self.num_classes is None:
            return (self.space,)
        return self.space, Labels(self.num_classes)

    @property
    def image_shape(self) -> tuple[int, ...]:
        """The shape of one example."""
        return tuple(self.space.shape)

    def batches(
        self,
        batch_size: int,
        *,
        shuffle: bool = True,
        seed: int = 0,
        replicas: tuple[int, int, int] | None = None,
    ) -> tf.data.Dataset:
        """The dataset of `kgan.data.load`.

        Args:
            batch_size: examples per batch.
            shuffle: whether to shuffle each epoch.
            seed: integer, fixes the order.
            replicas: (first, count, total), or None for whole batches. Each batch is
                cut into `total` equal parts; the dataset delivers the parts `first` to
                `first + count - 1`, one after the other.

        Returns:
            A dataset with the attributes `source` and `position`.

        Raises:
            ValueError: if the source has fewer examples than a batch.
        """
        if not 1 <= batch_size <= self.size:
            raise ValueError(
                f"Expected a batch size from 1 to the {self.size} examples of "
                f"{self.name}. Received: batch_size={batch_size}."
            )
        stream = self.stream(batch_size, shuffle, seed)
        return pipeline.batches(self, stream, batch_size, replicas or (0, 1, 1))

    def stream(
        self, batch_size: int, shuffle: bool, seed: int
    ) -> Callable[[tf.Tensor, tf.Tensor], tf.data.Dataset]:
        """(epoch, batch) -> an endless dataset of what `read` takes."""
        return pipeline.index_batches(self.size, batch_size, shuffle, seed)

    def read(self, stream: tf.data.Dataset, batch_size: int) -> tf.data.Dataset:
        """A dataset of batches of indices -> a dataset of batches of examples."""
        raise NotImplementedError

    def some(self, n: int, seed: int = 0) -> np.ndarray:
        """At most n examples in a random order, float32 [n, *image_shape]."""
        return self.parts(n, seed)[0]

    def parts(self, n: int, seed: int = 0) -> tuple[np.ndarray, ...]:
        """At most n examples in a random order: one array for each of `spaces`."""
        batch = next(iter(self.batches(min(n, self.size), seed=seed)))
        parts = batch if isinstance(batch, tuple) else (batch,)
        return tuple(np.asarray(part) for part in parts)

    def mean(self) -> np.ndarray:
        """The mean of at most 10,000 examples, float64 [*image_shape]."""
        return np.mean(self.some(10_000), axis=0, dtype="float64")


class ArraySource(Source):
    """Examples in memory.

        >>> pixels = np.zeros((64, 28, 28, 1), "uint8")
        >>> source = kgan.data.ArraySource(pixels, labels=np.arange(64) % 10)
        >>> batch, labels = next(iter(source.batches(32)))
        >>> batch.shape
        TensorShape([32, 28, 28, 1])

    Args:
        examples: uint8 images [n, height, width, channels], or float32 points [n, d].
        labels: integers [n], or None.
        name: the name of the set.
        num_classes: the number of classes; default: the largest label plus one.
        **kwargs: as for `Source`.

    Raises:
        ValueError: for another dtype or shape, NaN, or labels that do not fit.
    """

    def __init__(
        self,
        examples: np.ndarray,
        labels: Any = None,
        name: str = "array",
        num_classes: int | None = None,
        **kwargs: Any,
    ) -> None:
        space = of_array(examples)
        if labels is not None:
            labels = np.asarray(labels)
            if labels.shape != (len(examples),) or labels.dtype.kind not in "iu":
                raise ValueError(
                    f"Expected {len(examples)} integer labels. "
                    f"Received: shape {labels.shape}, dtype {labels.dtype}."
                )
            labels = labels.astype("int32")
            num_classes = num_classes or int(labels.max()) + 1
        super().__init__(name, len(examples), space, num_classes, **kwargs)
        self.examples = examples
        self.labels = labels

    def read(self, stream: tf.data.Dataset, batch_size: int) -> tf.data.Dataset:
        # On the CPU, because the whole set may not fit into a GPU's memory.
        with tf.device("CPU"):
            examples = tf.constant(self.examples)
            labels = None if self.labels is None else tf.constant(self.labels)

        def gather(indices: Any):
            batch = to_float(tf.gather(examples, indices))
            batch = tf.ensure_shape(batch, [batch_size, *self.image_shape])
            if labels is None:
                return batch
            return batch, tf.gather(labels, indices)

        # Without autotuning: its thread competes with training, which made some epochs
        # a third slower, and nothing here gains from it.
        options = tf.data.Options()
        options.autotune.enabled = False
        return stream.map(gather).with_options(options)


def held(source: Source, in_memory: bool | None = None) -> Source:
    """`source`, or an `ArraySource` of its examples in memory.

    Args:
        source: a source with the method `decoded`.
        in_memory: whether to decode all examples into memory. Default: True if they
            take at most `MEMORY_LIMIT` bytes.
    """
    if in_memory is None:
        in_memory = source.size * np.prod(source.image_shape) <= MEMORY_LIMIT
    return _gather(source) if in_memory else source


def _gather(source: Any):
    """Decodes a whole source once, into an `ArraySource`."""
    images = np.empty((source.size, *source.image_shape), "uint8")
    labels = None
    if source.num_classes is not None:
        labels = np.empty(source.size, "int32")
    start = 0
    for image, label in source.decoded().batch(256):
        rows = slice(start, start + len(image))
        images[rows] = image
        if labels is not None:
            labels[rows] = label
        start = rows.stop
    return ArraySource(
        images, labels, source.name, source.num_classes, skipped=source.skipped
    )


def fit_in(image: tf.Tensor, size: tuple[int, int]) -> tf.Tensor:
    """Crops at the centre to the aspect of `size`, then resizes with antialiasing.

    Args:
        image: uint8 [height, width, channels].
        size: (height, width) in pixels.

    Returns:
        uint8 [*size, channels]. An image of this size keeps its pixels.
    """
    height, width = size
    shape = tf.shape(image)[:2]

    def resize():
        h, w = shape[0], shape[1]
        # The largest box of aspect width / height inside the image.
        box_h = tf.minimum(h, tf.maximum(1, w * height // width))
        box_w = tf.minimum(w, tf.maximum(1, h * width // height))
        top, left = (h - box_h) // 2, (w - box_w) // 2
        box = image[top : top + box_h, left : left + box_w]
        small = tf.image.resize(box, size, method="bicubic", antialias=True)
        return tf.cast(tf.clip_by_value(tf.round(small), 0, 255), tf.uint8)

    fits = tf.reduce_all(shape == [height, width])
    image = tf.cond(fits, lambda: image, resize)
    return tf.ensure_shape(image, [height, width, None])
