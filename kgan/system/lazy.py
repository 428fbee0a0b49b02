"""Packages whose names are imported when they are asked for."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any

from kgan.system.backend import require_tensorflow
from kgan.system.text import did_you_mean


def getter(
    package: str, names: Mapping[str, str], modules: Mapping[str, str]
) -> Callable[[str], Any]:
    """The `__getattr__` of a package (PEP 562).

        >>> get = kgan.system.lazy.getter("kgan", {"VAE": "kgan.models.vae"}, {})
        >>> get("VAE").__name__
        'VAE'

    Args:
        package: its name.
        names: name -> module that defines it.
        modules: name -> module that it stands for.

    Returns:
        A function of a name. It raises AttributeError for other names, and ImportError
        for another backend of Keras than TensorFlow.
    """

    def get(name: str) -> Any:
        require_tensorflow()
        if name in names:
            value = getattr(importlib.import_module(names[name]), name)
        elif name in modules:
            value = importlib.import_module(modules[name])
        else:
            hint = did_you_mean(name, sys.modules[package].__all__)
            raise AttributeError(
                f"module {package!r} has no attribute {name!r}.{hint}", name=name
            )
        # From now on, Python finds it without asking here.
        setattr(sys.modules[package], name, value)
        return value

    return get
