"""SRResNet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import keras
from keras import ops

from kgan.core.game import Game
from kgan.core.player import Player
from kgan.core.translating import Translating
from kgan.networks.srresnet import srresnet
from kgan.spaces import Endpoint, Images


class Enlarged(NamedTuple):
    """What the update of `SRResNet` sees.

    Attributes:
        target: large images, [batch, *target_shape].
        fake: G(source), of the same shape.
    """

    target: Any
    fake: Any


@keras.saving.register_keras_serializable("kgan")
class SRResNet(Translating, Game):
    """Super-resolution by a distance: Ledig et al. 2016 (arXiv 1609.04802).

    The first phase of SRGAN, without a D: G enlarges a small image and minimises the
    distance of its pixels to those of the large one. PSNR is what it is good at; where
    the small image leaves open what there was, it gives the blurred mean.

    The paper trains by Adam(1e-4) on 16 crops of 96 pixels, for a million updates.

        >>> model = kgan.SRResNet((None, None, 1), factor=2, width=4, blocks=1, seed=0)
        >>> model.translate(np.zeros((1, 9, 14, 1))).shape
        (1, 18, 28, 1)

    Logs: `g_loss`, the distance in pixels of [-1, 1], squared for "l2".

    Args:
        source_shape: (height, width, channels) of the small images in training.
        target_shape: of the large ones; it says the factor if `factor` does not.
        factor: how much larger images become. Default: 4, or by the shapes.
        width, blocks: see `kgan.networks.srresnet`.
        distance: "l1", as later models have it, or "l2", the paper's.
        generator: your own network instead, small images -> large ones.
        seed: integer; fixes the initial weights.
        **kwargs: as for `Game`; `ema_decay` averages G.

    Raises:
        ValueError: for shapes that are no multiples of each other by one factor, or
            another distance.
    """

    def __init__(
        self,
        source_shape: Sequence[int | None] = (None, None, 3),
        target_shape: Sequence[int | None] | None = None,
        factor: int | None = None,
        width: int = 64,
        blocks: int = 16,
        *,
        distance: Literal["l1", "l2"] = "l1",
        generator: keras.Model | None = None,
        seed: int | None = None,
        name: str = "srresnet",
        **kwargs: Any,
    ) -> None:
        source_shape = tuple(source_shape)
        factor = factor_of(source_shape, target_shape, factor)
        if target_shape is None:
            target_shape = (*_times(source_shape[:2], factor), source_shape[2])
        if distance not in ("l1", "l2"):
            raise ValueError(
                f"Expected distance 'l1' or 'l2'. Received: distance={distance!r}."
            )
        free = (None, None, source_shape[2])
        generator = generator or srresnet(free, factor, width, blocks, seed)
        super().__init__(
            [Player("g", generator, self.generator_loss)],
            [Images(source_shape), Images(tuple(target_shape))],
            averaged=[generator],
            seed=seed,
            name=name,
            **kwargs,
        )
        self.generator = generator
        self.factor, self.distance = factor, distance

    def play(self, data: tuple[Any, ...], training: bool) -> Enlarged:
        source, target = data
        return Enlarged(target, self.generator(source, training=training))

    def turns(self, data: tuple[Any, ...]) -> tuple[Any, dict[str, dict[str, Any]]]:
        batch, tape = self.record(data, "g")
        return batch, {"g": self.update("g", batch, tape)}

    def generator_loss(self, batch: Enlarged) -> dict[str, Any]:
        """The terms that G minimises, by name: scalars, means over the batch."""
        difference = batch.target - batch.fake
        size = ops.abs(difference) if self.distance == "l1" else difference**2
        return {self.distance: ops.mean(size)}

    def compile(self, g_optimizer: Any = "adam", **kwargs: Any) -> None:
        """Configures training.

        Args:
            g_optimizer: G's optimizer: a name, a config or an instance.
            **kwargs: as for `Game.compile`.

        Raises:
            ValueError: as `Game.compile`.
        """
        super().compile(g_optimizer=g_optimizer, **kwargs)

    def endpoints(self, averaged: bool = True) -> dict[str, Endpoint]:
        """`translate`: images -> images that are `factor` times as large."""
        network = self.shown(self.generator, averaged)
        return {"translate": enlargement(network)}


def enlargement(network: keras.Model) -> Endpoint:
    """The endpoint of a network whose answers may overshoot [-1, 1]."""

    def translate(images: Any):
        return {"images": ops.clip(network(images, training=False), -1.0, 1.0)}

    channels = network.input_shape[-1]
    space = Images((None, None, channels))
    return Endpoint(translate, {"images": space}, {"images": space}, target=1)


def factor_of(
    source: Sequence[int | None],
    target: Sequence[int | None] | None,
    factor: int | None,
) -> int:
    """How much larger targets are than sources.

    Args:
        source, target: shapes; no target, or sides None, say nothing.
        factor: what is asked for, or None for what the shapes say, else 4.

    Raises:
        ValueError: if the shapes do not say one whole factor, or another one.
    """
    sides = zip(source[:2], (target or ())[:2], strict=False)
    known = [(a, b) for a, b in sides if a is not None and b is not None]
    told = {b / a for a, b in known}
    if factor is None:
        factor = int(told.pop()) if len(told) == 1 else 4
    wrong = any(b != a * factor for a, b in known)
    if wrong or (target is not None and source[2] != target[2]):
        raise ValueError(
            "Expected targets that are a whole number of times as large as sources, "
            f"and of as many channels. Received: source_shape={tuple(source)}, "
            f"target_shape={tuple(target)}, factor={factor}. Make sources of targets "
            "by degradation='downscale4' (--degradation downscale4)."
        )
    return factor


def _times(sides: Sequence[int | None], factor: int):
    return [None if side is None else side * factor for side in sides]
