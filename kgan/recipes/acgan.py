"""AC-GAN of handwritten digits."""

from kgan.recipes.conditional_gan import METRICS
from kgan.recipes.recipe import Data, Published, Recipe, Training

# The paper has Adam(2e-4, beta_1=0.5) for far more images, and classifies fakes.
_ADAM = {"name": "adam", "learning_rate": 4e-4, "beta_1": 0.5, "beta_2": 0.99}

ACGAN = Recipe(
    name="acgan",
    title="AC-GAN on MNIST",
    paper="Odena, Olah, Shlens 2016, arXiv 1610.09585",
    model="ACGAN",
    options={
        "latent_dim": 64,
        "width": 32,
        "embedding": 10,
        "class_weight": 1.0,
        "classify_fakes": False,
        "normalization": "batch",
        "loss": "non_saturating",
        "latent_prior": "normal",
        "discriminator_steps": 1,
        "ema_decay": 0.99,
    },
    optimizers={"d": _ADAM, "g": _ADAM},
    training=Training(epochs=20, batch_size=64),
    data=Data(labels=True),
    metrics=METRICS,
    published=(
        Published(
            "Frechet distance, CIFAR-10, AC-GAN",
            "45.57",
            "StudioGAN 2020, test reference",
        ),
    ),
)
