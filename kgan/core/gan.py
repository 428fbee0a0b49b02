"""Generator against discriminator."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from kgan.core import augments
from kgan.core.asking import ask, input_of, takes, takes_shares
from kgan.core.checks import check_labels, check_networks
from kgan.core.critics import check_branches, check_critic, check_slopes
from kgan.core.game import Game
from kgan.core.player import Player
from kgan.core.ranges import check_logits, check_reaches
from kgan.objectives import constraints, losses
from kgan.objectives.penalties import Judged, get_all, logits_of
from kgan.random.draws import Noise
from kgan.spaces import Endpoint, Labels, Latents, Scalar, Space, of_shape
from kgan.system.checks import check_whole


class Batch(NamedTuple):
    """What one update of a GAN sees.

    Attributes:
        real: examples from the data, [batch, *image_shape].
        fake: G(latents), of the same shape.
        latents: [batch, latent_dim].
        labels: the labels that came with `real`, or None.
        training: whether the networks run in training mode.
    """

    real: Any
    fake: Any
    latents: Any
    labels: Any
    training: bool


@keras.saving.register_keras_serializable("kgan")
class GAN(Game):
    """Generator against discriminator: algorithm 1 of Goodfellow et al. 2014.

    One training step (arXiv 1406.2661, algorithm 1) is

        k times:  draw real examples x and latents z,
                  D descends its loss and its penalties;
        once:     G descends its loss,

    each player under its own gradient tape, with its own optimizer. The batch that
    `fit` delivers is cut in k parts, so that each update of D sees fresh real examples:
    give the data a batch size of k times what one update shall see.

    Shared: G does not change between the last update of D and its own, so G's update
    takes up that same forward pass, latents included, instead of drawing anew. With
    k = 1 a step runs G once. The two updates' latents are therefore the same draw,
    where algorithm 1 makes two; D judges the fakes again, with its new weights.

    Separate: a player's update changes that player alone. D runs in training mode in
    G's update, and G in the passes of D's first k - 1 updates, but their moving
    statistics stay. G's move once a step, in the pass that its own update takes up.

    >>> networks = model.generator, model.discriminator
    >>> gan = kgan.GAN(*networks, loss="minimax", ema_decay=0.99, seed=0)
    >>> gan.compile(keras.optimizers.Adam(2e-4), keras.optimizers.Adam(2e-4))
    >>> logs = gan.fit(data, verbose=0).history
    >>> gan.generate(16, seed=1).shape
    (16, 28, 28, 1)

    A new GAN overrides `discriminator_loss` and `generator_loss`; rarely `make` and
    `discriminate`, how G and D are called, `play`, `turns` and `after_step`. Losses
    call D by `judge`; D's adds `charges`, the terms of `penalties`.

    Logs beside those of `Game`, for losses whose logits are log-odds: `value` =
    V(D, G) and `jsd` = (V + log 4) / 2 in nats, `d_real` = mean D(x) and `d_fake` =
    mean D(G(z)).

    Args:
        generator: `keras.Model`, latents [batch, latent_dim] -> [batch, *image_shape].
            It may have a second input called `labels`, [batch].
        discriminator: `keras.Model`, [batch, *image_shape] -> logits [batch, ...]. It
            may have an input called `labels` too, and more outputs after the logits,
            see `kgan.penalties.Opinion`.
        loss: a name, config or instance, see `kgan.losses.get`; None for a GAN that
            overrides both losses.
        latent_prior: a name, config or instance, see `kgan.latents.get`.
        latent_dim: coordinates of z. Default: those of the generator's input, of
            several inputs the one called `latents`.
        discriminator_steps: k, at least 1.
        fresh: 0: G learns by the fakes that D saw; m: by m times as many fresh ones, at
            the price of one more pass of G over each. 1 is algorithm 1 as it is
            written.
        penalties: what D pays beside its loss: a name, a config or an instance, or a
            list of them, see `kgan.penalties.get`.
        clip: the largest absolute weight of D, see `kgan.constraints.clip`; None for
            weights of any size.
        augment: what D's input goes through in both players' passes: "diff_augment",
            "ada" or a config, see `kgan.core.augments.get`; or tensor -> tensor,
            differentiable: a `keras.layers.Layer`, which is told whether it trains, or
            a function that Keras can save. What it draws has to come from `draws`, or
            replicas draw the same for other examples. Penalties are of the examples
            before it.
        spaces: what `fit` delivers. Default: examples of the generator's output shape.
        partners: more networks of G's player, which its optimizer trains too.
        players: more players, which update after D and G.
        ema_decay: in (0, 1), or None. If given, the generator's average over the steps,
            see `Game`, is what `generate` and `export` use: `ema_generator`.
        seed: integer. Fixes the latents; subclasses that build their networks fix the
            initial weights and dropout by it too.
        **kwargs: as for `Game`.

    Raises:
        ValueError: if an argument is out of range, the networks do not fit together,
            the discriminator ends in a sigmoid or softmax, or the generator cannot give
            all values of the examples, such as pixels in [-1, 1].
    """

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        *,
        loss: Any = "non_saturating",
        latent_prior: Any = "normal",
        latent_dim: int | None = None,
        discriminator_steps: int = 1,
        fresh: int = 0,
        penalties: Any = None,
        clip: float | None = None,
        augment: Any = None,
        spaces: Iterable[Space] | None = None,
        partners: Iterable[keras.Model] = (),
        players: Iterable[Player] = (),
        **kwargs: Any,
    ) -> None:
        own = type(self)
        charged = get_all(penalties)
        direct = own.discriminate is GAN.discriminate and own.make is GAN.make
        check_networks(generator, discriminator, direct)
        check_logits(discriminator)
        check_whole("discriminator_steps", discriminator_steps)
        check_whole("fresh", fresh, least=0)
        objective = None if loss is None else losses.get(loss)
        if spaces is None:
            spaces = [of_shape(generator.output_shape[1:])]
        sides = [
            Player("d", discriminator, lambda batch: self._charged_loss(batch)),
            Player("g", [generator, *partners], lambda b: self.generator_loss(b)),
        ]
        super().__init__([*sides, *players], spaces, averaged=[generator], **kwargs)
        check_labels((generator, discriminator), self.spaces)
        check_reaches(generator, self.examples)
        self.generator = generator
        self.discriminator = discriminator
        self.objective = objective
        self.needs_real_logits = objective is not None and objective.needs_real_logits()
        self.fresh = fresh
        self._check_fresh()
        self.augment = augment = augments.get(augment)
        self.penalties = charged
        for penalty in charged:
            penalty.join(self)
        check_critic(discriminator, charged)
        if clip is not None:
            constraints.clip(discriminator, clip)
        if augment is not None and own.judge is not GAN.judge:
            raise ValueError(
                "Expected a GAN that overrides `discriminate`, not `judge`, so that "
                f"`augment` comes before it. Received: {own.__name__} with augment."
            )
        if isinstance(augment, keras.layers.Layer) and not augment.built:
            # Under strategies, variables cannot be made in the first step.
            specs = self.examples.specs()
            augment(tf.nest.map_structure(lambda s: tf.zeros([1, *s.shape[1:]]), specs))
        self.discriminator_steps = discriminator_steps
        if latent_dim is None:
            latent_dim = _latent_dim(generator)
        self.latents = None if latent_dim is None else Latents(latent_dim, latent_prior)
        if self.latents is None and type(self).play is GAN.play:
            raise ValueError(
                "Expected a generator of latents [batch, d]: with one input, or one "
                "that is called 'latents', or override `play`. Received: inputs of "
                f"shape {generator.input_shape}."
            )

    # What it takes and gives

    @property
    def examples(self) -> Space:
        """The space of real examples and of what G makes."""
        return self.spaces[0]

    @property
    def labels(self) -> Space | None:
        """The space of the labels that come with examples, or None."""
        return next((s for s in self.spaces if isinstance(s, Labels)), None)

    @property
    def image_shape(self) -> Any:
        """The shape of one example, without the batch; by name for several parts."""
        shape = self.examples.shape
        return dict(shape) if isinstance(shape, dict) else tuple(shape)

    @property
    def latent_prior(self) -> Any:
        """The prior of z, see `kgan.latents`."""
        return self._latents().prior

    @property
    def latent_dim(self) -> int:
        """The number of coordinates of z.

        Raises:
            ValueError: if the generator takes no latents.
        """
        return self._latents().dim

    @property
    def ema_generator(self) -> keras.Model | None:
        """The averaged generator, or None."""
        average = self.shown(self.generator)
        return None if average is self.generator else average

    @property
    def sampler(self) -> keras.Model:
        """The network of samples: the averaged generator if there is one."""
        return self.shown(self.generator)

    def _latents(self):
        if self.latents is None:
            raise ValueError(
                f"Expected a generator of latents. Received: {type(self).__name__}, "
                f"whose generator takes inputs of shape {self.generator.input_shape}."
            )
        return self.latents

    # The game

    def sample_latents(self, batch_size: Any) -> tf.Tensor:
        """z ~ p_z for one replica's part of a batch.

        Returns:
            [batch_size, latent_dim], of Keras' float type.
        """
        shape = (batch_size, self.latent_dim)
        return self.draws.rows(self.latent_prior.sample, shape)

    def make(
        self,
        latents: Any,
        labels: Any = None,
        training: bool = False,
        network: keras.Model | None = None,
    ) -> Any:
        """The door through which G is called.

        Args:
            latents: [batch, latent_dim].
            labels: [batch], or None; for a G that takes them.
            training: whether G runs in training mode.
            network: G, or its average.
        """
        network = network or self.generator
        return ask(network, latents, training, labels=labels)

    def judge(self, examples: Any, batch: Batch) -> Any:
        """The one door through which D is called, in both players' passes.

        Args:
            examples: [batch, *image_shape], real or made.
            batch: what else is known of them: labels, sources.

        Returns:
            Logits [batch, ...], or an `Opinion` with them.
        """
        if self.augment is not None:
            examples = self.augment(examples, **self._mode(batch.training))
        return self.discriminate(examples, batch)

    def judged(self, examples: Any, batch: Batch) -> Judged:
        """What `judge` says, with the gradient for which penalties ask.

        Args:
            examples: [batch, *image_shape], before `augment`.
            batch: as for `judge`.
        """
        noise = Noise(self._seed_states())
        return Judged(lambda x: self.judge(x, batch), examples, noise)

    def discriminate(self, examples: Any, batch: Batch) -> Any:
        """What D says of examples that went through `augment`.

        Args:
            examples: [batch, *image_shape].
            batch: what else is known of them: labels, sources.
        """
        return ask(self.discriminator, examples, batch.training, labels=batch.labels)

    def _mode(self, training: bool):
        takes = getattr(self.augment, "_call_has_training_arg", False)
        return {"training": training} if takes else {}

    def play(self, data: tuple[Any, ...], training: bool) -> Batch:
        """Draws latents and lets G answer `data`.

        Args:
            data: (images,) or (images, labels).
            training: whether G runs in training mode.
        """
        real, labels = (*data, None)[:2]
        latents = self.sample_latents(_rows(real))
        fake = self.make(latents, labels, training)
        return Batch(real, fake, latents, labels, training)

    def turns(self, data: tuple[Any, ...]) -> tuple[Any, dict[str, dict[str, Any]]]:
        *parts, last = self.split(data, self.discriminator_steps)
        for part in parts:
            batch, _ = self.record(part)
            self.update("d", batch)
            self.update_lazily(batch)
        batch, tape = self.record(last, "g")
        d_terms = self.update("d", batch)
        self.update_lazily(batch)
        return batch, {"d": d_terms, "g": self.update("g", batch, tape)}

    def simultaneous_turns(
        self,
        data: tuple[Any, ...],
        gates: Callable[[Any], dict[str, Any]] | None = None,
    ) -> tuple[Any, dict[str, dict[str, Any]]]:
        """Turns in which all players update on one pass, by the weights before it.

        For papers that compute all losses first. D makes its first k - 1 updates alone,
        on passes of their own.

        Args:
            data: as for `turns`.
            gates: batch -> gates of `update`, by the names of players.
        """
        *parts, last = self.split(data, self.discriminator_steps)
        for part in parts:
            batch, tape = self.record(part, "d")
            self.update("d", batch, tape)
            self.update_lazily(batch)
        batch, tape = self.record(last, *self.players)
        gates = gates(batch) if gates else {}
        terms = {
            name: self.update(name, batch, tape, gates.get(name))
            for name in self.players
        }
        self.update_lazily(batch)
        return batch, terms

    def update_lazily(self, batch: Batch) -> None:
        """The updates of D by penalties with a step of their own, where one is due.

        Args:
            batch: what D's last update saw.
        """
        for penalty in self.penalties:
            if penalty.apart:
                self.update_every(
                    "d",
                    penalty.every,
                    penalty.name,
                    lambda batch, penalty=penalty: penalty(
                        self,
                        batch,
                        self.judged(batch.real, batch),
                        self.judged(batch.fake, batch),
                    ),
                    batch,
                )

    def discriminator_loss(self, batch: Batch) -> dict[str, Any]:
        """The terms that D minimises, by name: scalars, means over the batch."""
        # Two passes: real and fake examples have batch statistics of their own.
        real = self.judged(batch.real, batch)
        fake = self.judged(batch.fake, batch)
        return self.discriminator_terms(batch, real, fake)

    def discriminator_terms(
        self, batch: Batch, real: Judged, fake: Judged
    ) -> dict[str, Any]:
        """`discriminator_loss`, of what D said.

        Args:
            batch: what D's update sees.
            real: of the real examples.
            fake: of the fakes.
        """
        loss = self.objective.discriminator(real.logits, fake.logits)
        self.watch(self.objective.monitor(real.logits, fake.logits))
        return {"adversarial": loss, **self.charges(batch, real, fake)}

    def charges(self, batch: Batch, real: Judged, fake: Judged) -> dict[str, Any]:
        """The terms of `penalties`, for a `discriminator_loss`; see `judged`.

        Args:
            batch: what D's update sees.
            real: of the real examples.
            fake: of the fakes.
        """
        for watcher in self._companions():
            self.watch(watcher.monitor(real.logits, fake.logits))
        return {
            penalty.name: penalty(self, batch, real, fake)
            for penalty in self.penalties
            if not penalty.apart
        }

    def generator_loss(self, batch: Batch) -> dict[str, Any]:
        """The terms that G minimises, by name: scalars, means over the batch."""
        if self.fresh and batch.training:
            latents = self.sample_latents(self.fresh * _rows(batch.latents))
            labels = batch.labels
            if labels is not None:
                labels = keras.ops.tile(labels, [self.fresh])
            fake = self.make(latents, labels, batch.training)
            batch = batch._replace(fake=fake, latents=latents, labels=labels)
        real = self.judge(batch.real, batch) if self.needs_real_logits else None
        return self.generator_terms(batch, real, self.judge(batch.fake, batch))

    def generator_terms(self, batch: Batch, real: Any, fake: Any) -> dict[str, Any]:
        """`generator_loss`, of what D said.

        Args:
            batch: what G's update sees.
            real: what D says of the real examples; None unless the loss needs it.
            fake: what it says of the fakes.
        """
        loss = self.objective.generator(logits_of(fake), logits_of(real))
        return {"adversarial": loss}

    def after_step(self, batch: Batch, terms: dict[str, dict[str, Any]]) -> None:
        """Moves the states of penalties, and of `augment`.

        A game that overrides it calls it too.
        """
        for companion in self._companions():
            companion.after_step(self)

    def _check_fresh(self):
        if self.fresh and type(self).generator_loss is not GAN.generator_loss:
            raise ValueError(
                "Expected fresh=0 for a game with a `generator_loss` of its own, which "
                f"decides that. Received: {type(self).__name__}, fresh={self.fresh}."
            )
        if self.fresh > 1 and self.needs_real_logits:
            raise ValueError(
                "Expected fresh of 0 or 1 for a loss that pairs each fake with a real "
                f"example. Received: fresh={self.fresh}."
            )

    def _companions(self):
        """What watches the game beside D and G."""
        adaptive = hasattr(self.augment, "after_step")
        return [*self.penalties, *([self.augment] if adaptive else [])]

    def _charged_loss(self, batch: Batch):
        terms = self.discriminator_loss(batch)
        for penalty in self.penalties:
            if not penalty.apart and penalty.name not in terms:
                raise ValueError(
                    f"Expected {type(self).__name__}.discriminator_loss to return the "
                    "terms of its penalties too: {..., **self.charges(batch, real, "
                    "fake)}, with real = self.judged(batch.real, batch). Received: "
                    f"terms without {penalty.name!r}."
                )
        return terms

    # Training

    def check(self) -> None:
        """Refuses penalties that would be wrong by D's layers, see `check_slopes`."""
        check_branches(self)
        check_slopes(self)

    def lazy_updates(self) -> dict[str, float]:
        apart = [penalty for penalty in self.penalties if penalty.apart]
        intervals = {penalty.every for penalty in apart}
        if len(intervals) > 1:
            raise ValueError(
                "Expected lazy penalties with one interval, because D's optimizer is "
                f"adapted to it. Received: every = {sorted(intervals)}."
            )
        # Each has an update of its own.
        return {"d": intervals.pop() / len(apart)} if apart else {}

    def compile(
        self, d_optimizer: Any = "adam", g_optimizer: Any = "adam", **kwargs: Any
    ) -> None:
        """Configures training.

        Args:
            d_optimizer: the discriminator's optimizer: a name, a config or an instance.
            g_optimizer: the generator's; another instance.
            **kwargs: as for `Game.compile`.

        Raises:
            ValueError: as `Game.compile`.
        """
        super().compile(d_optimizer=d_optimizer, g_optimizer=g_optimizer, **kwargs)

    # Asking

    def endpoints(self, averaged: bool = True) -> dict[str, Endpoint]:
        """`generate`: latents, and labels if G takes them -> images.

        `mix`: between two classes, if G takes shares of classes.
        """
        network = self.shown(self.generator, averaged)
        asked = {"latents": self._latents()}
        # The generator of algorithm 1 takes latents alone.
        own = type(self).make is not GAN.make
        labelled = self.labels is not None and (own or takes(network, "labels"))
        if labelled:
            asked["labels"] = self.labels

        def generate(latents: Any, labels: Any = None):
            return {"images": self.make(latents, labels, network=network)}

        gives = {"images": self.examples}
        alone = None if labelled else network
        endpoint = Endpoint(generate, asked, gives, seeded="sample", network=alone)
        endpoints = {"generate": endpoint}
        if labelled and takes_shares(network):
            endpoints["mix"] = self._mix(network)
        return endpoints

    def _mix(self, network: keras.Model):
        """Latents and a mixture of two labels -> images."""

        def mix(latents: Any, labels: Any, labels_to: Any, share: Any):
            one, other = (
                keras.ops.one_hot(y, self.labels.classes, dtype=latents.dtype)
                for y in (labels, labels_to)
            )
            share = keras.ops.cast(share, latents.dtype)[:, None]
            between = (1.0 - share) * one + share * other
            return {"images": self.make(latents, between, network=network)}

        takes = {
            "latents": self._latents(),
            "labels": self.labels,
            "labels_to": self.labels,
            "share": Scalar("share of labels_to, from 0 to 1"),
        }
        return Endpoint(mix, takes, {"images": self.examples})

    def generate(
        self,
        n: int | None = None,
        seed: int | None = None,
        batch_size: int | None = None,
        **given: Any,
    ) -> Any:
        """Samples from the (averaged) generator.

        Args:
            n: how many.
            seed: 32-bit integer; the same seed gives the same samples, here and from an
                exported model on a server. None draws new ones.
            batch_size: how many at a time; default: see `kgan.spaces.endpoint.BLOCK`.
            **given: what else the generator takes, such as `labels` [n].

        Returns:
            NumPy float32 array [n, *image_shape], images in [-1, 1]; a dictionary of
            arrays where an example has several parts.

        Raises:
            ValueError: if n is below 1, the seed is no 32-bit integer, or labels are
                missing, unknown, out of range or of another number than n.
        """
        endpoint = self.endpoint("generate")
        return _examples(endpoint.sample(n, seed, batch_size, **given))

    def synthesize(
        self, latents: Any, batch_size: int | None = None, **given: Any
    ) -> Any:
        """What the (averaged) generator makes of given latents.

        On the process's first device, without a word to other machines, so that one of
        them may call it.

        Args:
            latents: array [n, latent_dim].
            batch_size: how many at a time.
            **given: as for `generate`.

        Returns:
            NumPy float32 array [n, *image_shape], images in [-1, 1]; a dictionary of
            arrays where an example has several parts.
        """
        endpoint = self.endpoint("generate")
        return _examples(endpoint(batch_size, latents=latents, **given))


def _latent_dim(generator: keras.Model):
    """Coordinates of the generator's latents, or None if it takes none."""
    only = len(generator.inputs) == 1
    latents = generator.inputs[0] if only else input_of(generator, "latents")
    if latents is None or len(latents.shape) != 2:
        return None
    return latents.shape[-1]


def _examples(answers: dict[str, Any]):
    """What G made, the first of its answers."""
    return next(iter(answers.values()))


def _rows(tree: Any):
    part = tf.nest.flatten(tree)[0]
    return keras.ops.shape(part)[0]
