"""MolGAN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from kgan.core.gan import GAN
from kgan.core.player import Player
from kgan.networks.molgan import (
    GraphEncoder,
    molgan_discriminator,
    molgan_generator,
    molgan_reward,
)
from kgan.objectives import rewards, schedules
from kgan.objectives.graph_rewards import GraphRewards
from kgan.random.categorical import RELAXATIONS, drawn, relaxed
from kgan.spaces import Endpoint, GraphNoise, Graphs, Molecules, Space
from kgan.system.checks import check_positive


class Drawn(NamedTuple):
    """A batch of `kgan.Batch`, whose examples are graphs, and the graphs drawn.

    Attributes:
        real: one-hot, a dictionary as `kgan.spaces.Graphs` has it.
        fake: what D and the reward network see of G(z).
        sample: the graphs drawn from G(z), one-hot: what a reward is of.
    """

    real: Any
    fake: Any
    latents: Any
    labels: Any
    training: bool
    sample: Any


@keras.saving.register_keras_serializable("kgan")
class MolGAN(GAN):
    """MolGAN: De Cao and Kipf 2018, "MolGAN" (arXiv 1805.11973).

    G makes the logits of all nodes and edges of a graph at once; D reads graphs by
    relational graph convolutions, in any order of the nodes. A third player, the reward
    network R, learns what a program that cannot be differentiated says of molecules,
    such as RDKit, so that G can learn from it. With the reward r(x) in [0, 1], 0 for
    what is no molecule:

        D descends  E[D(G(z))] - E[D(x)] + 10 E[(|grad D(x')| - 1)^2]
        G descends  lambda L_WGAN + (1 - lambda) a L_RL
        R descends  E[(R(x) - r(x))^2] + E[(R(G(z)) - r(G(z)))^2]

    with L_WGAN = -E[D(G(z))] and L_RL = -E[R(G(z))]. The factor a = |L_WGAN / L_RL|,
    not differentiated, is of the authors' code alone, see `balanced`. In each step, D
    updates on each part of the batch, then G and R on the last part.

    D and R see G(z) through `sampling`; r(G(z)) is of graphs drawn from it by Gumbel
    noise. With "gumbel" and "straight_through", D and R see this very draw.

    Differences from the authors' code: an edge is drawn once, for both of its
    directions, and no node has one to itself; the norm of the penalty is over a whole
    graph, as in the paper, and at points between real graphs and what D sees of G(z).
    The code has it per node and per edge (`penalties={"name": "gradient_penalty",
    "per_entry": True}`), between real graphs and the softmax, and of the sum of D's
    logit and its last hidden units.

    The paper's generators lose most modes. Against this, it has minibatch
    discrimination; here are all `loss`es and `penalties` of `GAN` too, such as
    `loss="relativistic", penalties=["r1", "r2"]`.

        >>> space = kgan.spaces.Graphs(nodes=3, node_types=3, edge_types=2)
        >>> model = kgan.MolGAN(space, latent_dim=4, generator_hidden=(8,), seed=0)
        >>> graphs = model.generate(5, seed=1)
        >>> graphs["edges"].shape, graphs["nodes"].shape
        ((5, 3, 3, 2), (5, 3, 3))

    Logs beside those of `GAN`, with a reward: `g/adversarial` and `g/reward`, the two
    terms of G; `reward/real` and `reward/fake`, those of R; `reward_real`,
    `reward_fake` and `valid`, the mean rewards, and the share of drawn graphs that are
    molecules.

    Args:
        graphs: a `kgan.spaces.Graphs`, as the data have it. Default: the molecules of
            QM9, `kgan.spaces.Molecules(9)`.
        latent_dim: coordinates of z; 32 in the paper, 8 in the authors' example.
        reward: a name, several names, a config or an instance, see `kgan.rewards.get`;
            None for two players.
        trade_off: lambda in [0, 1], a number or a schedule: 1 is the GAN alone. The
            authors have 1 in the first epoch, until R knows something.
        balanced: whether the factor a makes both terms of G equally large.
        sampling: what D and R see of G(z): "softmax" (its probabilities), "gumbel" or
            "straight_through", see `kgan.random.categorical.relaxed`.
        temperature: above 0, of `sampling`.
        generator_hidden: tanh units of each hidden layer of G.
        convolutions: units of each graph convolution of D and R.
        aggregation: units of their gated sum over the nodes.
        discriminator_hidden: tanh units of each of their dense layers.
        normalized: whether a graph convolution divides by the number of neighbours, as
            in the paper, see `kgan.layers.RelationalGraphConvolution`.
        dropout: the rate in [0, 1) behind each hidden layer of all networks.
        minibatch_features: see `kgan.networks.molgan_discriminator`; 0 for none.
        minibatch_group: the graphs that D compares by them.
        loss: see `kgan.losses.get`.
        penalties: see `kgan.penalties.get`.
        discriminator_steps: D's updates per update of G; 5 for WGAN-GP, where the
            authors' example has 4.
        seed: integer; fixes initial weights, latents, the drawn graphs and dropout.
        **kwargs: as for `GAN`.

    Raises:
        ValueError: for data that are no graphs, numbers out of range, or a reward for
            graphs that are no molecules; before training, for a reward that cannot be
            computed.
    """

    def __init__(
        self,
        graphs: Graphs | None = None,
        latent_dim: int = 32,
        *,
        reward: str | Sequence[str] | dict | rewards.Reward | None = None,
        trade_off: Any = 0.5,
        balanced: bool = True,
        sampling: Literal["softmax", "gumbel", "straight_through"] = "softmax",
        temperature: float = 1.0,
        generator_hidden: Sequence[int] = (128, 256, 512),
        convolutions: Sequence[int] = (128, 64),
        aggregation: int = 128,
        discriminator_hidden: Sequence[int] = (128, 64),
        normalized: bool = False,
        dropout: float = 0.0,
        minibatch_features: int = 0,
        minibatch_group: int = 16,
        loss: Any = "wasserstein",
        penalties: Any = "gradient_penalty",
        discriminator_steps: int = 5,
        seed: int | None = None,
        name: str = "molgan",
        **kwargs: Any,
    ) -> None:
        graphs = Molecules() if graphs is None else graphs
        reward = None if reward is None else rewards.get(reward)
        _check(graphs, reward, sampling)
        encoder = GraphEncoder(
            convolutions, aggregation, discriminator_hidden, normalized, dropout
        )
        rewarded = reward is not None
        judges = [molgan_reward(graphs.shape, encoder, seed)] if rewarded else []
        super().__init__(
            molgan_generator(graphs.shape, latent_dim, generator_hidden, dropout, seed),
            molgan_discriminator(
                graphs.shape, encoder, minibatch_features, minibatch_group, seed
            ),
            players=[Player("reward", r, self.reward_loss) for r in judges],
            spaces=[graphs],
            loss=loss,
            penalties=penalties,
            discriminator_steps=discriminator_steps,
            seed=seed,
            name=name,
            **kwargs,
        )
        self.reward, self.reward_network = reward, next(iter(judges), None)
        self.graph_rewards = None if reward is None else GraphRewards(graphs, reward)
        self.trade_off, self.balanced = _share(trade_off), balanced
        self.sampling = sampling
        self.temperature = check_positive("temperature", temperature)
        types = graphs.node_types, graphs.edge_types
        self.noise = GraphNoise(graphs.nodes, *types)

    @classmethod
    def data_arguments(cls, source: Any) -> dict[str, Any]:
        return {**super().data_arguments(source), "graphs": source.spaces[0]}

    # The game

    def play(self, data: tuple[Any, ...], training: bool) -> Drawn:
        (real,) = data
        n = ops.shape(real["nodes"])[0]
        latents = self.sample_latents(n)
        noise = self.draws.rows(self.noise.prior.sample, (n, self.noise.dim))
        noise = self.noise.parts(noise)
        logits = self.make(latents, training=training)
        fake = {
            name: relaxed(logits[name], noise[name], self.sampling, self.temperature)
            for name in logits
        }
        return Drawn(real, fake, latents, None, training, _drawn(logits, noise))

    def turns(self, data: tuple[Any, ...]) -> tuple[Any, dict[str, dict[str, Any]]]:
        batch, terms = super().turns(data)
        if self.reward is not None:
            terms["reward"] = self.update("reward", batch)
        return batch, terms

    def generator_loss(self, batch: Drawn) -> dict[str, Any]:
        terms = super().generator_loss(batch)
        if self.reward is None:
            return terms
        # lambda L_WGAN + (1 - lambda) a L_RL
        adversarial = terms["adversarial"]
        reward = -ops.mean(self.valued(batch.fake, batch.training))
        share = schedules.at(self.trade_off, self.images_seen)
        share = ops.cast(share, adversarial.dtype)
        scale = self._scale(adversarial, reward) if self.balanced else 1.0
        return {
            "adversarial": share * adversarial,
            "reward": (1.0 - share) * scale * reward,
        }

    def _scale(self, adversarial: Any, reward: Any):
        """a = |L_WGAN / L_RL|, of the global batch."""
        means = [self.global_mean(ops.stop_gradient(x)) for x in (adversarial, reward)]
        # Rewards are above 0, so that 1e-8 only guards a sigmoid that underflows.
        return ops.abs(means[0]) / ops.maximum(ops.abs(means[1]), 1e-8)

    def reward_loss(self, batch: Drawn) -> dict[str, Any]:
        """The terms that R minimises, by name: scalars, means over the batch."""
        sides = {"real": (batch.real, batch.real), "fake": (batch.fake, batch.sample)}
        terms = {}
        for side, (seen, graphs) in sides.items():
            values, valid = self.rewards(graphs)
            terms[side] = ops.mean((self.valued(seen, batch.training) - values) ** 2)
            self.watch({f"reward_{side}": ops.mean(values)})
        self.watch({"valid": ops.mean(valid)})
        return terms

    def valued(self, graphs: Any, training: bool) -> Any:
        """R(x), [batch], in (0, 1)."""
        network = self.reward_network
        seen = {name: graphs[name] for name in ("edges", "nodes")}
        return ops.squeeze(network(seen, training=training), axis=-1)

    def rewards(self, graphs: Any) -> tuple[Any, Any]:
        """r(x), and whether x is a molecule, of one-hot graphs: two tensors [batch].

        Python computes them within the step, so that XLA cannot compile it.
        """

        def python(edges: np.ndarray, nodes: np.ndarray):
            return self.graph_rewards({"edges": edges, "nodes": nodes})

        floatx = keras.backend.floatx()
        given = graphs["edges"], graphs["nodes"]
        both = tf.numpy_function(python, given, tf.float32, stateful=False)
        both = tf.cast(tf.ensure_shape(both, [2, given[0].shape[0]]), floatx)
        return both[0], both[1]

    # Training

    def check(self) -> None:
        """Also computes a reward, so that what it lacks is said before training."""
        super().check()
        if self.reward is not None:
            n = self.examples.nodes
            # A single atom is a molecule.
            nodes, edges = np.eye(1, n, dtype="uint8"), np.zeros((1, n, n), "uint8")
            types = {"edges": edges, "nodes": nodes}
            graphs = self.examples.from_public(types)
            self.graph_rewards({k: np.asarray(part) for k, part in graphs.items()})

    def compile(
        self,
        d_optimizer: Any = "adam",
        g_optimizer: Any = "adam",
        reward_optimizer: Any = None,
        **kwargs: Any,
    ) -> None:
        """Configures training.

        Args:
            d_optimizer: D's optimizer: a name, a config or an instance.
            g_optimizer: G's; another instance.
            reward_optimizer: R's, for a model with a reward. Default: "adam".
            **kwargs: as for `Game.compile`.

        Raises:
            ValueError: as `Game.compile`; for XLA with a reward.
        """
        if self.reward is not None:
            if kwargs.get("jit_compile") is True:
                raise ValueError(
                    "Expected jit_compile=False with a reward, which Python computes "
                    "within the step. Received: jit_compile=True."
                )
            # By default, Keras chooses XLA on one GPU.
            kwargs["jit_compile"] = False
            reward_optimizer = reward_optimizer or "adam"
        if reward_optimizer is not None:
            kwargs["reward_optimizer"] = reward_optimizer
        super().compile(d_optimizer, g_optimizer, **kwargs)

    # Asking

    def endpoints(self, averaged: bool = True) -> dict[str, Endpoint]:
        """`generate`: latents and Gumbel noise -> graphs drawn; `likeliest`: latents ->
        probabilities of the types, on a server the likeliest graph."""
        network = self.shown(self.generator, averaged)
        latents, gives = {"latents": self.latents}, {"graphs": self.examples}

        def generate(latents: Any, noise: Any):
            logits = self.make(latents, network=network)
            return {"graphs": _drawn(logits, self.noise.parts(noise))}

        def likeliest(latents: Any):
            logits = self.make(latents, network=network)
            return {"graphs": {name: ops.softmax(x) for name, x in logits.items()}}

        takes = {**latents, "noise": self.noise}
        return {
            "generate": Endpoint(generate, takes, gives, seeded="sample"),
            "likeliest": Endpoint(likeliest, latents, gives),
        }

    def smiles(
        self, n: int, seed: int | None = None, batch_size: int | None = None
    ) -> list[str | None]:
        """What `generate` gives, as canonical SMILES.

        Args:
            n, seed, batch_size: as for `generate`.

        Returns:
            A text for each graph; None for a graph that is no molecule.

        Raises:
            ValueError: for a model of graphs that are no molecules.
        """
        _check_molecules(self.examples, "SMILES")
        return self.examples.smiles(self.generate(n, seed, batch_size))


def _drawn(logits: Any, noise: Any):
    return {name: drawn(logits[name], noise[name]) for name in logits}


def _share(trade_off: Any):
    """lambda: a float in [0, 1], or a schedule."""
    if not isinstance(trade_off, (int, float)):
        return schedules.get(trade_off)
    if isinstance(trade_off, bool) or not 0.0 <= trade_off <= 1.0:
        raise ValueError(
            "Expected trade_off from 0 (the reward alone) to 1 (the GAN alone). "
            f"Received: trade_off={trade_off!r}."
        )
    return float(trade_off)


def _check(graphs: Any, reward: Any, sampling: str):
    if not isinstance(graphs, Graphs):
        described = graphs.describe() if isinstance(graphs, Space) else repr(graphs)
        raise ValueError(
            "Expected data of graphs, such as kgan.data.load('molecules') or a file of "
            f"SMILES. Received: {described}."
        )
    if sampling not in RELAXATIONS:
        raise ValueError(
            f"Expected sampling {', '.join(map(repr, RELAXATIONS))}. "
            f"Received: {sampling!r}."
        )
    if reward is not None:
        _check_molecules(graphs, "a reward")


def _check_molecules(graphs: Graphs, what: str):
    if not hasattr(graphs, "molecules"):
        raise ValueError(
            f"Expected graphs that are molecules for {what}, such as "
            f"kgan.spaces.Molecules(9). Received: {graphs.describe()}."
        )
