"""VAE/GAN on handwritten digits."""

from kgan.recipes.recipe import Recipe, Training

# The paper has RMSprop(3e-4) for 128 latents and faces of 64x64 pixels.
_ADAM = {"name": "adam", "learning_rate": 1e-3, "beta_1": 0.5, "beta_2": 0.99}

VAEGAN = Recipe(
    name="vaegan",
    title="VAE/GAN on MNIST",
    paper="Larsen et al. 2016, arXiv 1512.09300",
    model="VAEGAN",
    options={
        "latent_dim": 32,
        "width": 32,
        "gamma": 1e-3,
        "loss": "non_saturating",
        "margin": None,
        "ema_decay": 0.99,
    },
    optimizers={"d": _ADAM, "g": _ADAM, "encoder": _ADAM},
    training=Training(epochs=10, batch_size=64),
    metrics=("frechet_distance", "kernel_distance", "precision_recall"),
)
