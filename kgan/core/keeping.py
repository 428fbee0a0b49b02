"""Variables that a block of code must not change."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

import keras
import tensorflow as tf


@contextlib.contextmanager
def unchanged(
    variables: Iterable[keras.Variable], condition: Any = None
) -> Iterator[None]:
    """At the end of the block, variables have the values of its beginning again.

    Args:
        variables: which.
        condition: a scalar of bool: where it is False they stay as the block leaves
            them. None: they are given back in any case.
    """
    before = [(variable, tf.identity(variable.value)) for variable in variables]
    yield
    for variable, value in before:
        if condition is not None:
            value = tf.where(condition, value, tf.identity(variable.value))
        variable.assign(value)
