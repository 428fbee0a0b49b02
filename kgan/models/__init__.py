"""One paper per file: its equations and its class.

A model is imported with its name, not with the package: a program that trains one waits
for the others no more than a reader of its paper does.
"""

from __future__ import annotations

from kgan.system import lazy

# Model -> module that defines it.
NAMES = {
    "ACGAN": "kgan.models.acgan",
    "AnoGAN": "kgan.models.anogan",
    "AutoEncoder": "kgan.models.autoencoder",
    "BEGAN": "kgan.models.began",
    "Colorization": "kgan.models.colorization",
    "ConditionalGAN": "kgan.models.conditional_gan",
    "CycleGAN": "kgan.models.cyclegan",
    "DCGAN": "kgan.models.dcgan",
    "FAnoGAN": "kgan.models.fanogan",
    "InfoGAN": "kgan.models.info_gan",
    "LineGAN": "kgan.models.line",
    "LSGAN": "kgan.models.lsgan",
    "MolGAN": "kgan.models.molgan",
    "Pix2Pix": "kgan.models.pix2pix",
    "ProjectionGAN": "kgan.models.projection_gan",
    "R3GAN": "kgan.models.r3gan",
    "RpGAN": "kgan.models.rpgan",
    "SNGAN": "kgan.models.sngan",
    "SRGAN": "kgan.models.srgan",
    "SRResNet": "kgan.models.srresnet",
    "StyleGAN2": "kgan.models.stylegan2",
    "VAE": "kgan.models.vae",
    "VAEGAN": "kgan.models.vaegan",
    "VanillaGAN": "kgan.models.vanilla",
    "WGAN": "kgan.models.wgan",
    "WGANGP": "kgan.models.wgan_gp",
}

_MODULES = {path.rpartition(".")[2]: path for path in NAMES.values()}

__all__ = [*NAMES]

__getattr__ = lazy.getter(__name__, NAMES, _MODULES)


def __dir__() -> list[str]:
    return sorted(__all__)
