"""Classes and single numbers."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kgan.spaces.space import Space
from kgan.system.text import did_you_mean

_log = logging.getLogger("kgan")
# Names of classes, at most, in a description and in the message of an error.
_SHORT, _LONG = 3, 10


@keras.saving.register_keras_serializable("kgan")
class Labels(Space):
    """Numbers of classes, int32 from 0 to `classes` - 1.

    >>> kgan.spaces.Labels(3).rows(7)
    (array([0, 0, 1, 1, 2, 2], dtype=int32), 2)
    >>> labels = kgan.spaces.Labels(3, names=["boot", "coat", "shirt"])
    >>> labels.number_of("coat"), labels.title(1)
    (1, '1 coat')

    Names are for people: spaces of equally many classes are equal, whatever the names.

    Args:
        classes: the number of classes, at least 1.
        names: of the classes, in the order of their numbers, or None. Names that are
            the numbers themselves count as None.

    Attributes:
        classes: as above.
        names: a list of strings, or None.

    Raises:
        ValueError: for fewer classes, or another number of names.
    """

    dtype = "int32"
    public_dtype = "int32"
    unit = "label"
    conversion = "Labels are whole numbers."
    names: list[str] | None = None

    def __init__(self, classes: int, names: Sequence[str] | None = None) -> None:
        if classes < 1:
            raise ValueError(f"Expected classes >= 1. Received: classes={classes}.")
        self.classes = int(classes)
        if names is None:
            return
        names = [str(name) for name in names]
        if len(names) != self.classes:
            raise ValueError(
                f"Expected one name for each of {self.classes} classes, or None. "
                f"Received: {len(names)} names, {_some(names, _SHORT)}."
            )
        numbers = [str(label) for label in range(self.classes)]
        self.names = None if names == numbers else names

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.classes == self.classes

    def __hash__(self) -> int:
        return hash((type(self), self.classes))

    def get_config(self) -> dict[str, Any]:
        return {"classes": self.classes, "names": self.names}

    def named(self, names: Sequence[str] | None) -> Labels:
        return self if names is None else type(self)(self.classes, names)

    # Words

    def describe(self) -> str:
        names = f" ({_some(self.names, _SHORT)})" if self.names else ""
        return f"{self.unit} of {self.classes} classes{names}"

    def title(self, label: int) -> str:
        """What a picture calls a class: its number, and its name if it has one."""
        return f"{label} {self.names[label]}" if self.names else str(label)

    def choices(self) -> str:
        """What may be asked for, such as `0 to 9`, in words."""
        names = f", or a name: {_some(self.names, _LONG)}" if self.names else ""
        return f"from 0 to {self.classes - 1}{names}"

    def number_of(self, label: Any) -> int:
        """The number of a class.

        Args:
            label: a number; or text: a name, or else a number. Whether letters of a
                name are capital matters only where two names differ in nothing else.

        Raises:
            ValueError: if there is no such class.
        """
        if isinstance(label, str) and label in (self.names or ()):
            return self.names.index(label)
        try:
            number = int(label)
        except (TypeError, ValueError):
            number = self._number_of_name(str(label))
        if number is not None and 0 <= number < self.classes:
            return number
        hint = did_you_mean(str(label), self.names or ()) if number is None else ""
        raise ValueError(
            f"Expected a label {self.choices()}. Received: {label!r}.{hint}"
        )

    def _number_of_name(self, text: str):
        alike = [
            number
            for number, name in enumerate(self.names or ())
            if name.casefold() == text.casefold()
        ]
        return alike[0] if len(alike) == 1 else None

    # Batches

    def check_values(self, batch: Any) -> None:
        batch = tf.convert_to_tensor(batch)
        known = tf.reduce_all((batch >= 0) & (batch < self.classes))
        message = f"kgan: expected labels from 0 to {self.classes - 1}; received:"
        tf.debugging.Assert(known, [message, batch])

    def check_known(self, batch: Any) -> None:
        if not np.ndim(batch):
            raise ValueError(
                "Expected labels [n], one for each example. Received: a single label, "
                f"{np.asarray(batch)}. For n examples of one class, give "
                f"[{np.asarray(batch)}] * n."
            )
        self.check(batch, assertions=False)
        labels = np.asarray(batch)
        if labels.size and not 0 <= labels.min() <= labels.max() < self.classes:
            raise ValueError(
                f"Expected labels {self.choices()}. Received: labels from "
                f"{labels.min()} to {labels.max()}."
            )

    def from_public(self, batch: Any) -> Any:
        batch = tf.convert_to_tensor(batch)
        if batch.dtype == tf.string:
            return self._numbers(batch)
        if not batch.dtype.is_integer:
            return batch
        # Before the cast, which would take 2^32 for 0.
        known = (
            tf.clip_by_value(batch, -1, self.classes) if batch.dtype.size > 4 else batch
        )
        return tf.cast(known, tf.int32)

    def _numbers(self, names: tf.Tensor):
        """Names of known values, as numbers."""
        texts = [name.decode() for name in np.ravel(names)]
        numbers = [self.number_of(text) for text in texts]
        return tf.reshape(tf.constant(numbers, tf.int32), names.shape)

    def request(self, n: int) -> Any:
        return (np.arange(n) % self.classes).astype("int32")

    def refused(self) -> list[Any]:
        return [np.array([label], "int32") for label in (self.classes, -1)]

    def rows(self, n: int) -> Any:
        """About n labels in rows of one class each, int32.

        Returns:
            (labels [rows * per row], how many in each row). There is a row for each
            class, but at most n rows.
        """
        rows = min(self.classes, n)
        per_row = n // rows
        return np.repeat(np.arange(rows), per_row).astype("int32"), per_row


@keras.saving.register_keras_serializable("kgan")
class Scalar(Space):
    """One float32 number per example, such as an anomaly score.

    >>> kgan.spaces.Scalar().describe()
    'number'
    >>> kgan.spaces.Scalar("log p(x) in nats").describe()
    'number: log p(x) in nats'
    >>> kgan.spaces.Scalar("psi", default=1.0, least=0.0, usual=(0.0, 1.0)).default
    1.0

    Args:
        of: what the number says, in words, if numbers of models are comparable only
            where they say the same.
        default: the number where none is given, or None if one must be.
        least: the smallest number that is accepted, or None.
        usual: (from, to): of numbers beyond, Python warns. None: it never does.

    Raises:
        ValueError: for a default or a `least` that does not fit `usual`.
    """

    unit = "number"

    def __init__(
        self,
        of: str | None = None,
        default: float | None = None,
        least: float | None = None,
        usual: Sequence[float] | None = None,
    ) -> None:
        ends = [usual[0], default, usual[1]] if usual and default is not None else []
        if ends != sorted(ends) or (least is not None and usual and least > usual[0]):
            raise ValueError(
                "Expected least <= usual[0] <= default <= usual[1]. Received: "
                f"least={least}, usual={usual}, default={default}."
            )
        self.of = of
        self.default = default
        self.least = least
        self.usual = None if usual is None else tuple(usual)

    def describe(self) -> str:
        return f"{self.unit}: {self.of}" if self.of else self.unit

    def get_config(self) -> dict[str, Any]:
        config = {
            "of": self.of,
            "default": self.default,
            "least": self.least,
            "usual": self.usual and list(self.usual),
        }
        return {k: v for k, v in config.items() if v is not None}

    def check_values(self, batch: Any) -> None:
        if self.least is None:
            return
        # Also false for NaN.
        fits = tf.reduce_all(batch >= self.least)
        what = self.of or "a number"
        message = f"kgan: expected {what}, of at least {self.least:g}; received:"
        tf.debugging.Assert(fits, [message, batch])

    def check_known(self, batch: Any) -> None:
        self.check(batch, assertions=False)
        if not np.size(batch):
            return
        low, high = np.min(batch), np.max(batch)
        # Also false for NaN.
        if self.least is not None and not low >= self.least:
            raise ValueError(
                f"Expected {self.of or 'a number'}, at least {self.least:g}. "
                f"Received: {low:g}."
            )
        if self.usual is None:
            return
        if low < self.usual[0] or high > self.usual[1]:
            _log.warning(
                "kgan: %s is usually from %g to %g. Received: from %g to %g.",
                *(self.of or "the number", *self.usual, low, high),
            )

    def request(self, n: int) -> Any:
        if self.usual is None:
            return super().request(n)
        return (
            np.random.default_rng(abs(n))
            .uniform(*self.usual, max(n, 0))
            .astype("float32")
        )

    def refused(self) -> list[Any]:
        return [] if self.least is None else [np.array([self.least - 1.0], "float32")]

    def from_public(self, batch: Any) -> Any:
        return tf.cast(batch, self.dtype)


def _some(names: Sequence[str], most: int):
    return ", ".join(names[:most]) + (", ..." if len(names) > most else "")
