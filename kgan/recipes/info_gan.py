"""InfoGAN on handwritten digits."""

from kgan.recipes.recipe import Published, Recipe, Training

# The authors' rates.
_D = {"name": "adam", "learning_rate": 2e-4, "beta_1": 0.5, "beta_2": 0.999}
_G = {"name": "adam", "learning_rate": 1e-3, "beta_1": 0.5, "beta_2": 0.999}

INFO_GAN = Recipe(
    name="info_gan",
    title="InfoGAN on MNIST: ten classes that nobody named",
    paper="Chen et al. 2016, arXiv 1606.03657",
    model="InfoGAN",
    options={
        "noise": 62,
        "categories": [10],
        "continuous": 2,
        "width": 32,
        "hidden": 512,
        "code_weight": 1.0,
        "normalization": "batch",
        "loss": "non_saturating",
        "discriminator_steps": 1,
        "ema_decay": 0.99,
    },
    optimizers={"d": _D, "g": _G},
    training=Training(epochs=40, batch_size=64),
    metrics=("frechet_distance", "code_error"),
    published=(
        Published("error of the categorical code, MNIST", "5 %", "arXiv 1606.03657"),
        Published("mutual information", "2.30 nats", "arXiv 1606.03657"),
    ),
)
