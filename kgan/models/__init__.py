"""One paper per file: its equations and its class."""

from kgan.models.acgan import ACGAN
from kgan.models.anogan import AnoGAN
from kgan.models.autoencoder import AutoEncoder
from kgan.models.began import BEGAN
from kgan.models.colorization import Colorization
from kgan.models.conditional_gan import ConditionalGAN
from kgan.models.cyclegan import CycleGAN
from kgan.models.dcgan import DCGAN
from kgan.models.fanogan import FAnoGAN
from kgan.models.info_gan import InfoGAN
from kgan.models.line import LineGAN
from kgan.models.lsgan import LSGAN
from kgan.models.molgan import MolGAN
from kgan.models.pix2pix import Pix2Pix
from kgan.models.projection_gan import ProjectionGAN
from kgan.models.r3gan import R3GAN
from kgan.models.rpgan import RpGAN
from kgan.models.sngan import SNGAN
from kgan.models.srgan import SRGAN
from kgan.models.srresnet import SRResNet
from kgan.models.stylegan2 import StyleGAN2
from kgan.models.vae import VAE
from kgan.models.vaegan import VAEGAN
from kgan.models.vanilla import VanillaGAN
from kgan.models.wgan import WGAN
from kgan.models.wgan_gp import WGANGP

__all__ = [
    "ACGAN",
    "BEGAN",
    "DCGAN",
    "LSGAN",
    "R3GAN",
    "SNGAN",
    "SRGAN",
    "VAE",
    "VAEGAN",
    "WGAN",
    "WGANGP",
    "AnoGAN",
    "AutoEncoder",
    "Colorization",
    "ConditionalGAN",
    "CycleGAN",
    "FAnoGAN",
    "InfoGAN",
    "LineGAN",
    "MolGAN",
    "Pix2Pix",
    "ProjectionGAN",
    "RpGAN",
    "SRResNet",
    "StyleGAN2",
    "VanillaGAN",
]
