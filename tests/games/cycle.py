"""Unpaired translation both ways: two networks per player, generators first."""

from typing import Any, NamedTuple

import keras
from keras import ops

import kgan
from kgan.spaces import Endpoint, Images
from tests.games import nets


class Batch(NamedTuple):
    a: Any
    b: Any
    as_b: Any
    as_a: Any
    back_a: Any
    back_b: Any
    training: bool


@keras.saving.register_keras_serializable("test")
class Cycle(kgan.Game):
    def __init__(self, seed=0, **kwargs):
        to_b, to_a = nets.translator("to_b", seed), nets.translator("to_a", seed + 1)
        d_a, d_b = nets.critic("d_a", seed), nets.critic("d_b", seed + 1)
        players = [
            kgan.Player("g", [to_b, to_a], self.generator_loss),
            kgan.Player("d", [d_a, d_b], self.discriminator_loss),
        ]
        space = Images(nets.IMAGE)
        super().__init__(
            players, (space, space), averaged=[to_b, to_a], seed=seed, **kwargs
        )
        self.to_b, self.to_a, self.d_a, self.d_b = to_b, to_a, d_a, d_b
        self.objective = kgan.losses.NonSaturating()

    def play(self, data, training):
        a, b = data
        as_b, as_a = self.to_b(a, training=training), self.to_a(b, training=training)
        back = [self.to_a(as_b, training=training), self.to_b(as_a, training=training)]
        return Batch(a, b, as_b, as_a, *back, training)

    def generator_loss(self, batch):
        fakes = (self.d_b, batch.as_b), (self.d_a, batch.as_a)
        logits = [d(x, training=batch.training) for d, x in fakes]
        cycles = ops.abs(batch.a - batch.back_a), ops.abs(batch.b - batch.back_b)
        return {
            "adversarial": sum(self.objective.generator(one) for one in logits),
            "cycle": 10.0 * sum(ops.mean(cycle) for cycle in cycles),
        }

    def discriminator_loss(self, batch):
        pairs = (self.d_b, batch.b, batch.as_b), (self.d_a, batch.a, batch.as_a)
        loss = self.objective.discriminator
        t = {"training": batch.training}
        return {"adversarial": sum(loss(d(x, **t), d(y, **t)) for d, x, y in pairs)}

    def turns(self, data):
        batch, tape = self.record(data, "g")
        terms = self.update("g", batch, tape)
        return batch, {"g": terms, "d": self.update("d", batch)}

    def endpoints(self, averaged=True):
        space = self.spaces[0]

        def way(network, source):
            shown, ends = self.shown(network, averaged), {"images": space}
            function = lambda images: {"images": shown(images)}  # noqa: E731
            return Endpoint(function, ends, ends, source=source)

        return {"translate": way(self.to_b, 0), "translate_back": way(self.to_a, 1)}
