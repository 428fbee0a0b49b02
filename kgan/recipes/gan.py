"""The GAN of 2014 on handwritten digits."""

from kgan.recipes.recipe import Published, Recipe, Training

_SGD = {"name": "sgd", "learning_rate": 0.1, "momentum": 0.5}

GAN = Recipe(
    name="gan",
    title="The MLP game of 2014 on MNIST",
    paper="Goodfellow et al. 2014, arXiv 1406.2661",
    model="VanillaGAN",
    options={
        "latent_dim": 100,
        "loss": "non_saturating",
        "latent_prior": "uniform_unit_variance",
        "output": "sigmoid",
        "discriminator_steps": 1,
    },
    optimizers={"d": _SGD, "g": _SGD},
    training=Training(epochs=50, batch_size=100),
    metrics=("frechet_distance", "kernel_distance", "precision_recall"),
    published=(
        Published("Parzen log-likelihood, MNIST", "225 +- 2 nats", "arXiv 1406.2661"),
    ),
)
