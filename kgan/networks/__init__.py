"""Builders of plain `keras.Model`s, without losses and training."""

from kgan.networks.dcgan import dcgan_discriminator, dcgan_generator
from kgan.networks.lenet import lenet
from kgan.networks.mlp import maxout_discriminator, mlp_generator

__all__ = [
    "dcgan_discriminator",
    "dcgan_generator",
    "lenet",
    "maxout_discriminator",
    "mlp_generator",
]
