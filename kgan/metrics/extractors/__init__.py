"""Networks that turn images into what metrics compare."""

import functools

from kgan.metrics.extractors.extractor import Extractor, Outputs
from kgan.metrics.extractors.inception import Inception
from kgan.metrics.extractors.lenet import LeNet
from kgan.metrics.extractors.network import Network
from kgan.metrics.extractors.pixels import Pixels
from kgan.registry import resolve

__all__ = ["Extractor", "Inception", "LeNet", "Network", "Outputs", "Pixels", "get"]

_NAMED = {"inception": Inception, "lenet": LeNet, "pixels": Pixels}


def get(identifier):
    """The extractor that `identifier` means.

    "lenet", "inception", "pixels", an `Extractor`, or a `keras.Model` or callable that
    gives features [n, d], see `Network`.

    Raises:
        ValueError: if it is none of these, or cannot be loaded.
    """
    if callable(identifier) and not isinstance(identifier, Extractor):
        return Network(identifier)
    # One a process: to be built once, and its graph traced once.
    named = {name: functools.partial(_made, name) for name in _NAMED}
    return resolve(identifier, Extractor, named)


@functools.cache
def _made(name):
    return _NAMED[name]()
