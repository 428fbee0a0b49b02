"""Exports trained models as SavedModels for TF Serving, and asks served models.

TensorFlow is imported with the first name that needs it.
"""

from __future__ import annotations

import importlib
from typing import Any

# Public name -> module that defines it.
_NAMES = {
    "Client": "kgan.serving.client",
    "ServerError": "kgan.serving.client",
    "ServingSession": "kgan.serving.session",
    "Signature": "kgan.serving.signatures",
    "export_model": "kgan.serving.export",
    "next_version": "kgan.serving.base_path",
    "verify": "kgan.serving.contract",
}

__all__ = sorted(_NAMES)


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module 'kgan.serving' has no attribute {name!r}")
    value = getattr(importlib.import_module(_NAMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
