"""The settings of the study of objectives, see scripts/objectives_study.py.

An experiment is a set of recipes that differ in one thing, at equal images seen.
"""

import dataclasses
from typing import Any

from kgan.recipes.dcgan import DCGAN
from kgan.recipes.gan_mixtures import GAN_GRID, GAN_RING
from kgan.recipes.recipe import Data, Recipe


def _penalty(name: str, **arguments: Any) -> dict[str, Any]:
    return {"name": name, **arguments}


def _r1_r2(gamma: float) -> list[dict[str, Any]]:
    return [_penalty("r1", gamma=gamma), _penalty("r2", gamma=gamma)]


def _objectives(weight: float, gamma: float) -> dict[str, dict[str, Any]]:
    """Name of an objective -> options of the model.

    Args:
        weight: of penalties that aim at a slope of 1.
        gamma: of penalties that aim at a slope of 0.
    """
    slope_of_1 = _penalty("gradient_penalty", weight=weight)
    return {
        "minimax": {"loss": "minimax"},
        "non_saturating": {"loss": "non_saturating"},
        "least_squares": {"loss": "least_squares"},
        "hinge": {"loss": "hinge"},
        "relativistic_average": {"loss": "relativistic_average"},
        "wgan": {"loss": "wasserstein", "clip": 0.01, "discriminator_steps": 5},
        "wgan_gp": {
            "loss": "wasserstein",
            "penalties": slope_of_1,
            "discriminator_steps": 5,
        },
        "dragan": {
            "loss": "non_saturating",
            "penalties": _penalty("dragan", weight=weight),
        },
        "non_saturating_r1": {
            "loss": "non_saturating",
            "penalties": _penalty("r1", gamma=gamma),
        },
        "rpgan_r1_r2": {"loss": "relativistic", "penalties": _r1_r2(gamma)},
    }


def _with(base: Recipe, name: str, options: dict[str, Any]) -> Recipe:
    return dataclasses.replace(base, name=name, options={**base.options, **options})


def _training(base: Recipe, **changes: Any) -> Recipe:
    return dataclasses.replace(
        base, training=dataclasses.replace(base.training, **changes)
    )


def _mixture(base: Recipe) -> dict[str, Recipe]:
    # Compiled, a step of these small networks takes a third of the time.
    base = _training(base, jit=True, steps_per_execution=50)
    objectives = _objectives(weight=0.1, gamma=0.1)
    return {name: _with(base, name, options) for name, options in objectives.items()}


EXPERIMENTS: dict[str, dict[str, Recipe]] = {
    "ring": _mixture(GAN_RING),
    "grid": _mixture(GAN_GRID),
}
# Images that each run of an experiment sees.
IMAGES = {"ring": 1_000_000, "grid": 1_500_000}
_ = DCGAN, Data
