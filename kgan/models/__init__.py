"""One paper per file: its equations and its class."""

from kgan.models.autoencoder import AutoEncoder
from kgan.models.began import BEGAN
from kgan.models.dcgan import DCGAN
from kgan.models.line import LineGAN
from kgan.models.vae import VAE
from kgan.models.vaegan import VAEGAN
from kgan.models.vanilla import VanillaGAN

__all__ = ["BEGAN", "DCGAN", "VAE", "VAEGAN", "AutoEncoder", "LineGAN", "VanillaGAN"]
