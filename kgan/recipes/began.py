"""BEGAN on handwritten digits, with networks for a computer without GPU."""

from kgan.recipes.recipe import Published, Recipe, Training

# The paper has Adam(1e-4) for both, lambda_k = .001 and gamma from .3 to .7, for
# hundreds of thousands of steps. These are for thousands. With a lambda_k of .005, an
# equal rate of G, or a gamma of .5, all samples become one: see docs/began.md.
_D_ADAM = {"name": "adam", "learning_rate": 5e-4, "beta_1": 0.5, "beta_2": 0.999}
_G_ADAM = {**_D_ADAM, "learning_rate": 1e-3}

BEGAN = Recipe(
    name="began",
    title="Boundary equilibrium GAN on MNIST",
    paper="Berthelot, Schumm, Metz 2017, arXiv 1703.10717",
    model="BEGAN",
    options={
        "latent_dim": 32,
        "hidden": 32,
        "width": 16,
        "gamma": 0.9,
        "lambda_k": 0.5,
        "reconstruction": "l1",
        "latent_prior": "uniform",
        "discriminator_steps": 1,
        "ema_decay": 0.99,
    },
    optimizers={"d": _D_ADAM, "g": _G_ADAM},
    training=Training(epochs=4, batch_size=16),
    metrics=("frechet_distance", "kernel_distance", "precision_recall"),
    published=(
        Published("Inception score, CIFAR-10", "5.62, n = 128", "arXiv 1703.10717"),
    ),
)
