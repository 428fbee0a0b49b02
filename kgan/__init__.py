"""kgan: generative adversarial networks for Keras 3 on TensorFlow.

TensorFlow is imported with the first name that needs it, not with the package, so
that command lines answer `--help` at once.
"""

import importlib

from kgan._version import __version__
from kgan.backend import require_tensorflow

# Public name -> module that defines it.
_NAMES = {
    "GAN": "kgan.gan",
    "Batch": "kgan.batch",
    "DCGAN": "kgan.models.dcgan",
    "VanillaGAN": "kgan.models.vanilla",
}
_MODULES = (
    "callbacks",
    "data",
    "distribute",
    "evaluation",
    "health",
    "images",
    "latents",
    "layers",
    "losses",
    "metrics",
    "models",
    "networks",
    "recipes",
    "serving",
)

__all__ = ["__version__", *_NAMES, *_MODULES]


def __getattr__(name):
    require_tensorflow()
    if name in _NAMES:
        value = getattr(importlib.import_module(_NAMES[name]), name)
    elif name in _MODULES:
        value = importlib.import_module(f"kgan.{name}")
    else:
        raise AttributeError(f"module 'kgan' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__():
    return sorted(__all__)
