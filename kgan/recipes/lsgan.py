"""LSGAN on handwritten digits."""

from kgan.recipes.recipe import Published, Recipe, Training

# The paper has Adam(2e-4, beta_1=0.5) for far more images.
_ADAM = {"name": "adam", "learning_rate": 1e-3, "beta_1": 0.5, "beta_2": 0.99}

LSGAN = Recipe(
    name="lsgan",
    title="Least squares GAN on MNIST",
    paper="Mao et al. 2016, arXiv 1611.04076",
    model="LSGAN",
    options={
        "latent_dim": 64,
        "width": 32,
        "loss": "least_squares",
        "latent_prior": "uniform",
        "discriminator_steps": 1,
        "ema_decay": 0.99,
    },
    optimizers={"d": _ADAM, "g": _ADAM},
    training=Training(epochs=20, batch_size=64),
    metrics=("frechet_distance", "kernel_distance", "precision_recall"),
    published=(
        Published(
            "Frechet distance, CIFAR-10, DCGAN's size",
            "66.69",
            "StudioGAN 2020, test reference",
        ),
    ),
)
