"""DCGAN on stacked digits, which have 1,000 modes."""

import dataclasses

from kgan.recipes.dcgan import DCGAN
from kgan.recipes.recipe import Data, Published

DCGAN_STACKED_MNIST = dataclasses.replace(
    DCGAN,
    name="dcgan_stacked_mnist",
    title="Deep convolutional GAN on three stacked digits: 1,000 modes",
    training=dataclasses.replace(DCGAN.training, epochs=4),
    data=Data("stacked_mnist"),
    metrics=("stacked_mode_coverage",),
    samples=26_000,
    # These papers use other networks, classifiers and numbers of steps.
    published=(
        Published("DCGAN", "99 modes, KL 3.40", "arXiv 1705.07761"),
        Published("PacDCGAN2", "1000 modes, KL 0.06", "arXiv 1712.04086"),
    ),
)
