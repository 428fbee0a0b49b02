"""Augmentation of D's input, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

from kgan import layers
from kgan.system.registry import resolve

_AUGMENTS = {"ada": layers.AdaptiveAugment, "diff_augment": layers.DiffAugment}


def get(identifier: Any) -> Callable[[Any], Any] | None:
    """The augmentation that `identifier` means.

    >>> kgan.core.augments.get({"name": "diff_augment", "policy": "color"}).policy
    'color'

    Args:
        identifier: "diff_augment" or "ada"; a dictionary of such a `name` and the
            arguments of the layer; a Keras config; a function or a layer; or None.

    Raises:
        ValueError: for any other `identifier`; see `kgan.system.registry.resolve`.
    """
    function = callable(identifier) and not isinstance(identifier, type)
    if identifier is None or function:
        return identifier
    return resolve(identifier, keras.layers.Layer, _AUGMENTS)
