"""kgan: generative adversarial networks for Keras 3 on TensorFlow.

TensorFlow is imported with the first name that needs it, not with the package, so
that command lines answer `--help` at once.
"""

from __future__ import annotations

import importlib

from kgan._version import __version__
from kgan.system.backend import require_tensorflow

# Public name -> module that defines it.
_NAMES = {
    "GAN": "kgan.core.gan",
    "Batch": "kgan.core.gan",
    "Endpoint": "kgan.spaces.endpoint",
    "Game": "kgan.core.game",
    "Player": "kgan.core.player",
    "DCGAN": "kgan.models.dcgan",
    "VanillaGAN": "kgan.models.vanilla",
}
# Public module -> where it is, if that is not kgan.<its name>.
_MODULES = {
    "callbacks": "",
    "core": "",
    "data": "",
    "distribute": "",
    "evaluation": "",
    "health": "",
    "latents": "kgan.spaces.latents",
    "layers": "",
    "losses": "kgan.objectives.losses",
    "metrics": "",
    "models": "",
    "networks": "",
    "recipes": "",
    "results": "",
    "runs": "",
    "schedules": "kgan.objectives.schedules",
    "serving": "",
    "spaces": "",
}

__all__ = ["__version__", *_NAMES, *_MODULES]


def __getattr__(name: str):
    require_tensorflow()
    if name in _NAMES:
        value = getattr(importlib.import_module(_NAMES[name]), name)
    elif name in _MODULES:
        value = importlib.import_module(_MODULES[name] or f"kgan.{name}")
    else:
        raise AttributeError(f"module 'kgan' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__():
    return sorted(__all__)
