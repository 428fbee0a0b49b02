"""The settings of the study of data augmentation, see scripts/augmentation_study.py.

A cell is a data set, a number of real labelled images per class, and a seed. In a cell
all settings have the same real images, classifier and number of steps.
"""

import dataclasses
from typing import Any, Literal

from kgan.recipes.recipe import Data, Recipe, Training


@dataclasses.dataclass(frozen=True)
class Setting:
    """What a classifier learns from beside the few real labelled images.

        >>> from kgan.recipes.augmentation_study import SETTINGS
        >>> SETTINGS["few_filtered"].generator
        'few'

    Attributes:
        title: what tables call it.
        generator: what the GAN learned from: "few", the real labelled images, with
            their labels; "all", these and all others, without labels: a classifier that
            has learned from the few labels its samples; None for no GAN.
        filtered: whether samples stay only where a classifier sees their class.
        classic: whether images are moved, turned and mirrored.
        pseudo: whether the other real images are used, with labels of a classifier.
    """

    title: str
    generator: Literal["few", "all"] | None = None
    filtered: bool = False
    classic: bool = False
    pseudo: bool = False


@dataclasses.dataclass(frozen=True)
class Experiment:
    """A data set of the study.

        >>> from kgan.recipes.augmentation_study import EXPERIMENTS
        >>> EXPERIMENTS["tiles"].counts
        (5, 10, 20)

    Attributes:
        title: what tables call it.
        data: the real images.
        gans: "few" and "all" -> (recipe, images that its training sees).
        counts: numbers of real labelled images per class.
        classic: arguments of classic augmentation, see
            `kgan.metrics.ClassicAugment`.
        steps: of each classifier.
    """

    title: str
    data: Data
    gans: dict[str, tuple[Recipe, int]]
    counts: tuple[int, ...]
    classic: dict[str, Any]
    steps: int


SETTINGS = {
    "none": Setting("nothing"),
    "classic": Setting("classic", classic=True),
    "few": Setting("GAN", "few"),
    "few_filtered": Setting("GAN, filtered", "few", filtered=True),
    "few_both": Setting("classic + GAN, filtered", "few", filtered=True, classic=True),
    "pseudo": Setting("pseudo-labels, no GAN", pseudo=True, classic=True),
    "all": Setting("GAN", "all"),
    "all_filtered": Setting("GAN, filtered", "all", filtered=True),
    "all_both": Setting("classic + GAN, filtered", "all", filtered=True, classic=True),
}

# Synthetic images per class, and how many of them are drawn, times the classes.
PER_CLASS, DRAWN = 200, 400
# Real images that pseudo-labels are given to, and test images, at most: others for each
# seed.
OTHERS, TESTED = 10_000, 4000
# The least probability that the filter asks for.
CONFIDENCE = 0.9
SEEDS = (0, 1, 2, 3, 4)


def _few(width: int, policy: str) -> Recipe:
    """A conditional DCGAN with DiffAugment, because there are few images.

    Small batches and a high rate, because updates are what a run of seconds is short
    of. After 1,200 of them on 20 digits per class, a classifier of all of MNIST saw the
    class asked for in 98 % of the samples; at a rate of 0.001, after 800, in 14 %.
    """
    adam = {"name": "adam", "learning_rate": 3e-3, "beta_1": 0.5, "beta_2": 0.99}
    return Recipe(
        name="few",
        title="Conditional DCGAN on few labelled images",
        paper="Mirza, Osindero 2014, arXiv 1411.1784",
        model="ConditionalGAN",
        options={
            "latent_dim": 64,
            "embedding": 10,
            "width": width,
            "loss": "non_saturating",
            "normalization": "batch",
            "ema_decay": 0.98,
            "augment": {"name": "diff_augment", "policy": policy},
        },
        optimizers={"d": adam, "g": adam},
        training=Training(batch_size=32, steps_per_execution=25),
    )


def _all(width: int) -> Recipe:
    """An unconditional DCGAN on all images, without labels."""
    adam = {"name": "adam", "learning_rate": 1e-3, "beta_1": 0.5, "beta_2": 0.99}
    return Recipe(
        name="all",
        title="DCGAN on all images, without labels",
        paper="Radford, Metz, Chintala 2015, arXiv 1511.06434",
        model="DCGAN",
        options={
            "latent_dim": 64,
            "width": width,
            "loss": "hinge",
            "ema_decay": 0.99,
        },
        optimizers={"d": adam, "g": adam},
        training=Training(batch_size=64, steps_per_execution=25),
    )


EXPERIMENTS = {
    "mnist": Experiment(
        "MNIST",
        Data("mnist", labels=True),
        {
            "few": (_few(16, "translation,cutout"), 38_400),
            "all": (_all(24), 76_800),
        },
        counts=(5, 10, 20, 50, 200),
        classic={"shift": 2, "degrees": 10.0},
        steps=150,
    ),
    "fashion": Experiment(
        "Fashion-MNIST",
        Data("fashion_mnist", labels=True),
        {
            "few": (_few(16, "translation,cutout"), 38_400),
            "all": (_all(24), 76_800),
        },
        counts=(5, 10, 20, 50, 200),
        classic={"shift": 2, "mirror": "x"},
        steps=150,
    ),
    # The data are given by --tiles.
    "tiles": Experiment(
        "magnetic tiles",
        Data("magnetic_tiles_128.npz", labels=True, image_size=64, channels=1),
        {
            "few": (_few(8, "color,translation,cutout"), 12_800),
            "all": (_all(12), 19_200),
        },
        counts=(5, 10, 20),
        classic={"shift": 4, "mirror": "xy", "light": 0.2},
        steps=120,
    ),
}
