"""kgan: generative adversarial networks for Keras 3 on TensorFlow.

TensorFlow is imported with the first name that needs it, not with the package, so
that command lines answer `--help` at once. `keras.models.load_model` knows kgan's
models and layers from the import of the package on.
"""

from __future__ import annotations

import importlib
from typing import Any

from kgan._version import __version__
from kgan.system import keras_classes
from kgan.system.backend import require_tensorflow
from kgan.system.text import did_you_mean

# Public name -> module that defines it.
_NAMES = {
    "GAN": "kgan.core.gan",
    "Batch": "kgan.core.gan",
    "Endpoint": "kgan.spaces.endpoint",
    "Game": "kgan.core.game",
    "Player": "kgan.core.player",
    "ACGAN": "kgan.models.acgan",
    "BEGAN": "kgan.models.began",
    "AnoGAN": "kgan.models.anogan",
    "AutoEncoder": "kgan.models.autoencoder",
    "ConditionalGAN": "kgan.models.conditional_gan",
    "DCGAN": "kgan.models.dcgan",
    "Colorization": "kgan.models.colorization",
    "CycleGAN": "kgan.models.cyclegan",
    "FAnoGAN": "kgan.models.fanogan",
    "InfoGAN": "kgan.models.info_gan",
    "Pix2Pix": "kgan.models.pix2pix",
    "SRGAN": "kgan.models.srgan",
    "SRResNet": "kgan.models.srresnet",
    "VAE": "kgan.models.vae",
    "VAEGAN": "kgan.models.vaegan",
    "LSGAN": "kgan.models.lsgan",
    "LineGAN": "kgan.models.line",
    "MolGAN": "kgan.models.molgan",
    "ProjectionGAN": "kgan.models.projection_gan",
    "R3GAN": "kgan.models.r3gan",
    "RpGAN": "kgan.models.rpgan",
    "SNGAN": "kgan.models.sngan",
    "StyleGAN2": "kgan.models.stylegan2",
    "VanillaGAN": "kgan.models.vanilla",
    "WGAN": "kgan.models.wgan",
    "WGANGP": "kgan.models.wgan_gp",
}
# Public module -> where it is, if that is not kgan.<its name>.
_MODULES = {
    "callbacks": "",
    "constraints": "kgan.objectives.constraints",
    "core": "",
    "data": "",
    "distribute": "",
    "evaluation": "",
    "health": "",
    "latents": "kgan.spaces.latents",
    "layers": "",
    "likelihoods": "kgan.objectives.likelihoods",
    "losses": "kgan.objectives.losses",
    "metrics": "",
    "models": "",
    "networks": "",
    "penalties": "kgan.objectives.penalties",
    "recipes": "",
    "reconstruction": "kgan.objectives.reconstruction",
    "results": "",
    "rewards": "kgan.objectives.rewards",
    "runs": "",
    "schedules": "kgan.objectives.schedules",
    "serving": "",
    "spaces": "",
    "theory": "kgan.objectives.theory",
}
# What Keras finds in files beside the models: a file may be of one network alone.
_LAYERS = (
    "AdaptiveAugment",
    "BatchNormalization",
    "BicubicUpsampling2D",
    "Blur2D",
    "ConditionalBatchNormalization",
    "Conv2D",
    "DiffAugment",
    "DoublingConv2D",
    "Dropout",
    "EqualizedConv2D",
    "EqualizedDense",
    "GatedAggregation",
    "GroupedConv2D",
    "HalvingConv2D",
    "LearnedConstant",
    "InstanceNormalization",
    "Maxout",
    "MinibatchDiscrimination",
    "MinibatchStandardDeviation",
    "ModulatedConv2D",
    "NoiseInjection",
    "PixelNormalization",
    "PixelShuffle",
    "ReflectionPadding2D",
    "RelationalGraphConvolution",
    "SlicedDense",
    "SpectralNormalization",
    "UndirectedEdges",
    "VanishingResidual",
)

__all__ = ["__version__", *_NAMES, *_MODULES]


keras_classes.defer(
    [
        ("kgan.core", "GAN"),
        *((m, name) for name, m in _NAMES.items() if m.startswith("kgan.models.")),
        *(("kgan.layers", name) for name in _LAYERS),
    ]
)


def __getattr__(name: str) -> Any:
    require_tensorflow()
    if name in _NAMES:
        value = getattr(importlib.import_module(_NAMES[name]), name)
    elif name in _MODULES:
        value = importlib.import_module(_MODULES[name] or f"kgan.{name}")
    else:
        hint = did_you_mean(name, __all__)
        raise AttributeError(
            f"module 'kgan' has no attribute {name!r}.{hint}", name=name
        )
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
