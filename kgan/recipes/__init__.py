"""A paper's experiment as data. Nothing here imports TensorFlow."""

from kgan.recipes.dcgan import DCGAN
from kgan.recipes.dcgan_stacked_mnist import DCGAN_STACKED_MNIST
from kgan.recipes.gan import GAN
from kgan.recipes.gan_mixtures import GAN_GRID, GAN_RING
from kgan.recipes.gan_mnist_parzen import GAN_MNIST_PARZEN
from kgan.recipes.recipe import Data, Published, Recipe, Training
from kgan.system.text import did_you_mean

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


def get(name: str) -> Recipe:
    """The recipe called `name`.

        >>> recipe = kgan.recipes.get("dcgan")

    Raises:
        ValueError: if there is no such recipe. The message names similar ones.
    """
    if name in RECIPES:
        return RECIPES[name]
    raise ValueError(
        f"Expected a recipe: {', '.join(RECIPES)}.{did_you_mean(name, RECIPES)} "
        f"Received: {name!r}."
    )
