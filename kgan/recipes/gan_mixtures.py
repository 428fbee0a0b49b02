"""The GAN of 2014 on mixtures of Gaussians, where lost modes can be counted."""

from kgan.recipes.recipe import Data, Published, Recipe, Training

_ADAM = {"name": "adam", "learning_rate": 1e-3, "beta_1": 0.5}
_TABLE = "other networks, arXiv 1712.04086"


def _recipe(data: str, title: str, epochs: int, published: str) -> Recipe:
    return Recipe(
        name=f"gan_{data}",
        title=title,
        paper="Goodfellow et al. 2014, arXiv 1406.2661",
        model="VanillaGAN",
        options={
            "latent_dim": 2,
            "generator_hidden": [128, 128, 128],
            "discriminator_hidden": [64, 64, 64],
            "dropout": [0.0, 0.0],
            "loss": "non_saturating",
            "latent_prior": "normal",
            "output": "linear",
            "mean": None,
            "discriminator_steps": 1,
            "ema_decay": 0.999,
        },
        optimizers={"d": _ADAM, "g": _ADAM},
        training=Training(epochs=epochs, batch_size=100),
        data=Data(data),
        metrics=("mode_coverage",),
        samples=2500,
        published=(Published("GAN", published, _TABLE),),
    )


GAN_RING = _recipe(
    "ring", "The MLP game on 8 Gaussians on a circle", 24, "6.3 modes, 98.2 % in them"
)
GAN_GRID = _recipe(
    "grid", "The MLP game on 25 Gaussians", 16, "17.3 modes, 94.8 % in them"
)
