"""f-AnoGAN on one handwritten digit: the other nine are anomalous."""

import dataclasses

from kgan.recipes.recipe import Data, Published, Recipe, Training
from kgan.recipes.wgan_gp import WGAN_GP

# The last fifth is held out: its threes give the threshold, and all of it the AUROC.
_DATA = Data(normal=("3",), split="train[:80%]", validation="train[80%:]")
_PAPER = "Schlegl et al. 2019, after arXiv 1703.05921, doi 10.1016/j.media.2019.01.010"

# The authors have batches of 64 of a million patches, and 128 latents.
FANOGAN_GAN = dataclasses.replace(
    WGAN_GP,
    name="fanogan_gan",
    title="WGAN-GP on one digit, for f-AnoGAN",
    options={**WGAN_GP.options, "width": 24, "ema_decay": 0.98},
    training=Training(epochs=150, batch_size=32),
    data=dataclasses.replace(_DATA, validation=None),
    published=(),
)

FANOGAN = Recipe(
    name="fanogan",
    title="f-AnoGAN: one digit is normal, the others are anomalous",
    paper=_PAPER,
    model="FAnoGAN",
    options={
        "latent_dim": FANOGAN_GAN.options["latent_dim"],
        "width": FANOGAN_GAN.options["width"],
        "normalization": FANOGAN_GAN.options["normalization"],
        "latent_prior": FANOGAN_GAN.options["latent_prior"],
        "kappa": 1.0,
        "cycle": "izi_f",
        "bounded": False,
        "false_alarms": 0.05,
        "ema_decay": None,
    },
    optimizers={"encoder": {"name": "rmsprop", "learning_rate": 5e-4}},
    training=Training(epochs=60, batch_size=32),
    data=_DATA,
    metrics=("auroc",),
    published=(
        Published("AUROC, retina, OCT, 64x64 patches", ".93", "Schlegl et al. 2019"),
    ),
    starts_from="fanogan_gan",
)
