"""The settings of the study of objectives, see scripts/objectives_study.py.

An experiment is a set of recipes that differ in one thing, at equal images seen.
"""

import dataclasses
from typing import Any

from kgan.recipes.dcgan import DCGAN
from kgan.recipes.gan_mixtures import GAN_GRID, GAN_RING
from kgan.recipes.recipe import Data, Recipe

# Setting -> how many times as many images it sees.
LONGER = {"rpgan_r1_r2_falling": 2}


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


def _mixture(base: Recipe, images: int) -> dict[str, Recipe]:
    """All at the rate of the recipe, and the best at rates of its own."""
    # Compiled, a step of these small networks takes a third of the time.
    base = _training(base, jit=True, steps_per_execution=50)
    objectives = _objectives(weight=0.1, gamma=0.05)
    recipes = {name: _with(base, name, options) for name, options in objectives.items()}
    name, images = "rpgan_r1_r2_falling", images * LONGER["rpgan_r1_r2_falling"]
    fall = {"name": "cosine", "start": 2e-3, "end": 1e-5, "images": images}
    adam = _adam(2e-3, 0.0)
    recipes[name] = dataclasses.replace(
        # With the momentum of the others, or with the weights of 0.005 with which the
        # paper's D begins, G's ReLU units die at this rate on some seeds.
        _with(recipes["rpgan_r1_r2"], name, {"discriminator_initial": 0.05}),
        optimizers={"d": adam, "g": adam},
        schedules={"learning_rate": fall},
    )
    return recipes


def _adam(rate: float, beta_1: float) -> dict[str, Any]:
    return {
        "name": "adam",
        "learning_rate": rate,
        "beta_1": beta_1,
        "beta_2": 0.99,
    }


def _images(
    data: Data, rate: float = 1e-3, beta_1: float = 0.5, **options: Any
) -> Recipe:
    """DCGAN with 24 channels for 64, for a minute on one core."""
    adam = _adam(rate, beta_1)
    base = dataclasses.replace(
        DCGAN, data=data, optimizers={"d": adam, "g": adam}, samples=10_000
    )
    return _with(base, "images", {"width": 24, "latent_dim": 64, **options})


def _of_images(data: Data, **settings: Any) -> dict[str, Recipe]:
    base = _images(data, **settings)
    objectives = _objectives(weight=10.0, gamma=1.0)
    recipes = {}
    for name, options in objectives.items():
        # Penalties are of each example: D must not mix the batch.
        norm = None if "penalties" in options else "batch"
        recipes[name] = _with(base, name, {**options, "normalization": norm})
    return recipes


def _little_data() -> dict[str, Recipe]:
    """Shares of Fashion-MNIST, with and without augmentation."""
    augments = {
        "plain": None,
        "diff_augment": {"name": "diff_augment", "policy": "translation,cutout"},
        # 0 to 1 in a tenth of the paper's images: the runs are as short.
        "ada": {"name": "ada", "images": 50_000},
    }
    recipes = {}
    for percent in (100, 10, 2):
        data = Data("fashion_mnist", split=f"train[:{percent}%]")
        for augment, config in augments.items():
            name = f"{augment}_{percent}"
            recipes[name] = _with(_images(data), name, {"augment": config})
    return recipes


def _gammas() -> dict[str, Recipe]:
    """RpGAN with R1 and R2, whose gamma is 0.01 to 1,000."""
    recipes = {}
    for gamma in (0.01, 0.1, 1.0, 10.0, 100.0, 1000.0):
        name = f"gamma_{gamma:g}"
        options = {"loss": "relativistic", "penalties": _r1_r2(gamma)}
        base = _images(Data())
        recipes[name] = _with(base, name, {**options, "normalization": None})
    return recipes


def _stability() -> dict[str, Recipe]:
    """Objective, times learning rate, times beta_1."""
    asked = ("non_saturating", "least_squares", "hinge", "wgan_gp", "rpgan_r1_r2")
    recipes = {}
    for rate in (1e-4, 1e-3, 1e-2):
        for beta_1 in (0.0, 0.5, 0.9):
            trials = _of_images(Data(), rate=rate, beta_1=beta_1)
            for objective in asked:
                name = f"{objective}_{rate:g}_{beta_1:g}"
                recipe = trials[objective]
                recipes[name] = dataclasses.replace(recipe, name=name)
    return recipes


def _stacked() -> dict[str, Recipe]:
    recipes = _of_images(Data("stacked_mnist"))
    recipes = {name: recipes[name] for name in ("non_saturating", "rpgan_r1_r2")}
    return {
        name: dataclasses.replace(recipe, samples=26_000)
        for name, recipe in recipes.items()
    }


# Experiment -> images that each of its runs sees.
IMAGES = {
    "ring": 1_000_000,
    "grid": 1_500_000,
    "digits": 60_000,
    "fashion": 60_000,
    "color": 60_000,
    "stacked_mnist": 240_000,
    "little_data": 120_000,
    "gamma": 60_000,
    "stability": 30_000,
}
EXPERIMENTS: dict[str, dict[str, Recipe]] = {
    "ring": _mixture(GAN_RING, IMAGES["ring"]),
    "grid": _mixture(GAN_GRID, IMAGES["grid"]),
    "digits": _of_images(Data()),
    "fashion": _of_images(Data("fashion_mnist")),
    "color": _of_images(Data("cifar10_jpeg.npz")),
    "stacked_mnist": _stacked(),
    "little_data": _little_data(),
    "gamma": _gammas(),
    "stability": _stability(),
}
