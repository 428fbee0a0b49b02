"""What examples are read from."""

import numpy as np
import tensorflow as tf

from kgan.data import pipeline

# Sets up to this many bytes as uint8 are held in memory.
MEMORY_LIMIT = 2**30


class Source:
    """A set of examples.

    Attributes:
        name: what it is called.
        size: the number of examples.
        image_shape: the shape of one example.
        num_classes: the number of classes, or None without labels.
        skipped: the number of files left out as corrupt.
    """

    def __init__(self, name, size, image_shape, num_classes=None, skipped=0):
        self.name = name
        self.size = size
        self.image_shape = tuple(image_shape)
        self.num_classes = num_classes
        self.skipped = skipped

    def batches(self, batch_size, *, shuffle=True, seed=0, replicas=None):
        """The dataset of `kgan.data.load`.

        Args:
            replicas: (first, count, total) to get, instead of each batch, the `count`
                parts from `first` on of its `total` equal parts, one after the other.

        Raises:
            ValueError: if there are fewer examples than a batch has.
        """
        if not 1 <= batch_size <= self.size:
            raise ValueError(
                f"Expected a batch size from 1 to the {self.size} examples of "
                f"{self.name}. Received: batch_size={batch_size}."
            )
        stream = self.stream(batch_size, shuffle, seed)
        return pipeline.batches(self, stream, batch_size, replicas or (0, 1, 1))

    def stream(self, batch_size, shuffle, seed):
        """(epoch, batch) -> an endless dataset of what `read` takes."""
        return pipeline.index_batches(self.size, batch_size, shuffle, seed)

    def read(self, stream, batch_size):
        """A dataset of batches of indices -> a dataset of batches of examples."""
        raise NotImplementedError

    def some(self, n, seed=0):
        """At most n examples in a random order, float32 [n, *image_shape]."""
        batch = next(iter(self.batches(min(n, self.size), seed=seed)))
        return np.asarray(batch[0] if isinstance(batch, tuple) else batch)

    def mean(self):
        """The mean example, of at most 10,000 of them."""
        return np.mean(self.some(10_000), axis=0, dtype="float64")


class ArraySource(Source):
    """Examples in memory.

    Args:
        examples: uint8 images [n, height, width, channels], or float32 points [n, d].
        labels: integers [n], or None.
        name: what to call it.
        num_classes: the number of classes; default: one more than the largest label.

    Raises:
        ValueError: for another dtype or shape, NaN, or labels that do not fit.
    """

    def __init__(self, examples, labels=None, name="array", num_classes=None, **kwargs):
        _check_examples(examples)
        if labels is not None:
            labels = np.asarray(labels)
            if labels.shape != (len(examples),) or labels.dtype.kind not in "iu":
                raise ValueError(
                    f"Expected {len(examples)} integer labels. "
                    f"Received: shape {labels.shape}, dtype {labels.dtype}."
                )
            labels = labels.astype("int32")
            num_classes = num_classes or int(labels.max()) + 1
        super().__init__(name, len(examples), examples.shape[1:], num_classes, **kwargs)
        self.examples = examples
        self.labels = labels

    def read(self, stream, batch_size):
        # In host memory: a GPU is not the place for the whole set.
        with tf.device("CPU"):
            examples = tf.constant(self.examples)
            labels = None if self.labels is None else tf.constant(self.labels)

        def gather(indices):
            batch = to_float(tf.gather(examples, indices))
            batch = tf.ensure_shape(batch, [batch_size, *self.image_shape])
            if labels is None:
                return batch
            return batch, tf.gather(labels, indices)

        # Nothing here is worth tuning, and the tuner's thread takes turns with
        # training: some epochs were a third slower.
        options = tf.data.Options()
        options.autotune.enabled = False
        return stream.map(gather).with_options(options)


def held(source, in_memory=None):
    """`source`, or its examples in memory where `in_memory` says so or they are few."""
    if in_memory is None:
        in_memory = source.size * np.prod(source.image_shape) <= MEMORY_LIMIT
    return _gather(source) if in_memory else source


def _gather(source):
    """Decodes a whole source once, into an `ArraySource`."""
    images = np.empty((source.size, *source.image_shape), "uint8")
    labels = None
    if source.num_classes is not None:
        labels = np.empty(source.size, "int32")
    done = 0
    for image, label in source.decoded().batch(256):
        images[done : done + len(image)] = image
        if labels is not None:
            labels[done : done + len(image)] = label
        done += len(image)
    return ArraySource(
        images, labels, source.name, source.num_classes, skipped=source.skipped
    )


def to_float(images):
    """uint8 [0, 255] -> float32 [-1, 1]; floats pass."""
    if images.dtype == tf.uint8:
        return tf.cast(images, tf.float32) / 127.5 - 1.0
    return tf.cast(images, tf.float32)


def fit_in(image, size):
    """Crops at the centre to the aspect of `size`, then resizes with antialiasing.

    Args:
        image: uint8 [height, width, channels].
        size: (height, width).

    Returns:
        uint8 [*size, channels]: the same pixels where the size is right already.
    """
    height, width = size
    shape = tf.shape(image)[:2]

    def resize():
        h, w = shape[0], shape[1]
        # The largest box of aspect width / height that is inside.
        box_h = tf.minimum(h, tf.maximum(1, w * height // width))
        box_w = tf.minimum(w, tf.maximum(1, h * width // height))
        top, left = (h - box_h) // 2, (w - box_w) // 2
        box = image[top : top + box_h, left : left + box_w]
        small = tf.image.resize(box, size, method="bicubic", antialias=True)
        return tf.cast(tf.clip_by_value(tf.round(small), 0, 255), tf.uint8)

    fits = tf.reduce_all(shape == [height, width])
    image = tf.cond(fits, lambda: image, resize)
    return tf.ensure_shape(image, [height, width, None])


def _check_examples(examples):
    image = examples.ndim == 4 and examples.dtype == np.uint8
    point = examples.ndim == 2 and examples.dtype == np.float32
    if not len(examples) or not (image or point):
        raise ValueError(
            "Expected uint8 images [n, height, width, channels] or float32 points "
            f"[n, d], n >= 1. Received: {examples.dtype} {examples.shape}. Images in "
            "other ranges: scale to 0..255 and convert with astype('uint8')."
        )
    if not np.isfinite(examples).all():
        raise ValueError("Expected finite examples. Received: NaN or infinity.")
