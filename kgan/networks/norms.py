"""Normalization of signals, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import keras

from kgan.layers import BatchNormalization, InstanceNormalization

_NORMS = {
    "batch": BatchNormalization,
    "layer": keras.layers.LayerNormalization,
    "instance": InstanceNormalization,
}


def get(
    name: str | None, allowed: Iterable[str] = tuple(_NORMS)
) -> Callable[..., keras.layers.Layer] | None:
    """What makes the layers of a normalization, from their `name=`.

    >>> kgan.networks.norms.get("layer")(name="norm").name
    'norm'

    Args:
        name: "batch", "layer", "instance" (without scale and offset), or None for no
            normalization.
        allowed: the names that a network accepts.

    Raises:
        ValueError: for another name.
    """
    allowed = list(allowed)
    if name is None:
        return None
    if name not in allowed:
        raise ValueError(
            f"Expected normalization {', '.join(map(repr, allowed))} or None. "
            f"Received: normalization={name!r}."
        )
    return _NORMS[name]


def biased(name: str | None) -> bool:
    """Whether convolutions before it need a bias: both others take the mean away."""
    return name not in ("batch", "instance")


def normalized(x: Any, name: str | None, layer: str) -> Any:
    """x, normalized by a layer called `layer`; as it is if `name` is None."""
    norm = get(name)
    return x if norm is None else norm(name=layer)(x)
