"""CycleGAN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import keras
from keras import ops

from kgan.core.game import Game
from kgan.core.history import History
from kgan.core.player import Player
from kgan.core.translating import Translating, translation
from kgan.networks.patchgan import patchgan
from kgan.networks.translator import resnet_translator, translator_blocks
from kgan.objectives import losses
from kgan.random import seeds
from kgan.spaces import Endpoint, Images, Picture
from kgan.spaces.picture import first

# What the sides of images are multiples of: G halves them twice.
_MULTIPLE = 4


class Round(NamedTuple):
    """What the updates of `CycleGAN` see, each [batch, *image_shape].

    Attributes:
        a, b: examples of both sides, which are no pairs.
        as_b, as_a: G(a) and F(b).
        back_a, back_b: F(G(a)) and G(F(b)).
        training: whether the networks run in training mode.
    """

    a: Any
    b: Any
    as_b: Any
    as_a: Any
    back_a: Any
    back_b: Any
    training: bool


@keras.saving.register_keras_serializable("kgan")
class CycleGAN(Translating, Game):
    """Image to image without pairs: Zhu et al. 2017 (arXiv 1703.10593).

    G makes an A look like a B, and F a B like an A. D_B and D_A tell the fakes of their
    side; going there and back again leads to where it began (equations 1 to 3):

        D_A, D_B descend  their loss of the real and of the fake images of their side,
        G, F     descend  the adversarial losses, and
                          cycle    (E|F(G(a)) - a| + E|G(F(b)) - b|)
                          identity (E|G(b) - b| + E|F(a) - a|)

    First G and F update, by one optimizer, then D_A and D_B by another. The identity
    term (section 5.2) keeps colors where sides have colors in common.

    The paper trains by Adam(2e-4, beta_1=0.5) on batches of 1, and halves D's loss, to
    which Adam is blind; the rate falls to 0 in the second half.

        >>> model = kgan.CycleGAN((16, 16, 3), (16, 16, 3), width=2, blocks=1, depth=1)
        >>> model.translate(np.zeros((5, 16, 16, 3))).shape
        (5, 16, 16, 3)

    Logs beside those of `Game`: `g/adversarial`, `g/cycle` and `g/identity`, weighted.

    Args:
        source_shape: (height, width, channels) of A, see
            `kgan.networks.resnet_translator`.
        target_shape: of B, with as many channels.
        width: channels of the outer convolutions of all networks.
        cycle: weight, at least 0; 10 in the paper.
        identity: weight, at least 0; 5 in the paper, where it is used. Without it,
            there are two passes less.
        history: how many fakes of earlier steps D may see instead of new ones, see
            `kgan.core.history.History`; 50 in the paper, 0 for none. Replicas exchange
            their fakes for it.
        loss: see `kgan.losses.get`; least squares in the paper.
        blocks: residual blocks of G and F.
        depth: of D_A and D_B, see `kgan.networks.patchgan`.
        upsampling: of G and F, "resize" or "transposed".
        normalization: of all networks: "instance" (the paper), "batch" or None.
        seed: integer; fixes initial weights and the history.
        **kwargs: as for `Game`; `ema_decay` averages G and F.

    Raises:
        ValueError: for shapes that the networks cannot have, negative weights, or a
            loss that pairs real with fake examples.
    """

    def __init__(
        self,
        source_shape: Sequence[int] = (256, 256, 3),
        target_shape: Sequence[int] = (256, 256, 3),
        width: int = 64,
        *,
        cycle: float = 10.0,
        identity: float = 0.0,
        history: int = 0,
        loss: Any = "least_squares",
        blocks: int | None = None,
        depth: int = 3,
        upsampling: Literal["resize", "transposed"] = "resize",
        normalization: str | None = "instance",
        seed: int | None = None,
        name: str = "cyclegan",
        **kwargs: Any,
    ) -> None:
        shapes = tuple(source_shape), tuple(target_shape)
        objective = losses.get(loss)
        _check(shapes, cycle, identity, objective)
        blocks = translator_blocks(shapes[0], blocks)

        def translator(name: str, taken: Any, made: Any):
            network = resnet_translator(
                *(taken, made[2], width, blocks, upsampling, normalization),
                seeds.derive(seed, name),
            )
            network.name = name
            return network

        def critic(name: str, shape: Any):
            own = seeds.derive(seed, name)
            network = patchgan(shape, None, width, depth, normalization, own)
            network.name = name
            return network

        # Of any size: what is translated may be larger than what is learned from.
        free = [(None, None, shape[2]) for shape in shapes]
        to_b, to_a = translator("to_b", *free), translator("to_a", *free[::-1])
        d_a, d_b = critic("d_a", shapes[0]), critic("d_b", shapes[1])
        super().__init__(
            [
                Player("g", [to_b, to_a], self.generator_loss),
                Player("d", [d_a, d_b], self.discriminator_loss),
            ],
            [Images(shape) for shape in shapes],
            averaged=[to_b, to_a],
            seed=seed,
            name=name,
            **kwargs,
        )
        self.to_b, self.to_a, self.d_a, self.d_b = to_b, to_a, d_a, d_b
        self.objective = objective
        self.cycle, self.identity = cycle, identity
        self.histories = ()
        if history:
            self.histories = tuple(
                History(self, f"history_{side}", history, shape)
                for side, shape in zip("ab", shapes, strict=True)
            )

    # The game

    def play(self, data: tuple[Any, ...], training: bool) -> Round:
        a, b = data
        as_b, as_a = self.to_b(a, training=training), self.to_a(b, training=training)
        back_a = self.to_a(as_b, training=training)
        back_b = self.to_b(as_a, training=training)
        return Round(a, b, as_b, as_a, back_a, back_b, training)

    def turns(self, data: tuple[Any, ...]) -> tuple[Any, dict[str, dict[str, Any]]]:
        batch, tape = self.record(data, "g")
        g_terms = self.update("g", batch, tape)
        d_terms = self.update("d", self._remembered(batch))
        return batch, {"g": g_terms, "d": d_terms}

    def generator_loss(self, batch: Round) -> dict[str, Any]:
        """The terms that G and F minimise, by name: scalars, means over the batch."""
        t = {"training": batch.training}
        logits = self.d_b(batch.as_b, **t), self.d_a(batch.as_a, **t)
        terms = {"adversarial": sum(self.objective.generator(x) for x in logits)}
        if self.cycle:
            back = _distance(batch.a, batch.back_a) + _distance(batch.b, batch.back_b)
            terms["cycle"] = self.cycle * back
        if self.identity:
            same = _distance(batch.b, self.to_b(batch.b, **t))
            same += _distance(batch.a, self.to_a(batch.a, **t))
            terms["identity"] = self.identity * same
        return terms

    def discriminator_loss(self, batch: Round) -> dict[str, Any]:
        """The terms that D_A and D_B minimise, by name."""
        t = {"training": batch.training}
        sides = (self.d_a, batch.a, batch.as_a), (self.d_b, batch.b, batch.as_b)
        told = [
            self.objective.discriminator(d(real, **t), d(fake, **t))
            for d, real, fake in sides
        ]
        return {"adversarial": sum(told)}

    def _remembered(self, batch: Round):
        """The batch, with some fakes of earlier steps."""
        if not self.histories:
            return batch
        fakes = batch.as_a, batch.as_b
        pairs = zip(self.histories, fakes, strict=True)
        as_a, as_b = (pool.swap(fake) for pool, fake in pairs)
        return batch._replace(as_a=as_a, as_b=as_b)

    def compile(
        self, g_optimizer: Any = "adam", d_optimizer: Any = "adam", **kwargs: Any
    ) -> None:
        """Configures training.

        Args:
            g_optimizer: of G and F: a name, a config or an instance.
            d_optimizer: of D_A and D_B; another instance.
            **kwargs: as for `Game.compile`.

        Raises:
            ValueError: as `Game.compile`.
        """
        super().compile(g_optimizer=g_optimizer, d_optimizer=d_optimizer, **kwargs)

    # Asking

    def endpoints(self, averaged: bool = True) -> dict[str, Endpoint]:
        """`translate`: A -> B; `translate_back`: B -> A."""
        to_b, to_a = self.shown(self.to_b, averaged), self.shown(self.to_a, averaged)
        return {
            "translate": translation(to_b, _MULTIPLE, target=None),
            "translate_back": translation(to_a, _MULTIPLE, source=1, target=None),
        }

    def translate_back(self, images: Any, batch_size: int | None = None) -> Any:
        """What F makes of images of B; as `translate`."""
        return self.endpoint("translate_back")(batch_size, images=images)["images"]

    def pictures(
        self, examples: tuple[Any, ...] | None, n: int = 64, seed: int = 0
    ) -> dict[str, Picture]:
        """Each way: source, translation, and back again."""
        if examples is None:
            return {}
        ways = {"translate": self.translate, "translate_back": self.translate_back}
        back = dict(zip(ways, reversed(ways.values()), strict=True))
        shown = {}
        for (name, go), part, space in zip(
            ways.items(), examples, self.spaces[::-1], strict=True
        ):
            source = first(part, n)
            output = go(source)
            columns = {"source": source, "output": output, "back": back[name](output)}
            shown[name] = Picture(space, columns)
        return shown


def _distance(x: Any, y: Any):
    return ops.mean(ops.abs(x - y))


def _check(shapes: Any, cycle: float, identity: float, objective: Any):
    if shapes[0] != shapes[1]:
        raise ValueError(
            "Expected both sides to have images of one size and as many channels. "
            f"Received: source_shape={shapes[0]}, target_shape={shapes[1]}. Resize "
            "both with image_size (--image-size), convert them with channels "
            "(--channels)."
        )
    if min(cycle, identity) < 0:
        raise ValueError(
            "Expected cycle >= 0 and identity >= 0. "
            f"Received: cycle={cycle}, identity={identity}."
        )
    if objective.needs_real_logits():
        raise ValueError(
            "Expected a loss of fakes alone for G, because its fakes have no real "
            f"partners. Received: loss={objective.get_config()}."
        )
