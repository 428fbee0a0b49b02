"""The base class of extractors, which turn images into features for metrics."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from kgan.spaces import to_float


class Outputs(NamedTuple):
    """What an extractor returns for n images.

    >>> outputs = kgan.metrics.extractors.get("pixels").extract(images)
    >>> outputs.features.shape, outputs.logits
    ((64, 784), None)

    Attributes:
        features: float32 [n, d].
        logits: float32 [n, classes], or None if the extractor has no classes.
    """

    features: Any
    logits: Any = None


class Extractor:
    """Turns images into features, and into logits if it has classes.

    A subclass sets the attributes and defines `outputs`. Two scores are comparable only
    if their extractors have the same `digest`.

    >>> class Mean(kgan.metrics.extractors.Extractor):
    ...     name, digest = "mean", "mean 1"
    ...     def outputs(self, images):
    ...         means = tf.reduce_mean(images, axis=[1, 2])
    ...         return kgan.metrics.extractors.Outputs(means)
    >>> Mean().extract(images).features.shape
    (64, 1)

    Attributes:
        name: what results call the extractor.
        digest: sha256 (64 hexadecimal digits) of everything that decides the features:
            the weights and the preparation of images.
        resize: one sentence on how images of other sizes and channels are prepared.
        feature_dim: d, or None if d depends on the images.
        has_logits: whether the extractor returns logits.
    """

    name = "extractor"
    digest = ""
    resize = "Images are taken as they are."
    feature_dim = None
    has_logits = False

    def __init__(self) -> None:
        self._functions = {}

    def first_class(self, dataset: str) -> int:
        """Returns the index of the first class of a dataset in the logits."""
        return 0

    def outputs(self, images: Any) -> Outputs:
        """Computes the outputs in a TensorFlow graph.

        Args:
            images: float32 [n, height, width, channels] in [-1, 1].
        """
        raise NotImplementedError

    def __call__(self, images: Any) -> Outputs:
        """Returns the `Outputs` of one batch, as tensors.

        Args:
            images: [n, height, width, channels], floats in [-1, 1] or uint8; or points
                [n, d], floats.

        Raises:
            ValueError: for another shape or dtype.
        """
        images = _checked_images(images)
        shape = tuple(images.shape[1:])
        if shape not in self._functions:
            spec = tf.TensorSpec([None, *shape], tf.float32)
            self._functions[shape] = tf.function(
                self._checked, input_signature=[spec], autograph=False
            )
        return self._functions[shape](images)

    def extract(self, images: Any, batch_size: int = 500) -> Outputs:
        """Returns the `Outputs` of any number of images, as NumPy arrays.

        Args:
            images: an array as for `__call__`, or a `tf.data.Dataset` with batches of
                images or of (images, labels).
            batch_size: the number of images of an array per call.

        Raises:
            ValueError: for another shape or dtype, no images, or NaN or infinite
                features.
        """
        parts = [
            Outputs(*(x if x is None else x.numpy() for x in self(batch)))
            for batch in _batches(images, batch_size)
        ]
        if not parts:
            raise ValueError("Expected at least one image. Received: none.")
        features, logits = zip(*parts, strict=True)
        features = np.concatenate(features)
        bad = np.count_nonzero(~np.isfinite(features).all(axis=1))
        if bad:
            raise ValueError(
                f"Expected finite features. Received: {bad} of {len(features)} images "
                f"with NaN or infinite features in {self.name!r}. Look for NaN in the "
                "images."
            )
        logits = None if logits[0] is None else np.concatenate(logits)
        return Outputs(features, logits)

    def _checked(self, images: tf.Tensor):
        outputs = self.outputs(images)
        features = outputs.features
        if features.shape.rank != 2:
            raise ValueError(
                f"Expected {self.name!r} to return features [n, d]. Received: shape "
                f"{features.shape}. Pool or flatten them."
            )
        logits = outputs.logits
        if logits is not None:
            logits = tf.cast(logits, tf.float32)
        return Outputs(tf.cast(features, tf.float32), logits)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name} {self.digest[:12]}>"


def _checked_images(images: Any):
    """Returns images in [-1, 1], or points, as a float32 tensor."""
    images = tf.convert_to_tensor(images)
    numeric = images.dtype == tf.uint8 or images.dtype.is_floating
    if images.shape.rank not in (2, 4) or not numeric:
        raise ValueError(
            "Expected images [n, height, width, channels], uint8 or floats in [-1, 1], "
            f"or points [n, d]. Received: {images.dtype.name} {images.shape}."
        )
    return to_float(images)


def prepared(images: tf.Tensor, channels: int, size: tuple[int, int]) -> tf.Tensor:
    """Images of 1 or 3 channels and of one size, by antialiased bilinear interpolation.

    Args:
        images: as for `as_channels`.
        channels: 1 or 3.
        size: (height, width); images of this size are not resized.
    """
    images = as_channels(images, channels)
    if tuple(images.shape[1:3]) == size:
        return images
    return tf.image.resize(images, size, antialias=True)


def as_channels(images: tf.Tensor, channels: int) -> tf.Tensor:
    """Converts images to 1 or 3 channels.

    Colour becomes gray by the luma of ITU-R BT.601. Gray becomes three equal channels.
    Transparent pixels become white; the last of 2 or 4 channels is the opacity.

    Args:
        images: float32 [n, height, width, 1 to 4] in [-1, 1].
        channels: 1 for gray, 3 for colour.

    Returns:
        float32 [n, height, width, channels] in [-1, 1].

    Raises:
        ValueError: for another number of channels.
    """
    present = images.shape[-1]
    if images.shape.rank != 4 or present not in (1, 2, 3, 4):
        raise ValueError(
            "Expected images [n, height, width, channels] of 1 to 4 channels. "
            f"Received: shape {images.shape}."
        )
    if present in (2, 4):
        opacity = (images[..., -1:] + 1.0) / 2.0
        images = images[..., :-1] * opacity + (1.0 - opacity)
        present -= 1
    if present == 3 and channels == 1:
        weights = tf.constant([0.299, 0.587, 0.114])
        return tf.reduce_sum(images * weights, axis=-1, keepdims=True)
    if present == 1 and channels == 3:
        return tf.repeat(images, 3, axis=-1)
    return images


def digest_of(*parts: Any) -> str:
    """Returns the sha256 of strings, bytes and arrays, as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray):
            digest.update(f"{part.dtype.str}{part.shape}".encode())
            part = np.ascontiguousarray(part).tobytes()
        digest.update(part.encode() if isinstance(part, str) else part)
        digest.update(b"\0")
    return digest.hexdigest()


def _batches(images: Any, batch_size: int):
    if isinstance(images, tf.data.Dataset):
        for batch in images:
            yield batch[0] if isinstance(batch, tuple) else batch
        return
    for start in range(0, len(images), batch_size):
        yield images[start : start + batch_size]
