"""WGAN on handwritten digits."""

from kgan.recipes.recipe import Published, Recipe, Training

# The paper has 5e-5. Epsilon is under the root here, and 1e-8 beside it in the code of
# the authors.
_RMSPROP = {
    "name": "rmsprop",
    "learning_rate": 1e-3,
    "rho": 0.99,
    "epsilon": 1e-16,
}

WGAN = Recipe(
    name="wgan",
    title="Wasserstein GAN on MNIST",
    paper="Arjovsky, Chintala, Bottou 2017, arXiv 1701.07875",
    model="WGAN",
    options={
        "latent_dim": 64,
        "width": 32,
        "clip": 0.01,
        "normalization": "batch",
        "latent_prior": "normal",
        "discriminator_steps": 5,
        "ema_decay": 0.99,
    },
    optimizers={"d": _RMSPROP, "g": _RMSPROP},
    training=Training(epochs=60, batch_size=64),
    metrics=("frechet_distance", "kernel_distance", "precision_recall"),
    published=(
        Published(
            "Frechet distance, CIFAR-10, DCGAN's size",
            "159.09",
            "StudioGAN 2020, test reference",
        ),
    ),
)
