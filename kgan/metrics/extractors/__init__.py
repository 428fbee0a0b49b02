"""Networks that turn images into the features that metrics compare."""

from __future__ import annotations

import functools
from typing import Any

from kgan.metrics.extractors.extractor import Extractor, Outputs
from kgan.metrics.extractors.inception import Inception
from kgan.metrics.extractors.lenet import LeNet
from kgan.metrics.extractors.network import Network
from kgan.metrics.extractors.pixels import Pixels
from kgan.system.registry import resolve

__all__ = ["Extractor", "Inception", "LeNet", "Network", "Outputs", "Pixels", "get"]

_NAMED = {"inception": Inception, "lenet": LeNet, "pixels": Pixels}


def get(identifier: Any) -> Extractor:
    """Returns the extractor that `identifier` names.

    >>> kgan.metrics.extractors.get("pixels").extract(images).features.shape
    (64, 784)

    Args:
        identifier: "lenet", "inception", "pixels", an `Extractor`, or a `keras.Model`
            or callable that returns features [n, d], see `Network`.

    Raises:
        ValueError: if `identifier` is none of these, or cannot be loaded.
    """
    if callable(identifier) and not isinstance(identifier, Extractor):
        return Network(identifier)
    # One instance per process: it is built once, and its graph is traced once.
    named = {name: functools.partial(_instance, name) for name in _NAMED}
    return resolve(identifier, Extractor, named)


@functools.cache
def _instance(name: str):
    return _NAMED[name]()
