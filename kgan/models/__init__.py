"""One paper per file: its equations and its class."""

from kgan.models.dcgan import DCGAN
from kgan.models.vanilla import VanillaGAN

__all__ = ["DCGAN", "VanillaGAN"]
