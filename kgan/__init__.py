"""kgan: generative adversarial networks for Keras 3 on TensorFlow.

TensorFlow is imported with the first name that needs it, not with the package, so
that command lines answer `--help` at once. `keras.models.load_model` knows kgan's
models and layers from the import of the package on.
"""

from __future__ import annotations

from kgan import models
from kgan._version import __version__
from kgan.system import keras_classes, lazy

# Public name -> module that defines it.
_NAMES = {
    "GAN": "kgan.core.gan",
    "Batch": "kgan.core.gan",
    "Endpoint": "kgan.spaces.endpoint",
    "Game": "kgan.core.game",
    "Player": "kgan.core.player",
    **models.NAMES,
}
# Public module -> where it is.
_MODULES = {
    "callbacks": "kgan.callbacks",
    "constraints": "kgan.objectives.constraints",
    "core": "kgan.core",
    "data": "kgan.data",
    "distribute": "kgan.distribute",
    "evaluation": "kgan.evaluation",
    "health": "kgan.health",
    "latents": "kgan.spaces.latents",
    "layers": "kgan.layers",
    "likelihoods": "kgan.objectives.likelihoods",
    "losses": "kgan.objectives.losses",
    "metrics": "kgan.metrics",
    "models": "kgan.models",
    "networks": "kgan.networks",
    "penalties": "kgan.objectives.penalties",
    "recipes": "kgan.recipes",
    "reconstruction": "kgan.objectives.reconstruction",
    "results": "kgan.results",
    "rewards": "kgan.objectives.rewards",
    "runs": "kgan.runs",
    "schedules": "kgan.objectives.schedules",
    "serving": "kgan.serving",
    "spaces": "kgan.spaces",
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
        *((module, name) for name, module in models.NAMES.items()),
        *(("kgan.layers", name) for name in _LAYERS),
    ]
)


__getattr__ = lazy.getter(__name__, _NAMES, _MODULES)


def __dir__() -> list[str]:
    return sorted(__all__)
