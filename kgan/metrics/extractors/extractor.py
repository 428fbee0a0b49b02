"""What turns images into what metrics compare."""

import hashlib
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf


class Outputs(NamedTuple):
    """What an extractor says of n images.

    Attributes:
        features: float32 [n, d].
        logits: float32 [n, classes], or None.
    """

    features: Any
    logits: Any = None


class Extractor:
    """Images -> features, and logits where there are classes.

    A subclass sets the attributes and writes `outputs`. A score is only comparable to
    another of the same `digest`.

    Attributes:
        name: what results call it.
        digest: sha256 (64 hexadecimal digits) of all that decides the features: weights
            and how images are prepared.
        resize: one sentence: how images of other sizes and channels are prepared.
        feature_dim: d, or None if it is that of the images.
        has_logits: whether there are logits.
    """

    name = "extractor"
    digest = ""
    resize = "Images are taken as they are."
    feature_dim = None
    has_logits = False

    def __init__(self):
        self._functions = {}

    def first_class(self, dataset):
        """Where among the logits the classes of a dataset begin."""
        return 0

    def outputs(self, images):
        """The graph: float32 [n, height, width, channels] in [-1, 1] -> `Outputs`."""
        raise NotImplementedError

    def __call__(self, images):
        """`Outputs` of one batch.

        Args:
            images: [n, height, width, channels], floats in [-1, 1] or uint8.

        Raises:
            ValueError: for another shape or dtype.
        """
        images = as_float(images)
        shape = tuple(images.shape[1:])
        if shape not in self._functions:
            spec = tf.TensorSpec([None, *shape], tf.float32)
            self._functions[shape] = tf.function(
                self._checked, input_signature=[spec], autograph=False
            )
        return self._functions[shape](images)

    def extract(self, images, batch_size=500):
        """`Outputs` of NumPy arrays, of any number of images.

        Args:
            images: an array as `__call__` takes it, or a `tf.data.Dataset` of batches
                of images or (images, labels).
            batch_size: how many of an array at a time.

        Raises:
            ValueError: for another shape or dtype, no images, or features that are not
                finite.
        """
        parts = [
            Outputs(*(x if x is None else x.numpy() for x in self(batch)))
            for batch in _batches(images, batch_size)
        ]
        if not parts:
            raise ValueError("Expected at least one image. Received: none.")
        features, logits = zip(*parts, strict=True)
        features = np.concatenate(features)
        broken = np.count_nonzero(~np.isfinite(features).all(axis=1))
        if broken:
            raise ValueError(
                f"Expected finite features. Received: {broken} of {len(features)} "
                f"images whose features in {self.name!r} are NaN or infinite: look for "
                "NaN in the images."
            )
        logits = None if logits[0] is None else np.concatenate(logits)
        return Outputs(features, logits)

    def _checked(self, images):
        made = self.outputs(images)
        features = made.features
        if features.shape.rank != 2:
            raise ValueError(
                f"Expected {self.name!r} to give features [n, d]. Received: shape "
                f"{features.shape}. Pool or flatten them."
            )
        logits = None if made.logits is None else tf.cast(made.logits, tf.float32)
        return Outputs(tf.cast(features, tf.float32), logits)

    def __repr__(self):
        return f"<{type(self).__name__} {self.name} {self.digest[:12]}>"


def as_float(images):
    """Images or points as a float32 tensor; uint8 [0, 255] becomes [-1, 1].

    Raises:
        ValueError: unless they are uint8 or floats, [n, height, width, channels] or
            [n, d].
    """
    images = tf.convert_to_tensor(images)
    known = images.dtype == tf.uint8 or images.dtype.is_floating
    if images.shape.rank not in (2, 4) or not known:
        raise ValueError(
            "Expected images [n, height, width, channels], uint8 or floats in [-1, 1], "
            f"or points [n, d]. Received: {images.dtype.name} {images.shape}."
        )
    if images.dtype == tf.uint8:
        return tf.cast(images, tf.float32) / 127.5 - 1.0
    return tf.cast(images, tf.float32)


def as_channels(images, channels):
    """float images in [-1, 1] with 1 or 3 channels, of ones with 1 to 4.

    Colour becomes gray by the luma of ITU-R BT.601, gray becomes three equal channels;
    what is transparent (the last of 2 or 4 channels) becomes white.

    Raises:
        ValueError: for images of other channels.
    """
    given = images.shape[-1]
    if images.shape.rank != 4 or given not in (1, 2, 3, 4):
        raise ValueError(
            "Expected images [n, height, width, channels] of 1 to 4 channels. "
            f"Received: shape {images.shape}."
        )
    if given in (2, 4):
        opacity = (images[..., -1:] + 1.0) / 2.0
        images = images[..., :-1] * opacity + (1.0 - opacity)
        given -= 1
    if given == 3 and channels == 1:
        weights = tf.constant([0.299, 0.587, 0.114])
        return tf.reduce_sum(images * weights, axis=-1, keepdims=True)
    if given == 1 and channels == 3:
        return tf.repeat(images, 3, axis=-1)
    return images


def digest_of(*parts):
    """sha256 of strings, bytes and arrays, as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray):
            digest.update(f"{part.dtype.str}{part.shape}".encode())
            part = np.ascontiguousarray(part).tobytes()
        digest.update(part.encode() if isinstance(part, str) else part)
        digest.update(b"\0")
    return digest.hexdigest()


def _batches(images, batch_size):
    if isinstance(images, tf.data.Dataset):
        for batch in images:
            yield batch[0] if isinstance(batch, tuple) else batch
        return
    for start in range(0, len(images), batch_size):
        yield images[start : start + batch_size]
