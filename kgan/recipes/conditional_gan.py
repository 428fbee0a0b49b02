"""A conditional GAN of handwritten digits."""

from kgan.recipes.recipe import Data, Published, Recipe, Training

_ADAM = {"name": "adam", "learning_rate": 1e-3, "beta_1": 0.5, "beta_2": 0.99}
# What tells whether a conditional GAN does as it is told.
METRICS = (
    "frechet_distance",
    "class_frechet_distance",
    "agreement",
    "classification_accuracy_score",
    "class_diversity",
)

CONDITIONAL_GAN = Recipe(
    name="conditional_gan",
    title="Conditional GAN on MNIST",
    paper="Mirza and Osindero 2014, arXiv 1411.1784",
    model="ConditionalGAN",
    options={
        "latent_dim": 64,
        "width": 32,
        "embedding": 10,
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
            "Parzen log-likelihood, all of MNIST, dense layers",
            "132 nats",
            "arXiv 1411.1784",
        ),
    ),
)
