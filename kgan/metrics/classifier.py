"""A fixed classifier of images, for scores and studies of what images teach.

Two sets of images are compared by what a classifier learns from each. The comparison is
fair only if everything else is equal: the network, the number of optimisation steps,
the batch size and the learning rate. `train_classifier` holds all of them fixed.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kgan.metrics.class_frechet import check_labels
from kgan.networks.classifier import classifier
from kgan.random import seeds
from kgan.spaces import to_float
from kgan.system.checks import check_whole

_BATCH, _RATE = 64, 3e-3
# Images per call of the network in `predict`.
_BLOCK = 500


class Classifier:
    """A trained classifier of images, see `train_classifier`.

    >>> network = kgan.networks.classifier((28, 28, 1), classes=3, seed=0)
    >>> kgan.metrics.classifier.Classifier(network).predict(images).shape
    (64, 3)

    Args:
        network: `keras.Model`, images [batch, height, width, channels] in [-1, 1] ->
            logits [batch, classes].

    Attributes:
        network: the network.
        classes: the number of classes.
    """

    def __init__(self, network: keras.Model) -> None:
        self.network = network
        self.classes = int(network.output_shape[-1])

    def predict(self, images: np.ndarray) -> np.ndarray:
        """Returns logits, float32 [n, classes].

        Args:
            images: [n, height, width, channels], uint8, or floats in [-1, 1]; n >= 1.

        Raises:
            ValueError: for another shape.
        """
        images = _checked(images)
        if images.shape[1:] != self.network.input_shape[1:]:
            raise ValueError(
                f"Expected images [n, *{self.network.input_shape[1:]}], as the "
                f"classifier was trained on. Received: shape {images.shape}."
            )
        starts = range(0, len(images), _BLOCK)
        parts = [self._logits(to_float(images[i : i + _BLOCK])) for i in starts]
        return np.concatenate([part.numpy() for part in parts])

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """Returns the probability of each class, float32 [n, classes].

        Args:
            images: as for `predict`.

        Raises:
            ValueError: for another shape.
        """
        logits = self.predict(images)
        # Less the largest, so that no exponential overflows.
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        return odds / odds.sum(axis=1, keepdims=True)

    def accuracy(self, images: np.ndarray, labels: Any) -> float:
        """Returns the share of images that it puts in their class.

        Args:
            images: as for `predict`.
            labels: integers [n].

        Raises:
            ValueError: for other shapes.
        """
        labels = check_labels(labels, len(images), "labels")
        return float(np.mean(self.predict(images).argmax(axis=1) == labels))

    @functools.cached_property
    def _logits(self):
        spec = tf.TensorSpec([None, *self.network.input_shape[1:]], tf.float32)
        return tf.function(
            lambda images: self.network(images, training=False),
            input_signature=[spec],
            autograph=False,
        )


def train_classifier(
    images: np.ndarray,
    labels: Any,
    classes: int,
    steps: int = 1000,
    seed: int = 0,
    augment: Callable[[np.ndarray, np.random.Generator], np.ndarray] | None = None,
) -> Classifier:
    """Returns a classifier that has learned from images and their labels.

    The network is `kgan.networks.classifier`. Adam minimises the cross-entropy of
    batches of 64 images; its learning rate falls from 0.003 to 0 along a cosine. Every
    image is seen once before one is seen again, so any number of images is trained on
    for equally many steps. The same arguments give the same classifier.

    >>> labels = np.arange(64) % 2
    >>> train = kgan.metrics.classifier.train_classifier
    >>> trained = train(images, labels, classes=2, steps=20, seed=1)
    >>> trained.predict(images).shape
    (64, 2)

    Args:
        images: [n, height, width, channels], uint8, or floats in [-1, 1]; n >= 1.
        labels: integers [n] from 0 to `classes` - 1.
        classes: the number of classes, at least 2.
        steps: the number of batches, at least 1.
        seed: fixes the initial weights, dropout, the order and augmentation.
        augment: function of images and a generator of random numbers -> changed
            images, such as `kgan.metrics.ClassicAugment`; None leaves them as they are.

    Raises:
        ValueError: for other shapes, labels out of range, or other numbers.
        RuntimeError: in the scope of a strategy.
    """
    if tf.distribute.has_strategy():
        raise RuntimeError(
            "Expected train_classifier to be called outside of strategy.scope(), "
            "because it trains on one device. Received: a call within it."
        )
    images = _checked(images)
    check_whole("classes", classes, 2)
    check_whole("steps", steps)
    labels = check_labels(labels, len(images), "labels")
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(
            f"Expected labels from 0 to {classes - 1}. Received: labels from "
            f"{labels.min()} to {labels.max()}."
        )
    network = classifier(images.shape[1:], classes, seed=seed)
    step = _step(network, steps)
    rng = np.random.default_rng(seeds.derive(seed, "order"))
    for rows in _batches(len(images), steps, rng):
        batch = images[rows]
        batch = augment(batch, rng) if augment else batch
        step(to_float(batch), tf.constant(labels[rows]))
    return Classifier(network)


def _step(network: keras.Model, steps: int):
    """A function of images and labels that trains the network on them."""
    rate = keras.optimizers.schedules.CosineDecay(_RATE, steps)
    optimizer = keras.optimizers.Adam(rate)
    optimizer.build(network.trainable_variables)

    def step(images: tf.Tensor, labels: tf.Tensor):
        with tf.GradientTape() as tape:
            logits = network(images, training=True)
            loss = tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
            )
        variables = network.trainable_variables
        optimizer.apply(tape.gradient(loss, variables), variables)

    images = tf.TensorSpec([_BATCH, *network.input_shape[1:]], tf.float32)
    labels = tf.TensorSpec([_BATCH], tf.int64)
    return tf.function(step, input_signature=[images, labels], autograph=False)


def _batches(count: int, steps: int, rng: np.random.Generator):
    """Yields the rows of each batch: one shuffle of all rows after the other."""
    rows = np.empty(0, "int64")
    for _ in range(steps):
        while len(rows) < _BATCH:
            rows = np.concatenate([rows, rng.permutation(count)])
        yield rows[:_BATCH]
        rows = rows[_BATCH:]


def _checked(images: np.ndarray):
    images = np.asarray(images)
    if images.ndim != 4 or 0 in images.shape:
        raise ValueError(
            "Expected images [n, height, width, channels], at least one. "
            f"Received: shape {images.shape}."
        )
    return images
