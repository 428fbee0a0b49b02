"""Numbers that change with the images seen.

Learning rates, Adam's beta_2, weights of penalties, half-lives of averages and
probabilities of augmentation can be a `Schedule`: a function of the number of images
that the game has seen. So a schedule means the same for every batch size.

    rate = Cosine(2e-4, 5e-5, images=20_000_000)
    model.compile(d_optimizer, g_optimizer, schedules={"learning_rate": rate})
"""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kgan.system.registry import Configured, resolve


class Schedule(Configured):
    """A number as a function of the images seen. A subclass writes `value`.

    >>> schedule = kgan.schedules.get({"name": "constant", "number": 0.5})
    >>> float(schedule(1_000_000))
    0.5
    """

    def __call__(self, images: Any) -> tf.Tensor:
        """The number, a float32 scalar.

        Args:
            images: how many images the game has seen; a number or a scalar tensor.
        """
        return self.value(tf.cast(images, tf.float32))

    def value(self, images: tf.Tensor) -> tf.Tensor:
        """The number, a float32 scalar, after `images`, a float32 scalar."""
        raise NotImplementedError


@keras.saving.register_keras_serializable("kgan")
class Constant(Schedule):
    """One number that does not change.

        >>> float(kgan.schedules.Constant(0.5)(10))
        0.5

    Args:
        number: the number, finite.

    Raises:
        ValueError: for a number that is not finite.
    """

    def __init__(self, number: float) -> None:
        self.number = _finite("number", number)

    def value(self, images: tf.Tensor) -> tf.Tensor:
        return tf.constant(self.number, tf.float32) + 0.0 * images

    def get_config(self) -> dict[str, Any]:
        return {"number": self.number}


class _FromTo(Schedule):
    """From `start` to `end`, and `end` from then on."""

    def __init__(
        self, start: float, end: float, images: float, after: float = 0
    ) -> None:
        self.start, self.end = _finite("start", start), _finite("end", end)
        self.images, self.after = _finite("images", images), _finite("after", after)
        if not self.images > 0 or self.after < 0:
            raise ValueError(
                "Expected images > 0 and after >= 0. "
                f"Received: images={images}, after={after}."
            )

    def get_config(self) -> dict[str, Any]:
        return {
            "start": self.start,
            "end": self.end,
            "images": self.images,
            "after": self.after,
        }

    def progress(self, images: tf.Tensor) -> tf.Tensor:
        """How much of the change is done, from 0 to 1."""
        return tf.clip_by_value((images - self.after) / self.images, 0.0, 1.0)


@keras.saving.register_keras_serializable("kgan")
class Linear(_FromTo):
    """A straight line: start + (end - start) p, p = (seen - after) / images in [0, 1].

        >>> rate = kgan.schedules.Linear(1.0, 0.0, images=100_000, after=100_000)
        >>> float(rate(50_000)), float(rate(150_000)), float(rate(250_000))
        (1.0, 0.5, 0.0)

    Args:
        start: the number before the change.
        end: the number after the change.
        images: how many images the change takes, above 0.
        after: how many images the game sees before the change, at least 0.

    Raises:
        ValueError: for arguments that are out of range or not finite.
    """

    def value(self, images: tf.Tensor) -> tf.Tensor:
        return self.start + (self.end - self.start) * self.progress(images)


@keras.saving.register_keras_serializable("kgan")
class Cosine(_FromTo):
    """Half a cosine: end + (start - end) (1 + cos(pi p)) / 2, p as for `Linear`.

    R3GAN's beta_2 follows such a cosine (arXiv 2501.05441).

        >>> beta_2 = kgan.schedules.Cosine(0.9, 0.99, images=20_000_000)
        >>> round(float(beta_2(10_000_000)), 3)
        0.945

    Args:
        start: the number before the change.
        end: the number after the change.
        images: how many images the change takes, above 0.
        after: how many images the game sees before the change, at least 0.

    Raises:
        ValueError: for arguments that are out of range or not finite.
    """

    def value(self, images: tf.Tensor) -> tf.Tensor:
        fall = (1.0 + tf.cos(math.pi * self.progress(images))) / 2.0
        return self.end + (self.start - self.end) * fall


@keras.saving.register_keras_serializable("kgan")
class Steps(Schedule):
    """Jumps from number to number.

        >>> rate = kgan.schedules.Steps([1.0, 0.5, 0.25], at=[50_000, 100_000])
        >>> float(rate(0)), float(rate(50_000))
        (1.0, 0.5)

    Args:
        numbers: the numbers, one more than there are jumps.
        at: for each jump, how many images the game has seen; in increasing order.

    Raises:
        ValueError: for another count, places that do not rise, or numbers that are not
            finite.
    """

    def __init__(self, numbers: list[float], at: list[float]) -> None:
        self.numbers = [_finite("numbers", number) for number in numbers]
        self.at = [_finite("at", place) for place in at]
        if len(self.numbers) != len(self.at) + 1 or np.any(np.diff(self.at) <= 0):
            raise ValueError(
                "Expected one number more than places, and places that rise. "
                f"Received: numbers={numbers}, at={at}."
            )

    def value(self, images: tf.Tensor) -> tf.Tensor:
        passed = tf.reduce_sum(tf.cast(images >= tf.constant(self.at), tf.int32))
        return tf.gather(tf.constant(self.numbers), passed)

    def get_config(self) -> dict[str, Any]:
        return {"numbers": self.numbers, "at": self.at}


_SCHEDULES = {"constant": Constant, "cosine": Cosine, "linear": Linear, "steps": Steps}


def get(identifier: Any) -> Schedule:
    """The schedule that `identifier` means.

        >>> fall = {"name": "cosine", "start": 2e-4, "end": 5e-5, "images": 1e6}
        >>> schedule = kgan.schedules.get(fall)

    Args:
        identifier: a number, a `Schedule`, a Keras config, or, as in recipes, a
            dictionary of `name` ("constant", "linear", "cosine", "steps") and the
            arguments of that schedule.

    Raises:
        ValueError: for any other `identifier`, or other arguments.
    """
    if isinstance(identifier, (int, float)) and not isinstance(identifier, bool):
        return Constant(identifier)
    return resolve(identifier, Schedule, _SCHEDULES)


def at(number: Any, images: Any) -> Any:
    """The value of a `Schedule` after `images` images, or a plain number unchanged."""
    return number(images) if isinstance(number, Schedule) else number


def _finite(name: str, number: float):
    if not math.isfinite(number):
        raise ValueError(f"Expected {name} to be finite. Received: {number}.")
    return float(number)
