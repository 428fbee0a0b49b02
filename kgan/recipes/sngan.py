"""SNGAN on handwritten digits."""

from kgan.recipes.recipe import Published, Recipe, Training

# The paper has Adam(2e-4, 0, 0.9), five steps of D, and networks eight times as wide.
_ADAM = {"name": "adam", "learning_rate": 1e-3, "beta_1": 0.0, "beta_2": 0.9}

SNGAN = Recipe(
    name="sngan",
    title="Spectral normalization on MNIST",
    paper="Miyato et al. 2018, arXiv 1802.05957",
    model="SNGAN",
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
    training=Training(epochs=10, batch_size=64),
    metrics=("frechet_distance", "kernel_distance", "precision_recall"),
    published=(
        Published("Frechet distance, CIFAR-10", "21.7", "arXiv 1802.05957"),
        Published("Frechet distance, CIFAR-10", "16.77", "mimicry, 50,000 samples"),
    ),
)
