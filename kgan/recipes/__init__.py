"""A paper's experiment as data. Nothing here imports TensorFlow."""

import difflib

from kgan.recipes.dcgan import DCGAN
from kgan.recipes.dcgan_stacked_mnist import DCGAN_STACKED_MNIST
from kgan.recipes.gan import GAN
from kgan.recipes.gan_mixtures import GAN_GRID, GAN_RING
from kgan.recipes.gan_mnist_parzen import GAN_MNIST_PARZEN
from kgan.recipes.recipe import Data, Published, Recipe, Training

RECIPES = {
    recipe.name: recipe
    for recipe in (
        DCGAN,
        DCGAN_STACKED_MNIST,
        GAN,
        GAN_MNIST_PARZEN,
        GAN_RING,
        GAN_GRID,
    )
}

__all__ = [
    "RECIPES",
    "Data",
    "Published",
    "Recipe",
    "Training",
    "get",
]


def get(name):
    """The recipe called `name`.

    Raises:
        ValueError: if there is none, with the names that are close.
    """
    if name in RECIPES:
        return RECIPES[name]
    close = difflib.get_close_matches(name, RECIPES, n=3, cutoff=0.4)
    hint = f" Did you mean {' or '.join(close)}?" if close else ""
    raise ValueError(f"No recipe {name!r}.{hint} The recipes are {', '.join(RECIPES)}.")
