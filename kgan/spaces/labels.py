"""Classes and single numbers."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kgan.spaces.space import Space


@keras.saving.register_keras_serializable("kgan")
class Labels(Space):
    """Numbers of classes, int32 from 0 to `classes` - 1.

    >>> kgan.spaces.Labels(3).rows(7)
    (array([0, 0, 1, 1, 2, 2], dtype=int32), 2)

    Args:
        classes: the number of classes, at least 1.

    Raises:
        ValueError: for fewer.
    """

    dtype = "int32"
    public_dtype = "int32"
    unit = "label"

    def __init__(self, classes: int) -> None:
        if classes < 1:
            raise ValueError(f"Expected classes >= 1. Received: classes={classes}.")
        self.classes = int(classes)

    def get_config(self) -> dict[str, Any]:
        return {"classes": self.classes}

    def check_values(self, batch: Any) -> None:
        batch = tf.convert_to_tensor(batch)
        known = tf.reduce_all((batch >= 0) & (batch < self.classes))
        message = f"kgan: expected labels from 0 to {self.classes - 1}; received:"
        tf.debugging.Assert(known, [message, batch])

    def check_known(self, batch: Any) -> None:
        self.check(batch, assertions=False)
        labels = np.asarray(batch)
        if labels.size and not 0 <= labels.min() <= labels.max() < self.classes:
            raise ValueError(
                f"Expected labels from 0 to {self.classes - 1}. Received: labels from "
                f"{labels.min()} to {labels.max()}."
            )

    def from_public(self, batch: Any) -> Any:
        batch = tf.convert_to_tensor(batch)
        if not batch.dtype.is_integer:
            return batch
        # Before the cast, which would take 2^32 for 0.
        known = (
            tf.clip_by_value(batch, -1, self.classes) if batch.dtype.size > 4 else batch
        )
        return tf.cast(known, tf.int32)

    def request(self, n: int) -> Any:
        return (np.arange(n) % self.classes).astype("int32")

    def refused(self) -> list[Any]:
        return [np.array([label], "int32") for label in (self.classes, -1)]

    def rows(self, n: int) -> Any:
        """About n labels in rows of one class each, int32.

        Returns:
            (labels [classes * per row], how many in each row).
        """
        per_row = max(1, n // self.classes)
        return np.repeat(np.arange(self.classes), per_row).astype("int32"), per_row


@keras.saving.register_keras_serializable("kgan")
class Scalar(Space):
    """One float32 number per example, such as an anomaly score.

    >>> kgan.spaces.Scalar().describe()
    'number'
    >>> kgan.spaces.Scalar("log p(x) in nats").describe()
    'number: log p(x) in nats'

    Args:
        of: what the number says, in words, if numbers of models are comparable only
            where they say the same.
    """

    unit = "number"

    def __init__(self, of: str | None = None) -> None:
        self.of = of

    def describe(self) -> str:
        return f"number: {self.of}" if self.of else self.unit

    def get_config(self) -> dict[str, Any]:
        return {"of": self.of}
