"""Builders of plain `keras.Model`s, without losses and training."""

from kgan.networks.alexnet import alexnet, lpips, perceptual_distance
from kgan.networks.dcgan import dcgan_discriminator, dcgan_generator
from kgan.networks.lenet import lenet
from kgan.networks.mlp import maxout_discriminator, mlp_generator
from kgan.networks.squeezenet import squeezenet

__all__ = [
    "alexnet",
    "dcgan_discriminator",
    "dcgan_generator",
    "lenet",
    "lpips",
    "maxout_discriminator",
    "mlp_generator",
    "perceptual_distance",
    "squeezenet",
]
