"""Generators as SavedModels for TF Serving.

TensorFlow is imported with the first name that needs it.
"""

import importlib

# Public name -> module that defines it.
_NAMES = {
    "Client": "kgan.serving.client",
    "ServerError": "kgan.serving.client",
    "ServingSession": "kgan.serving.session",
    "Signature": "kgan.serving.signatures",
    "export_generator": "kgan.serving.export",
    "next_version": "kgan.serving.base_path",
    "verify": "kgan.serving.contract",
}

__all__ = sorted(_NAMES)


def __getattr__(name):
    if name not in _NAMES:
        raise AttributeError(f"module 'kgan.serving' has no attribute {name!r}")
    value = getattr(importlib.import_module(_NAMES[name]), name)
    globals()[name] = value
    return value


def __dir__():
    return __all__
