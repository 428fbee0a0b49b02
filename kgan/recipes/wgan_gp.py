"""WGAN-GP on handwritten digits."""

from kgan.recipes.recipe import Published, Recipe, Training

# The authors' script for MNIST has 1e-4, for 200,000 steps.
_ADAM = {"name": "adam", "learning_rate": 1e-3, "beta_1": 0.0, "beta_2": 0.9}

WGAN_GP = Recipe(
    name="wgan_gp",
    title="WGAN with gradient penalty on MNIST",
    paper="Gulrajani et al. 2017, arXiv 1704.00028",
    model="WGANGP",
    options={
        "latent_dim": 64,
        "width": 32,
        "penalty_weight": 10.0,
        "one_sided": False,
        "normalization": None,
        "latent_prior": "normal",
        "discriminator_steps": 5,
        "ema_decay": 0.99,
    },
    optimizers={"d": _ADAM, "g": _ADAM},
    training=Training(epochs=40, batch_size=64),
    metrics=("frechet_distance", "kernel_distance", "precision_recall"),
    published=(
        Published(
            "Frechet distance, CIFAR-10, ResNets", "22.29", "mimicry, 50,000 samples"
        ),
        Published(
            "Frechet distance, CIFAR-10, DCGAN's size",
            "25.85",
            "StudioGAN 2020, test reference",
        ),
    ),
)
