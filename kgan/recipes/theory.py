"""The game of figure 1 of the paper of 2014, on the real line."""

from kgan.recipes.recipe import Data, Recipe, Training

_EPOCHS, _POINTS = 24, 50_000
_D_RATE, _G_RATE = 5e-3, 2e-3


def _fall(start: float, end: float) -> dict[str, dict[str, float | str]]:
    images = _EPOCHS * _POINTS
    return {
        "learning_rate": {
            "name": "linear",
            "start": start,
            "end": end,
            "images": images,
        }
    }


THEORY = Recipe(
    name="theory",
    title="The game on the real line, with the optimal discriminator",
    paper="Goodfellow et al. 2014, arXiv 1406.2661",
    model="LineGAN",
    options={"discriminator_steps": 5, "loss": "non_saturating"},
    optimizers={
        "d": {"name": "adam", "learning_rate": _D_RATE, "beta_1": 0.5},
        "g": {"name": "adam", "learning_rate": _G_RATE, "beta_1": 0.5},
    },
    schedules={"d": _fall(_D_RATE, _D_RATE / 20), "g": _fall(_G_RATE, 0.0)},
    training=Training(epochs=_EPOCHS, batch_size=256),
    data=Data("gaussian"),
    metrics=("frechet_distance",),
    figures="scripts/draw_theory.py",
)
