"""AnoGAN on one handwritten digit: the other nine are anomalous."""

from kgan.recipes.fanogan import FANOGAN
from kgan.recipes.recipe import Published, Recipe, Training

_ADAM = {"name": "adam", "learning_rate": 1e-3, "beta_1": 0.5}

ANOGAN = Recipe(
    name="anogan",
    title="AnoGAN: a DCGAN of one digit, and a search for latents",
    paper="Schlegl et al. 2017, arXiv 1703.05921",
    model="AnoGAN",
    options={
        "latent_dim": 64,
        "width": 24,
        "search_steps": 200,
        "restarts": 1,
        "search_rate": 0.05,
        "feature_weight": 0.1,
        "false_alarms": 0.05,
        "ema_decay": 0.98,
    },
    optimizers={"d": _ADAM, "g": _ADAM},
    training=Training(epochs=60, batch_size=32),
    data=FANOGAN.data,
    metrics=("auroc",),
    samples=1000,
    published=(Published("AUROC, retina, OCT", ".89", "arXiv 1703.05921"),),
)
