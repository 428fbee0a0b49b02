"""Builders of plain `keras.Model`s, without losses and training."""

from kgan.networks.alexnet import alexnet, lpips, perceptual_distance
from kgan.networks.autoencoder import (
    autoencoder_discriminator,
    autoencoder_generator,
)
from kgan.networks.classifier import classifier
from kgan.networks.dcgan import (
    dcgan_discriminator,
    dcgan_encoder,
    dcgan_generator,
)
from kgan.networks.heads import with_classes, with_features
from kgan.networks.labels import labelled_discriminator, labelled_generator
from kgan.networks.lenet import lenet
from kgan.networks.mlp import maxout_discriminator, mlp, mlp_generator
from kgan.networks.mlp_autoencoder import mlp_decoder, mlp_encoder
from kgan.networks.molgan import (
    GraphEncoder,
    molgan_discriminator,
    molgan_generator,
    molgan_reward,
)
from kgan.networks.patchgan import patchgan, receptive_field
from kgan.networks.r3gan import r3gan_discriminator, r3gan_generator
from kgan.networks.resnet import resnet_discriminator, resnet_generator
from kgan.networks.resnet8 import resnet8
from kgan.networks.rrdb import rrdb
from kgan.networks.squeezenet import squeezenet
from kgan.networks.srresnet import srgan_discriminator, srresnet
from kgan.networks.style import (
    style_discriminator,
    style_generator,
    style_mapping,
    style_synthesis,
)
from kgan.networks.translator import resnet_translator, translator_blocks
from kgan.networks.unet import unet, unet_levels

__all__ = [
    "GraphEncoder",
    "alexnet",
    "autoencoder_discriminator",
    "autoencoder_generator",
    "classifier",
    "dcgan_discriminator",
    "dcgan_encoder",
    "dcgan_generator",
    "labelled_discriminator",
    "labelled_generator",
    "lenet",
    "lpips",
    "maxout_discriminator",
    "mlp",
    "mlp_decoder",
    "mlp_encoder",
    "mlp_generator",
    "molgan_discriminator",
    "molgan_generator",
    "molgan_reward",
    "patchgan",
    "perceptual_distance",
    "r3gan_discriminator",
    "r3gan_generator",
    "receptive_field",
    "resnet8",
    "resnet_discriminator",
    "resnet_generator",
    "resnet_translator",
    "rrdb",
    "squeezenet",
    "srgan_discriminator",
    "srresnet",
    "style_discriminator",
    "style_generator",
    "style_mapping",
    "style_synthesis",
    "translator_blocks",
    "unet",
    "unet_levels",
    "with_classes",
    "with_features",
]
