"""The settings of the study of StyleGAN2 and R3GAN, see scripts/style_study.py.

All models of a data set train for the same time. The schedules of a recipe need the
images of its run, which follow from that time and the speed of the machine.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

from kgan.recipes.dcgan import DCGAN
from kgan.recipes.projection_gan import PROJECTION_GAN
from kgan.recipes.r3gan import R3GAN
from kgan.recipes.recipe import Data, Recipe, Training
from kgan.recipes.sngan import SNGAN
from kgan.recipes.stylegan2 import STYLEGAN2


@dataclasses.dataclass(frozen=True)
class Setting:
    """A model of the study.

        >>> from kgan.recipes.style_study import EXPERIMENTS
        >>> EXPERIMENTS["eurosat"].settings["r3gan"].recipe(4000).schedules["beta_2"]
        {'name': 'cosine', 'start': 0.9, 'end': 0.99, 'images': 4000}

    Attributes:
        title: what tables call it.
        recipe: images that the run sees -> recipe.
        labels: whether it learns from the classes too.
        starts_from: (experiment, setting) of the run whose networks it starts with.
    """

    title: str
    recipe: Callable[[int], Recipe]
    labels: bool = False
    starts_from: tuple[str, str] | None = None


@dataclasses.dataclass(frozen=True)
class Experiment:
    """A data set of the study.

    Attributes:
        title: what tables call it.
        data: its images; the file is below the folder of sets.
        settings: name -> `Setting`.
        array: the array of the file that has the images, where kgan cannot read it by
            itself.
        gray: whether its images are made gray.
    """

    title: str
    data: Data
    settings: dict[str, Setting]
    array: str | None = None
    gray: bool = False


def _with(recipe: Recipe, options: dict[str, Any], **changes: Any) -> Recipe:
    options = {**recipe.options, **options}
    training = Training(batch_size=32)
    return dataclasses.replace(recipe, options=options, training=training, **changes)


def _ada(images: int) -> dict[str, Any]:
    """ADA whose p may reach 1 in a fifth of the run."""
    return {"name": "ada", "target": 0.6, "images": max(1, images // 5), "seed": 0}


def _dcgan(ada: bool = False) -> Callable[[int], Recipe]:
    def recipe(images: int) -> Recipe:
        augment = _ada(images) if ada else None
        return _with(DCGAN, {"width": 32, "ema_decay": 0.99, "augment": augment})

    return recipe


def _sngan(images: int) -> Recipe:
    return _with(SNGAN, {"width": 32})


def _projection(images: int) -> Recipe:
    return _with(PROJECTION_GAN, {"width": 32})


def _average(images: int, longest: float) -> dict[str, Any]:
    """A half-life of a twentieth of the images seen, as the authors have it."""
    return {"name": "linear", "start": 0.0, "end": longest, "images": 20 * longest}


def _stylegan2(
    pixels: int, ada: bool = True, begun: bool = False
) -> Callable[[int], Recipe]:
    """`begun` is of networks that have learned: then the average does not begin with
    its last image, as the authors have it.
    """

    def recipe(images: int) -> Recipe:
        average = images / 20 if begun else _average(images, 10_000.0)
        options = {
            "gamma": 0.0002 * pixels**2 / 32,
            "augment": _ada(images) if ada else None,
            "ema_half_life": average,
        }
        return _with(STYLEGAN2, options)

    return recipe


def _r3gan(images: int) -> Recipe:
    def cosine(start: float, end: float) -> dict[str, Any]:
        return {"name": "cosine", "start": start, "end": end, "images": images}

    options = {
        "gamma": cosine(1.0, 0.1),
        "augment": {"name": "ada", "p": cosine(0.0, 0.3), "seed": 0},
        "ema_half_life": cosine(0.0, images / 8),
    }
    rates = {"learning_rate": cosine(1e-3, 2.5e-4), "beta_2": cosine(0.9, 0.99)}
    return _with(R3GAN, options, schedules=rates)


_STYLE = _stylegan2(32)
_EMOJI = Data("emoji/emoji_base.npz", image_size=32, flip=True)

EXPERIMENTS = {
    "eurosat": Experiment(
        "EuroSAT, 3,000 images of 32 pixels, RGB",
        Data("eurosat64/eurosat64.npz", image_size=32, flip=True),
        {
            "dcgan": Setting("DCGAN", _dcgan()),
            "sngan": Setting("SNGAN, ResNets", _sngan),
            "stylegan2": Setting("StyleGAN2 + ADA", _STYLE),
            "r3gan": Setting("R3GAN + ADA", _r3gan),
            "projection": Setting("SNGAN, ResNets, classes", _projection, True),
        },
    ),
    "emoji": Experiment(
        "Emoji, 1,875 images of 32 pixels, RGB",
        _EMOJI,
        {
            "dcgan": Setting("DCGAN", _dcgan()),
            "sngan": Setting("SNGAN, ResNets", _sngan),
            "stylegan2": Setting("StyleGAN2 + ADA", _STYLE),
        },
        array="images_a",
    ),
    "emoji_gray": Experiment(
        "Emoji, 1,875 images of 64 pixels, gray",
        dataclasses.replace(_EMOJI, image_size=64),
        {"stylegan2": Setting("StyleGAN2 + ADA", _stylegan2(64))},
        array="images_a",
        gray=True,
    ),
    "faces": Experiment(
        "ORL, 400 faces of 64 pixels, gray",
        Data("orl_faces/orl_faces.npz", image_size=64, flip=True),
        {
            "dcgan": Setting("DCGAN", _dcgan()),
            "dcgan_ada": Setting("DCGAN + ADA", _dcgan(ada=True)),
            "stylegan2": Setting("StyleGAN2 + ADA", _stylegan2(64)),
            "stylegan2_plain": Setting("StyleGAN2", _stylegan2(64, ada=False)),
            "stylegan2_emoji": Setting(
                "StyleGAN2 + ADA, begun with emoji",
                _stylegan2(64, begun=True),
                starts_from=("emoji_gray", "stylegan2"),
            ),
        },
        array="images",
    ),
}
