"""The settings of the study of anomaly detection, see scripts/anomaly_study.py.

A cell is a data set, the classes that are normal in it, a method, and a seed. In a data
set all methods see the same normal images, and are asked about the same test images.
"""

import dataclasses
from typing import Any

from kgan.recipes.recipe import Data, Recipe, Training


@dataclasses.dataclass(frozen=True)
class Stage:
    """A model of a method, and how long it trains.

        >>> from kgan.recipes.anomaly_study import EXPERIMENTS
        >>> EXPERIMENTS["mnist"].methods["fanogan"].stages[1].recipe.model
        'FAnoGAN'

    Attributes:
        recipe: its data are those of the experiment.
        seen: images that the training sees; 0 for a model that only takes the networks
            of the stage before it.
    """

    recipe: Recipe
    seen: int


@dataclasses.dataclass(frozen=True)
class Method:
    """How strange images are found.

        >>> from kgan.recipes.anomaly_study import EXPERIMENTS
        >>> len(EXPERIMENTS["mnist"].methods["nearest"].stages)
        0

    Attributes:
        title: what tables call it.
        stages: models, each of which starts with the networks of the one before it. The
            last one scores. Without stages, the score is the distance to the nearest
            training image, in pixels.
        tested: the most test images, drawn by seed; None for all.
    """

    title: str
    stages: tuple[Stage, ...] = ()
    tested: int | None = None


@dataclasses.dataclass(frozen=True)
class Experiment:
    """A data set of the study.

        >>> from kgan.recipes.anomaly_study import EXPERIMENTS
        >>> EXPERIMENTS["tiles"].normals
        (('free',),)

    Attributes:
        title: what tables call it.
        data: its images; `normal` is of the cell.
        test: the split of test images; None where the file has an array `split` of 0
            for training and 1 for tests.
        normals: the classes that are normal, for each cell.
        methods: name -> `Method`.
        held_out: the share of the normal training images that give the threshold.
    """

    title: str
    data: Data
    test: str | None
    normals: tuple[tuple[str, ...], ...]
    methods: dict[str, Method]
    held_out: float = 0.1


# The share of false alarms that thresholds allow.
FALSE_ALARMS = 0.05
SEEDS = (0,)


def _recipe(model: str, options: dict[str, Any], optimizers: Any, **training: Any):
    return Recipe(
        name=model.lower(),
        title=f"{model} of normal images",
        paper="",
        model=model,
        options=options,
        optimizers=optimizers,
        training=Training(**training),
    )


def _methods(
    latents: int,
    width: int,
    vae: dict[str, Any],
    seen: dict[str, int],
    search: dict[str, int],
    tested: int,
) -> dict[str, Method]:
    """The methods, of one size.

    Args:
        latents: of the GANs.
        width: of all networks of a DCGAN's shape.
        vae: `latent_dim` and `likelihood` of the VAE. It gives anomalies back too if it
            has many latents.
        seen: "vae", "began", "gan", "encoder" -> images.
        search: `search_steps` and `restarts` of AnoGAN.
        tested: test images of AnoGAN.
    """
    size = {"latent_dim": latents, "width": width}
    adam = {"name": "adam", "learning_rate": 1e-3}
    wgan = {**adam, "beta_1": 0.0, "beta_2": 0.9}
    gan = Stage(
        _recipe(
            "WGANGP",
            {**size, "discriminator_steps": 5, "ema_decay": 0.98},
            {"d": wgan, "g": wgan},
            batch_size=32,
            steps_per_execution=10,
        ),
        seen["gan"],
    )

    def encoder(cycle: str):
        return Stage(
            _recipe(
                "FAnoGAN",
                {**size, "cycle": cycle, "kappa": 1.0},
                {"encoder": {"name": "rmsprop", "learning_rate": 5e-4}},
                batch_size=32,
                steps_per_execution=25,
            ),
            seen["encoder"],
        )

    autoencoder = _recipe(
        "VAE",
        {"width": width, "architecture": "dcgan", **vae},
        {"autoencoder": adam},
        batch_size=64,
        steps_per_execution=25,
    )
    d, g = ({**adam, "learning_rate": r, "beta_1": 0.5} for r in (5e-4, 1e-3))
    began = _recipe(
        "BEGAN",
        {
            **{"latent_dim": 32, "hidden": 32, "width": 16},
            **{"gamma": 0.9, "lambda_k": 0.5},
        },
        {"d": d, "g": g},
        batch_size=16,
        steps_per_execution=25,
    )
    anogan = _recipe(
        "AnoGAN",
        {
            **{**size, **search, "normalization": None, "loss": "wasserstein"},
            **{"search_rate": 0.05, "feature_weight": 0.1},
        },
        {"d": wgan, "g": wgan},
    )
    return {
        "nearest": Method("nearest training image, pixels"),
        "vae": Method("VAE, reconstruction", (Stage(autoencoder, seen["vae"]),)),
        "began": Method("BEGAN, D's reconstruction", (Stage(began, seen["began"]),)),
        "fanogan": Method("f-AnoGAN, izi_f", (gan, encoder("izi_f"))),
        "fanogan_izi": Method("f-AnoGAN, izi", (gan, encoder("izi"))),
        "fanogan_ziz": Method("f-AnoGAN, ziz", (gan, encoder("ziz"))),
        "anogan": Method("AnoGAN, search", (gan, Stage(anogan, 0)), tested),
    }


_DIGITS = tuple((str(i),) for i in range(10))
_NINE = tuple(tuple(str(i) for i in range(10) if i != out) for out in range(10))
_MNIST = _methods(
    latents=64,
    width=24,
    vae={"latent_dim": 8, "likelihood": "bernoulli_stochastic"},
    seen={"vae": 64_000, "began": 10_000, "gan": 96_000, "encoder": 32_000},
    search={"search_steps": 200, "restarts": 1},
    tested=300,
)
# The protocol that is common with one anomalous digit needs more of nine digits.
_FEWER = ("nearest", "vae", "fanogan")

EXPERIMENTS = {
    "mnist": Experiment(
        "MNIST, one digit is normal", Data("mnist"), "test", _DIGITS, _MNIST
    ),
    "fashion": Experiment(
        "Fashion-MNIST, one class is normal",
        Data("fashion_mnist"),
        "test",
        _DIGITS,
        _MNIST,
    ),
    "mnist_nine": Experiment(
        "MNIST, one digit is anomalous",
        Data("mnist"),
        "test",
        _NINE,
        {name: _MNIST[name] for name in _FEWER},
    ),
    # The data are given by --tiles.
    "tiles": Experiment(
        "magnetic tiles, 64 pixels",
        Data("magnetic_tiles_128.npz", image_size=64, channels=1),
        None,
        (("free",),),
        _methods(
            latents=64,
            width=16,
            vae={"latent_dim": 16, "likelihood": "gaussian"},
            seen={"vae": 64_000, "began": 8_000, "gan": 240_000, "encoder": 48_000},
            search={"search_steps": 300, "restarts": 2},
            tested=582,
        ),
        held_out=0.2,
    ),
}
