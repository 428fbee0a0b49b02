"""Differentiable augmentation of all that D sees."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import keras
import tensorflow as tf

from kgan.layers.augmentation import Augmentation
from kgan.system.text import did_you_mean


@keras.saving.register_keras_serializable("kgan")
class DiffAugment(Augmentation):
    """T(x) of DiffAugment: color, translation and cutout, always on in training.

    With few images, D remembers them, and its gradient no longer helps G. Zhao et al.
    2020 (arXiv 2006.10738) show D changed images only: T(x) and T(G(z)) in the updates
    of both players. Random changes per image, in the order of `policy`:

        color:        x + b, b ~ U(-0.5, 0.5); then
                      m + s (x - m), s ~ U(0, 2), m = mean over channels; then
                      m + c (x - m), c ~ U(0.5, 1.5), m = mean over the image
        translation:  by whole pixels, up to 1/8 of each side; 0 comes in at the border
        cutout:       a square of half of each side, at a random place, becomes 0

    Gray images have no saturation: s is drawn, but not used. Of images in [-1, 1], 0 is
    gray, and color may leave the range.

        >>> augment = kgan.layers.DiffAugment("color,cutout", seed=0)
        >>> augment(images, training=True).shape
        TensorShape([64, 28, 28, 1])

    Args:
        policy: names of changes, as a list or with commas between.
        seed: integer, or None for a random seed. What is drawn for one change does not
            depend on the other changes of `policy`.
        **kwargs: as for `keras.layers.Layer`.

    Shapes: [batch, height, width, channels] -> the same shape.

    Raises:
        ValueError: for a policy that is empty, has an unknown name, or has a name
            twice; when built, for other shapes.
    """

    def __init__(
        self,
        policy: str | Iterable[str] = "color,translation,cutout",
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, **kwargs)
        self.policy = ",".join(_names(policy))

    def augment(self, images: tf.Tensor, rows: Any) -> tf.Tensor:
        numbers = self.draws.uniform((rows, 7), dtype="float32")
        numbers = tf.unstack(tf.cast(numbers, images.dtype), axis=1)
        for name in self.policy.split(","):
            change, first, last = _CHANGES[name]
            images = change(images, *numbers[first:last])
        return images

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "policy": self.policy}


# Each function takes images [B, h, w, C] and one number per image, [B].


def brighten(images: tf.Tensor, change: Any) -> tf.Tensor:
    """x + change."""
    return images + _per_image(change)


def saturate(images: tf.Tensor, factor: Any) -> tf.Tensor:
    """m + factor (x - m), m = the mean over channels; gray images do not change."""
    if images.shape[-1] == 1:
        return images
    mean = tf.reduce_mean(images, axis=3, keepdims=True)
    return mean + (images - mean) * _per_image(factor)


def add_contrast(images: tf.Tensor, factor: Any) -> tf.Tensor:
    """m + factor (x - m), m = the mean over the image."""
    mean = tf.reduce_mean(images, axis=[1, 2, 3], keepdims=True)
    return mean + (images - mean) * _per_image(factor)


@tf.custom_gradient
def translate(images: tf.Tensor, down: Any, right: Any) -> tf.Tensor:
    """The images moved by whole pixels, int32 [B]; 0 comes in at the border."""
    height, width = images.shape[1:3]
    # Place 0 and the last place of the padded images are 0.
    rows = tf.clip_by_value(tf.range(1, height + 1) - down[:, None], 0, height + 1)
    columns = tf.clip_by_value(tf.range(1, width + 1) - right[:, None], 0, width + 1)
    padded = tf.pad(images, [[0, 0], [1, 1], [1, 1], [0, 0]])
    moved = tf.gather(padded, rows, axis=1, batch_dims=1)
    moved = tf.gather(moved, columns, axis=2, batch_dims=1)

    def gradient(upstream: Any):
        # Moving back is the adjoint, and faster than the gradient of `tf.gather`.
        return translate(upstream, -down, -right), None, None

    return moved, gradient


def cut_out(images: tf.Tensor, row: Any, column: Any) -> tf.Tensor:
    """Images with a rectangle of 0: half of each side, its center at int32 [B] places.

    Beyond the border, the rectangle is cut off.
    """
    height, width = images.shape[1:3]
    hidden = tf.logical_and(
        _near(row, height)[:, :, None], _near(column, width)[:, None, :]
    )
    return images * tf.cast(tf.logical_not(hidden), images.dtype)[..., None]


def _near(center: Any, size: int):
    """Which of `size` places are in the half around `center`: bool [B, size]."""
    half = size // 2
    first = center[:, None] - half // 2
    places = tf.range(size)
    return tf.logical_and(places >= first, places < first + half)


def _per_image(numbers: Any):
    return tf.reshape(numbers, [-1, 1, 1, 1])


def _color(images: tf.Tensor, brightness: Any, saturation: Any, contrast: Any):
    images = brighten(images, brightness - 0.5)
    images = saturate(images, 2.0 * saturation)
    return add_contrast(images, contrast + 0.5)


def _translation(images: tf.Tensor, down: Any, right: Any):
    most = [size // 8 for size in images.shape[1:3]]
    down = _whole(down, 2 * most[0] + 1) - most[0]
    right = _whole(right, 2 * most[1] + 1) - most[1]
    return translate(images, down, right)


def _cutout(images: tf.Tensor, row: Any, column: Any):
    # A square of even side has its center between pixels, so at one place more.
    places = [size + 1 - size // 2 % 2 for size in images.shape[1:3]]
    return cut_out(images, _whole(row, places[0]), _whole(column, places[1]))


def _whole(numbers: Any, high: int):
    """int32 from 0 to high - 1, of numbers in [0, 1)."""
    # Rounding can give `high`.
    return tf.minimum(tf.cast(numbers * high, tf.int32), high - 1)


# Name -> the change, and the first and last column of its numbers.
_CHANGES = {
    "color": (_color, 0, 3),
    "translation": (_translation, 3, 5),
    "cutout": (_cutout, 5, 7),
}


def _names(policy: Any):
    names = policy.split(",") if isinstance(policy, str) else list(policy)
    names = [name.strip() for name in names]
    for name in names:
        if name not in _CHANGES:
            hint = did_you_mean(name, _CHANGES)
            raise ValueError(
                f"Expected policy with names of {', '.join(_CHANGES)}.{hint} "
                f"Received: {name!r}."
            )
    if not names or len(set(names)) < len(names):
        raise ValueError(
            f"Expected policy with each name once. Received: policy={policy!r}."
        )
    return names
