"""A paper's experiment as data. Nothing here imports TensorFlow."""

from kgan.recipes.acgan import ACGAN
from kgan.recipes.anogan import ANOGAN
from kgan.recipes.autoencoder import AUTOENCODER
from kgan.recipes.began import BEGAN
from kgan.recipes.colorize import COLORIZE
from kgan.recipes.conditional_gan import CONDITIONAL_GAN
from kgan.recipes.cyclegan import CYCLEGAN
from kgan.recipes.dcgan import DCGAN
from kgan.recipes.dcgan_stacked_mnist import DCGAN_STACKED_MNIST
from kgan.recipes.fanogan import FANOGAN, FANOGAN_GAN
from kgan.recipes.gan import GAN
from kgan.recipes.gan_mixtures import GAN_GRID, GAN_RING
from kgan.recipes.gan_mnist_parzen import GAN_MNIST_PARZEN
from kgan.recipes.info_gan import INFO_GAN
from kgan.recipes.lsgan import LSGAN
from kgan.recipes.molgan import MOLGAN, MOLGAN_QED, MOLGAN_RPGAN
from kgan.recipes.pix2pix import PIX2PIX
from kgan.recipes.projection_gan import PROJECTION_GAN
from kgan.recipes.r3gan import R3GAN
from kgan.recipes.recipe import Data, Published, Recipe, Training
from kgan.recipes.rpgan import RPGAN
from kgan.recipes.sngan import SNGAN
from kgan.recipes.srgan import SRGAN
from kgan.recipes.srresnet import SRRESNET
from kgan.recipes.stylegan2 import STYLEGAN2
from kgan.recipes.theory import THEORY
from kgan.recipes.vae import VAE, VAE_DCGAN, VAE_MANIFOLD
from kgan.recipes.vae_mnist import VAE_MNIST
from kgan.recipes.vaegan import VAEGAN
from kgan.recipes.wgan import WGAN
from kgan.recipes.wgan_gp import WGAN_GP
from kgan.system.importing import import_code
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
        WGAN,
        WGAN_GP,
        LSGAN,
        SNGAN,
        RPGAN,
        R3GAN,
        CONDITIONAL_GAN,
        ACGAN,
        PROJECTION_GAN,
        INFO_GAN,
        STYLEGAN2,
        PIX2PIX,
        CYCLEGAN,
        COLORIZE,
        SRRESNET,
        SRGAN,
        BEGAN,
        AUTOENCODER,
        VAE,
        VAE_MANIFOLD,
        VAE_DCGAN,
        VAE_MNIST,
        VAEGAN,
        ANOGAN,
        FANOGAN_GAN,
        FANOGAN,
        MOLGAN,
        MOLGAN_QED,
        MOLGAN_RPGAN,
        THEORY,
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
    """The recipe called `name`, or the one in a Python file.

        >>> recipe = kgan.recipes.get("dcgan")

    Args:
        name: of a recipe of kgan, or the path of a .py file with one `Recipe`.

    Raises:
        ValueError: if there is no such recipe, or a file that does not have one; the
            message names similar ones.
    """
    if name.endswith(".py"):
        return _in_file(name)
    if name in RECIPES:
        return RECIPES[name]
    raise ValueError(
        f"Expected a recipe: {', '.join(RECIPES)}, or a .py file with one."
        f"{did_you_mean(name, RECIPES)} Received: {name!r}."
    )


def _in_file(path: str) -> Recipe:
    known = set(map(id, RECIPES.values()))
    names = vars(import_code(path)).values()
    found = [v for v in names if isinstance(v, Recipe) and id(v) not in known]
    if len(found) != 1:
        names = ", ".join(recipe.name for recipe in found) or "none"
        raise ValueError(
            f"Expected a file with one kgan.recipes.Recipe. Received: {path}, with "
            f"{names}."
        )
    return found[0]
