"""Augmentation of D's input, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

from kgan import layers
from kgan.objectives import schedules
from kgan.system.registry import resolve

_AUGMENTS = {"ada": layers.AdaptiveAugment, "diff_augment": layers.DiffAugment}


def get(identifier: Any) -> Callable[[Any], Any] | None:
    """The augmentation that `identifier` means.

    >>> kgan.core.augments.get({"name": "diff_augment", "policy": "color"}).policy
    'color'
    >>> rise = {"name": "cosine", "start": 0.0, "end": 0.5, "images": 1000}
    >>> ada = kgan.core.augments.get({"name": "ada", "p": rise})
    >>> float(ada.schedule(1000))
    0.5

    Args:
        identifier: "diff_augment" or "ada"; a dictionary of such a `name` and the
            arguments of the layer, schedules among them as for `kgan.schedules.get`; a
            Keras config; a function or a layer; or None.

    Raises:
        ValueError: for any other `identifier`; see `kgan.system.registry.resolve`.
    """
    function = callable(identifier) and not isinstance(identifier, type)
    if identifier is None or function:
        return identifier
    if isinstance(identifier, dict):
        identifier = {name: _scheduled(value) for name, value in identifier.items()}
    return resolve(identifier, keras.layers.Layer, _AUGMENTS)


def _scheduled(argument: Any):
    """The schedule that a dictionary with a `name` means, or the argument itself."""
    named = isinstance(argument, dict) and "name" in argument
    return schedules.get(argument) if named else argument
