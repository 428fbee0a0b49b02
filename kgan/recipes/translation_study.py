"""The settings of the study of translation, see scripts/translation_study.py.

Sets of images are files that users have, below one folder. A run is a setting of an
experiment: a recipe, and how many examples it sees.
"""

import dataclasses
from typing import Any

from kgan.recipes.cyclegan import CYCLEGAN
from kgan.recipes.pix2pix import PIX2PIX
from kgan.recipes.recipe import Data, Recipe, Training
from kgan.recipes.srgan import SRGAN
from kgan.recipes.srresnet import SRRESNET


@dataclasses.dataclass(frozen=True)
class Setting:
    """A run of the study.

        >>> from kgan.recipes.translation_study import EXPERIMENTS
        >>> EXPERIMENTS["facades64"].settings["l1"].options["adversarial"]
        0.0

    Attributes:
        title: what tables call it.
        recipe: model, optimizers and size of batches.
        options: of the model, beside those of the recipe.
        paired: whether source i belongs to target i.
        starts_from: the run whose generator it starts with, of the same experiment.
        seen: training examples, if not as many as those of the experiment.
    """

    title: str
    recipe: Recipe
    options: dict[str, Any] = dataclasses.field(default_factory=dict)
    paired: bool = True
    starts_from: str | None = None
    seen: int | None = None


@dataclasses.dataclass(frozen=True)
class Experiment:
    """A data set of the study.

    Attributes:
        title: what tables call it.
        data: what is learned from, with the path below the folder of sets.
        tests: name -> data to translate; each image whole, if `whole`.
        settings: name -> `Setting`.
        seen: training examples of each run.
        whole: whether tests are images of many sizes, translated one by one.
        tested: images of a test that count, evenly from all of it; None for all.
        factor: of super-resolution, else 1.
    """

    title: str
    data: Data
    tests: dict[str, Data]
    settings: dict[str, Setting]
    seen: int
    whole: bool = False
    tested: int | None = None
    factor: int = 1


def _with(recipe: Recipe, batch_size: int, **changes: Any):
    training = Training(batch_size=batch_size)
    return dataclasses.replace(recipe, training=training, **changes)


def _falling(rate: float, seen: int):
    """The rate falls to 0 in the second half, as in the paper of CycleGAN."""
    half = seen // 2
    return {
        "learning_rate": {
            "name": "linear",
            "start": rate,
            "end": 0.0,
            "images": half,
            "after": half,
        }
    }


def _facades(size: int, width: int, seen: int):
    recipe = _with(PIX2PIX, 4, schedules=_falling(2e-4, seen))
    # Both move images as the paper does: 286 pixels, of which 256 are seen.
    test = Data("facades/facades.tar", "test", image_size=size, channels=3)
    test = dataclasses.replace(test, target="left")
    data = dataclasses.replace(
        test, split="train", image_size=size * 9 // 8, crop=size, flip=True
    )
    options = {"width": width, "dropout": 0.5}
    return Experiment(
        title=f"CMP facades, labels to photographs, {size} pixels",
        data=data,
        tests={"test": test},
        settings={
            "l1": Setting("L1 alone", recipe, {**options, "adversarial": 0.0}),
            "cgan": Setting("cGAN alone", recipe, {**options, "l1": 0.0}),
            "both": Setting("L1 + cGAN", recipe, options),
        },
        seen=seen,
    )


def _colors(title: str, data: Data, test: Data, seen: int, whole: bool, width: int):
    recipe = _with(PIX2PIX, 16, model="Colorization", schedules=_falling(2e-4, seen))
    return Experiment(
        title=title,
        data=data,
        tests={"test": test},
        tested=1000,
        settings={
            "l1": Setting("L1 alone", recipe, {"width": width, "adversarial": 0.0}),
            "both": Setting("L1 + cGAN", recipe, {"width": width}),
        },
        seen=seen,
        whole=whole,
    )


def _enlarging(factor: int, width: int, blocks: int, seen: int, crop: int):
    degradation = f"downscale{factor}"
    path = "super_resolution/{}.tar".format
    fall = {
        "learning_rate": {
            "name": "cosine",
            "start": 1e-3,
            "end": 1e-5,
            "images": seen,
        }
    }
    options = {"width": width, "blocks": blocks}
    phase = _with(SRRESNET, 16, schedules=fall)
    settings = {"srresnet": Setting("SRResNet", phase, options)}
    if factor == 4:
        game = _with(SRGAN, 16)
        started = {"starts_from": "srresnet", "seen": seen // 5}
        paper = {"pixels": 0.0, "adversarial": 1e-3}
        settings |= {
            "srgan": Setting("SRGAN + L1", game, options, **started),
            "srgan_paper": Setting("SRGAN", game, {**options, **paper}, **started),
        }
    return Experiment(
        title=f"Super-resolution x{factor}, trained on T91",
        data=Data(
            path("t91"), degradation=degradation, crop=crop, flip=True, channels=3
        ),
        tests={
            name: Data(path(name), degradation=degradation, channels=3)
            for name in ("set5", "set14", "b100")
        },
        settings=settings,
        seen=seen,
        whole=True,
        factor=factor,
    )


_YOSEMITE = Data(
    "summer2winter128/summer2winter128.tar",
    split="trainA",
    target="trainB",
    paired=False,
    image_size=64,
    flip=True,
)
_CIFAR = Data("cifar10/cifar10_jpeg.npz", degradation="gray", flip=True)

EXPERIMENTS = {
    "facades64": _facades(64, 32, 12_000),
    "facades128": _facades(128, 24, 6000),
    "emoji": Experiment(
        title="Emoji, Twemoji to Noto, 32 pixels",
        data=Data("emoji/emoji_base.npz"),
        tests={"test": Data("emoji/emoji_base.npz", split="test")},
        settings={
            "pix2pix": Setting(
                "pix2pix, with pairs",
                _with(PIX2PIX, 16, schedules=_falling(2e-4, 40_000)),
                {"width": 32},
                seen=40_000,
            ),
            "cyclegan": Setting(
                "CycleGAN, without pairs",
                _with(CYCLEGAN, 4, schedules=_falling(2e-4, 30_000)),
                {"width": 24, "identity": 5.0},
                paired=False,
            ),
        },
        seen=30_000,
    ),
    "yosemite": Experiment(
        title="Yosemite, summer and winter, 64 pixels",
        data=_YOSEMITE,
        tests={
            "test": dataclasses.replace(
                _YOSEMITE, flip=False, split="testA", target="testB"
            )
        },
        settings={
            "cyclegan": Setting(
                "CycleGAN",
                _with(CYCLEGAN, 1, schedules=_falling(2e-4, 8000)),
                {"width": 24, "identity": 5.0},
                paired=False,
            )
        },
        seen=8000,
    ),
    "color_cifar": _colors(
        "Colors of CIFAR-10, 32 pixels",
        _CIFAR,
        dataclasses.replace(_CIFAR, split="test", flip=False),
        50_000,
        whole=False,
        width=32,
    ),
    "color_bsd": _colors(
        "Colors of photographs: BSD200, crops of 64 pixels, to whole images of B100",
        Data(
            "super_resolution/bsd200.tar",
            degradation="gray",
            crop=64,
            flip=True,
            channels=3,
        ),
        Data("super_resolution/b100.tar", degradation="gray", channels=3),
        12_000,
        whole=True,
        width=32,
    ),
    "sr4": _enlarging(4, 32, 8, 80_000, 64),
    "sr2": _enlarging(2, 32, 4, 40_000, 48),
}
