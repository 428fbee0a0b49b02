"""A projection discriminator on handwritten digits."""

from kgan.recipes.conditional_gan import METRICS
from kgan.recipes.recipe import Data, Published, Recipe, Training

# The paper has Adam(2e-4, 0, 0.9), five steps of D, and networks eight times as wide.
_ADAM = {"name": "adam", "learning_rate": 1e-3, "beta_1": 0.0, "beta_2": 0.9}

PROJECTION_GAN = Recipe(
    name="projection_gan",
    title="Projection discriminator on MNIST",
    paper="Miyato and Koyama 2018, arXiv 1802.05637",
    model="ProjectionGAN",
    options={
        "latent_dim": 64,
        "width": 16,
        "fresh": 0,
        "loss": "hinge",
        "latent_prior": "normal",
        "discriminator_steps": 2,
        "ema_decay": 0.99,
    },
    optimizers={"d": _ADAM, "g": _ADAM},
    training=Training(epochs=20, batch_size=64),
    data=Data(labels=True),
    metrics=METRICS,
    published=(
        Published(
            "Frechet distance, CIFAR-10, projection",
            "33.83",
            "StudioGAN 2020, test reference",
        ),
    ),
)
