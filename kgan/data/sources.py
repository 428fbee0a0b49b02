"""What examples are read from."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from kgan.data import pipeline
from kgan.spaces import Labels, Space, of_array


class Source:
    """A set of examples.

    A subclass writes `fetch`, and `stream` if it does not read by index.

        >>> source = kgan.data.open_source("ring")
        >>> source.size, source.image_shape
        (50000, (2,))
        >>> source.some(16).shape
        (16, 2)

    Attributes:
        name: the name of the set.
        size: the number of examples.
        space: the `kgan.spaces.Space` of one example, of the source of a pair.
        num_classes: the number of classes, or None without labels.
        class_names: the names of the classes, or None if they have no names.
        skipped: the number of files left out as corrupt, or of other examples.
        left_out: why examples are left out -> how many, where it is known.
        own: options of train.py that name a user's own data of this kind; None where
            the recipe knows.
        batched: whether `fetch` takes a whole batch at once.
        keyed: whether `fetch` takes keys: whether random crops or flips are asked for.
        origin: the arguments of `kgan.recipes.Data` that open the source again; None
            if it was not opened by a name or path.
    """

    batched = False
    keyed = False
    own: str | None = None
    left_out: Mapping[str, int] = {}
    origin: dict[str, Any] | None = None

    def __init__(
        self,
        name: str,
        size: int,
        space: Space,
        num_classes: int | None = None,
        skipped: int = 0,
        class_names: Sequence[str] | None = None,
    ) -> None:
        self.name = name
        self.size = size
        self.space = space
        self.num_classes = num_classes
        self.skipped = skipped
        self.class_names = None if class_names is None else list(class_names)
        if num_classes is not None and len(class_names or ()) not in (0, num_classes):
            raise ValueError(
                f"Expected one name for each of {num_classes} classes of {name}. "
                f"Received: {len(class_names)} class names."
            )

    @property
    def spaces(self) -> tuple[Space, ...]:
        """The space of each part of a batch."""
        if self.num_classes is None:
            return (self.space,)
        return self.space, Labels(self.num_classes, self.class_names)

    @property
    def image_shape(self) -> tuple[int, ...]:
        """The shape of one example, of the source of a pair."""
        return tuple(self.space.shape)

    def all_labels(self) -> np.ndarray | None:
        """The label of each example in the order of the set, integers [size]; None
        without labels, or where they are not known without reading the set."""
        return None

    def class_counts(self) -> np.ndarray | None:
        """The number of examples of each class, integers [num_classes]; None where it
        is not known without reading the set."""
        labels = self.all_labels()
        if labels is None:
            return None
        return np.bincount(labels, minlength=self.num_classes)

    def batches(
        self,
        batch_size: int,
        *,
        shuffle: bool = True,
        seed: int = 0,
        replicas: tuple[int, int, int] | None = None,
        augment: bool | None = None,
    ) -> tf.data.Dataset:
        """The dataset of `kgan.data.load`.

        Args:
            batch_size: examples per batch.
            shuffle: whether to shuffle each epoch.
            seed: integer, fixes the order, crops and flips.
            replicas: (first, count, total), or None for whole batches. Each batch is
                cut into `total` equal parts; the dataset delivers the parts `first` to
                `first + count - 1`, one after the other.
            augment: whether crops and flips are random. If not, crops are of the
                centre, and nothing is flipped. Default: as `shuffle`.

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
        augment = shuffle if augment is None else augment
        if augment and self.keyed:
            stream = pipeline.with_keys(stream, self.size, batch_size, seed)
        return pipeline.batches(self, stream, batch_size, replicas or (0, 1, 1))

    def stream(
        self, batch_size: int, shuffle: bool, seed: int
    ) -> Callable[[tf.Tensor, tf.Tensor], tf.data.Dataset]:
        """(epoch, batch) -> an endless dataset of batches of what `fetch` takes."""
        return pipeline.index_batches(self.size, batch_size, shuffle, seed)

    def ordered(self) -> tf.data.Dataset:
        """A dataset of what `fetch` takes, for each example once, without batches."""
        return tf.data.Dataset.range(self.size)

    def fetch(self, element: Any, key: Any = None) -> tuple[Any, ...]:
        """The parts of one example, in the graph of `tf.data`.

        Args:
            element: an index, or what else `stream` delivers. If `batched`, also a
                batch of it.
            key: int64, see `kgan.data.windows`; None for no random crops and flips.

        Returns:
            A tensor for each of `spaces`, images as uint8.
        """
        raise NotImplementedError

    def read(self, stream: tf.data.Dataset, batch_size: int) -> tf.data.Dataset:
        """Batches of what `fetch` takes, with keys or not -> batches of examples."""

        def parts(element: Any, key: Any = None):
            spaces = zip(self.spaces, self.fetch(element, key), strict=True)
            return tuple(space.from_public(part) for space, part in spaces)

        def batch(*parts: Any):
            specs = tuple(space.specs() for space in self.spaces)
            shaped = tf.nest.map_structure(sized, parts, specs)
            return shaped if len(shaped) > 1 else shaped[0]

        def sized(part: Any, spec: tf.TensorSpec):
            return tf.ensure_shape(part, [batch_size, *spec.shape[1:]])

        if not self.batched:
            examples = stream.unbatch().map(parts, num_parallel_calls=tf.data.AUTOTUNE)
            return examples.batch(batch_size, drop_remainder=True).map(batch)
        # Without autotuning: its thread competes with training, which made some epochs
        # a third slower, and nothing here gains from it.
        options = tf.data.Options()
        options.autotune.enabled = False
        return stream.map(lambda *e: batch(*parts(*e))).with_options(options)

    def some(self, n: int, seed: int = 0) -> np.ndarray:
        """At most n examples in a random order, float32 [n, *image_shape]."""
        return self.parts(n, seed)[0]

    def parts(self, n: int, seed: int = 0) -> tuple[Any, ...]:
        """At most n examples in a random order: an array for each of `spaces`, or a
        dictionary of arrays.

        Crops are of the centre, and nothing is flipped.
        """
        data = self.batches(min(n, self.size), seed=seed, augment=False)
        batch = next(iter(data))
        parts = batch if isinstance(batch, tuple) else (batch,)
        return tuple(tf.nest.map_structure(np.asarray, part) for part in parts)

    def mean(self) -> np.ndarray:
        """The mean of at most 10,000 examples, float64 [*image_shape]."""
        return np.mean(self.some(10_000), axis=0, dtype="float64")


@contextlib.contextmanager
def on_cpu() -> Iterator[None]:
    """Where tensors of a whole set are made.

    Outside of graphs, which hold at most 2 GiB; on the CPU, because the whole set may
    not fit into a GPU's memory.
    """
    with tf.init_scope(), tf.device("CPU"):
        yield


def check_labels(labels: np.ndarray, classes: int, name: str) -> None:
    """Raises ValueError unless the labels of a set are of its classes."""
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(
            f"Expected labels from 0 to {classes - 1}. "
            f"Received: {labels.min()} to {labels.max()} in {name}."
        )


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
        num_classes: the number of classes; default: that of `class_names`, else the
            largest label plus one.
        class_names: the names of the classes, or None.
        **kwargs: as for `Source`.

    Raises:
        ValueError: for another dtype or shape, NaN, or labels that do not fit.
    """

    batched = True

    def __init__(
        self,
        examples: np.ndarray,
        labels: Any = None,
        name: str = "array",
        num_classes: int | None = None,
        class_names: Sequence[str] | None = None,
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
            most = num_classes or len(class_names or ()) or int(labels.max()) + 1
            check_labels(labels, most, name)
            labels, num_classes = labels.astype("int32"), most
        kwargs["class_names"] = class_names
        super().__init__(name, len(examples), space, num_classes, **kwargs)
        self.examples = examples
        self.labels = labels

    def all_labels(self) -> np.ndarray | None:
        return self.labels

    @functools.cached_property
    def _tensors(self):
        with on_cpu():
            arrays = [self.examples, self.labels]
            return [tf.constant(array) for array in arrays if array is not None]

    def fetch(self, element: Any, key: Any = None) -> tuple[Any, ...]:
        return tuple(tf.gather(tensor, element) for tensor in self._tensors)
