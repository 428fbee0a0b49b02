"""R3GAN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import keras

from kgan.core.gan import GAN
from kgan.networks.r3gan import r3gan_discriminator, r3gan_generator
from kgan.objectives.penalties import R1, R2
from kgan.spaces import Images, Labels
from kgan.system.text import did_you_mean


@keras.saving.register_keras_serializable("kgan")
class R3GAN(GAN):
    """Huang et al. 2024, "The GAN is dead; long live the GAN!" (arXiv 2501.05441).

    The game of `kgan.RpGAN`, relativistic pairs with both zero-centred penalties at
    each step,

        L_D = E[softplus(D(G(z)) - D(x))]
              + gamma / 2 (E[|grad D(x)|^2] + E[|grad D(G(z))|^2])
        L_G = E[softplus(D(x) - D(G(z)))]

    between the residual networks of `kgan.networks.r3gan`: grouped convolutions, and no
    normalization, no styles and no minibatch statistics. Penalties are of the images
    before augmentation.

    Five numbers follow half a cosine of the images seen, over 20 million images, or 200
    million for ImageNet: the rate of both Adams (2e-4 to 5e-5), their beta_2 (0.9 to
    0.99), gamma (to a tenth), the half-life of the average (from 0), and the
    probability of the augmentation (from 0). beta_1 is 0. `paper` has these settings;
    Frechet distances of the paper, 50,000 samples against the training set: CIFAR-10
    with classes 1.96, FFHQ at 64 pixels 1.95, FFHQ at 256 pixels 2.75.

    The authors give each player a batch of its own; here, as in every `GAN`, both learn
    from the same one. `fresh=1` gives G fakes of its own.

        >>> sizes = {"latent_dim": 4, "widths": 8, "blocks": 1, "group_size": 8}
        >>> model = kgan.R3GAN((16, 16, 3), **sizes, gamma=0.5, seed=0)
        >>> model.generate(3, seed=1).shape
        (3, 16, 16, 3)

    Args:
        image_shape: (height, width, channels), see `kgan.networks.r3gan_generator`.
        latent_dim: coordinates of z; 64 in the paper.
        widths: channels, one number or one for each size, the smallest first; 768 in
            the paper, 384, 192 and 96 at 64, 128 and 256 pixels.
        blocks: residual blocks at each size, as `widths`; 2 in the paper.
        group_size: channels of a group of the convolutions; it divides twice each
            width. 16 in the paper, 32 for ImageNet.
        classes: the number of classes, for data with labels; None for data without.
        gamma: of both penalties, at least 0; a number or a schedule, see
            `kgan.penalties.R1`. It goes with the size of images: in the paper, 0.05 at
            first at 32 pixels, 2 at 64, 150 at 256.
        latent_prior: see `kgan.latents.get`.
        seed: integer; fixes initial weights and latents.
        **kwargs: as for `GAN`, except `loss`, `penalties` and `spaces`.

    Raises:
        ValueError: for an image shape that the networks cannot make, other sizes out of
            range, or a negative gamma.
    """

    def __init__(
        self,
        image_shape: Sequence[int] = (32, 32, 3),
        latent_dim: int = 64,
        widths: int | Sequence[int] = 768,
        blocks: int | Sequence[int] = 2,
        group_size: int = 16,
        classes: int | None = None,
        *,
        gamma: Any = 1.0,
        latent_prior: Any = "normal",
        seed: int | None = None,
        name: str = "r3gan",
        **kwargs: Any,
    ) -> None:
        image_shape = tuple(image_shape)
        sizes = widths, blocks, group_size, classes, seed
        super().__init__(
            r3gan_generator(image_shape, latent_dim, *sizes),
            r3gan_discriminator(image_shape, *sizes),
            loss="relativistic",
            penalties=[R1(gamma), R2(gamma)],
            spaces=[Images(image_shape), *([Labels(classes)] if classes else [])],
            latent_prior=latent_prior,
            seed=seed,
            name=name,
            **kwargs,
        )


class Settings(NamedTuple):
    """An experiment of the paper.

    Attributes:
        options: of the constructor of `R3GAN`.
        optimizer: of `keras.optimizers.Adam`, for both players.
        schedules: of `compile`.
        batch_size: of all replicas.
    """

    options: dict[str, Any]
    optimizer: dict[str, Any]
    schedules: dict[str, Any]
    batch_size: int


class _Experiment(NamedTuple):
    """What the experiments of the paper differ in. Batches, images and the half-life
    of the average are in images; those of `gamma` and p are at the start and the end.
    """

    side: int
    classes: int | None
    widths: list[int]
    group_size: int
    batch: int
    images: float
    gamma: float
    half_life: float
    p: float


_IMAGENET = 1000
_EXPERIMENTS = {
    "cifar10": _Experiment(
        *(32, 10, [768] * 4, 16), *(512, 2e7), gamma=0.05, half_life=5e6, p=0.55
    ),
    "ffhq64": _Experiment(
        *(64, None, [768] * 4 + [384], 16), *(256, 2e7), gamma=2, half_life=5e5, p=0.3
    ),
    "ffhq256": _Experiment(
        *(256, None, [768] * 4 + [384, 192, 96], 16),
        *(256, 2e7),
        gamma=150,
        half_life=5e5,
        p=0.3,
    ),
    "imagenet32": _Experiment(
        *(32, _IMAGENET, [1536] * 4, 32), *(4096, 2e8), gamma=0.5, half_life=5e7, p=0.5
    ),
    "imagenet64": _Experiment(
        *(64, _IMAGENET, [1536] * 5, 32), *(4096, 2e8), gamma=1, half_life=5e7, p=0.4
    ),
}


def paper(experiment: str) -> Settings:
    """The settings of the authors' code for an experiment of the paper.

        >>> from kgan.models.r3gan import paper
        >>> settings = paper("ffhq64")
        >>> settings.options["widths"], settings.batch_size
        ([768, 768, 768, 768, 384], 256)
        >>> rate = kgan.schedules.get(settings.schedules["learning_rate"])
        >>> round(float(rate(0)), 6), round(float(rate(20_000_000)), 6)
        (0.0002, 5e-05)

    They are for many GPUs: for CIFAR-10 the authors had 8 of them. The augmentation is
    `AdaptiveAugment`, where the authors' changes of color are half as probable, and
    images are cut out too.

    Args:
        experiment: "cifar10", "ffhq64", "ffhq256", "imagenet32" or "imagenet64".

    Raises:
        ValueError: for another experiment.
    """
    if experiment not in _EXPERIMENTS:
        raise ValueError(
            f"Expected an experiment: {', '.join(_EXPERIMENTS)}."
            f"{did_you_mean(experiment, _EXPERIMENTS)} Received: {experiment!r}."
        )
    of = _EXPERIMENTS[experiment]

    def cosine(start: float, end: float):
        return {"name": "cosine", "start": start, "end": end, "images": of.images}

    options = {
        "image_shape": (of.side, of.side, 3),
        "latent_dim": 64,
        "widths": of.widths,
        "blocks": 2,
        "group_size": of.group_size,
        "classes": of.classes,
        "gamma": cosine(of.gamma, of.gamma / 10),
        "augment": {"name": "ada", "p": cosine(0.0, of.p)},
        "ema_half_life": cosine(0.0, of.half_life),
    }
    adam = {"learning_rate": 2e-4, "beta_1": 0.0, "beta_2": 0.9, "epsilon": 1e-8}
    schedules = {"learning_rate": cosine(2e-4, 5e-5), "beta_2": cosine(0.9, 0.99)}
    return Settings(options, adam, schedules, of.batch)
