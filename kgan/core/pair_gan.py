"""Generator against discriminator, of pairs of images."""

from __future__ import annotations

from typing import Any, NamedTuple

import keras
from keras import ops

from kgan.core.gan import GAN
from kgan.core.translating import Translating
from kgan.spaces import Space


class Pair(NamedTuple):
    """What an update of a `PairGAN` sees.

    Attributes:
        real: targets y, [batch, *target_shape].
        fake: G(x), of the same shape.
        source: x, [batch, *source_shape].
        training: whether the networks run in training mode.
        labels: None; as in `kgan.Batch`.
    """

    real: Any
    fake: Any
    source: Any
    training: bool
    labels: Any = None


class PairGAN(Translating, GAN):
    """A GAN whose G makes targets of sources, and learns by their distance too.

    Data are pairs (source, target). A model overrides `discriminate`, what D sees of a
    pair, and adds its distances to what `generator_loss` returns. Without an
    adversarial term, G learns alone, and D does not move.

    >>> pairs = kgan.spaces.Images((8, 8, 1)), kgan.spaces.Images((8, 8, 3))
    >>> g = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(3, 1)])
    >>> d = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(1, 8)])
    >>> model = kgan.core.PairGAN(g, d, adversarial=0.5, spaces=pairs)
    >>> model.examples.describe()
    'image 8x8x3'

    Args:
        generator: `keras.Model`, sources -> targets.
        discriminator: `keras.Model`, see `discriminate`.
        adversarial: the weight of the adversarial term of G, at least 0.
        **kwargs: as for `GAN`, with `spaces` of the two parts of a pair.
    """

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        *,
        adversarial: float = 1.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(generator, discriminator, **kwargs)
        self.adversarial = adversarial

    @property
    def examples(self) -> Space:
        """The space of the targets, and of what G makes."""
        return self.spaces[1]

    def play(self, data: tuple[Any, ...], training: bool) -> Pair:
        source, target = data
        return Pair(target, self.generator(source, training=training), source, training)

    def generator_loss(self, batch: Pair) -> dict[str, Any]:
        if not self.adversarial:
            return {}
        terms = super().generator_loss(batch)
        terms["adversarial"] = self.adversarial * terms["adversarial"]
        return terms

    def turns(self, data: tuple[Any, ...]) -> tuple[Any, dict[str, dict[str, Any]]]:
        if self.adversarial:
            return super().turns(data)
        batch, tape = self.record(data, "g")
        return batch, {"g": self.update("g", batch, tape)}


def distance_of_pixels(batch: Pair) -> Any:
    """L1 of what G makes to the targets, E|y - G(x)|: a scalar."""
    return ops.mean(ops.abs(batch.real - batch.fake))
