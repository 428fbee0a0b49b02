"""Networks that turn images into the features that metrics compare."""

from __future__ import annotations

import functools
from typing import Any

from kgan.metrics.extractors.application import Application
from kgan.metrics.extractors.color import Color
from kgan.metrics.extractors.extractor import Extractor, Outputs
from kgan.metrics.extractors.inception import Inception
from kgan.metrics.extractors.lenet import LeNet
from kgan.metrics.extractors.lpips import LPIPS
from kgan.metrics.extractors.network import Network
from kgan.metrics.extractors.pixels import Pixels
from kgan.metrics.extractors.squeezenet import SqueezeNet
from kgan.system.registry import resolve

__all__ = [
    "LPIPS",
    "Application",
    "Color",
    "Extractor",
    "Inception",
    "LeNet",
    "Network",
    "Outputs",
    "Pixels",
    "SqueezeNet",
    "get",
]

_NAMED = {
    "color": Color,
    "inception": Inception,
    "lenet": LeNet,
    "lpips": LPIPS,
    "pixels": Pixels,
    "squeezenet": SqueezeNet,
}
# NAME:ARGUMENT, where the argument is a file of weights or the name of a network.
_WITH_ARGUMENT = {
    "applications": Application,
    "inception": Inception,
    "lpips": LPIPS,
    "squeezenet": SqueezeNet,
}


def get(identifier: Any) -> Extractor:
    """Returns the extractor that `identifier` names.

    >>> kgan.metrics.extractors.get("pixels").extract(images).features.shape
    (64, 784)

    Args:
        identifier: "color", "lenet", "inception", "pixels", "squeezenet" or "lpips"; a
            name with the path of its weights, such as
            "squeezenet:weights/squeezenet.npz"; a network of `keras.applications`, such
            as "applications:MobileNetV2"; an `Extractor`; or a `keras.Model` or
            callable that returns features [n, d], see `Network`.

    Raises:
        ValueError: if `identifier` is none of these, or cannot be loaded.
    """
    if callable(identifier) and not isinstance(identifier, Extractor):
        return Network(identifier)
    # One instance per process: it is built once, and its graph is traced once.
    named = {name: functools.partial(_instance, name) for name in _NAMED}
    name, _, argument = str(identifier).partition(":")
    if isinstance(identifier, str) and argument and name in _WITH_ARGUMENT:
        return _instance(name, argument)
    return resolve(identifier, Extractor, {**named, "applications": Application})


@functools.cache
def _instance(name: str, *argument: str):
    return (_WITH_ARGUMENT if argument else _NAMED)[name](*argument)
