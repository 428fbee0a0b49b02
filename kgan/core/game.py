"""The game: several networks, several optimizers, one `fit`."""

from __future__ import annotations

import contextlib
import sys
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import keras
import tensorflow as tf

from kgan.core import data_arguments
from kgan.core.averages import Averaging
from kgan.core.checks import check_batch, check_classes, check_terms
from kgan.core.first_look import look, parts_of
from kgan.core.in_order import InOrder
from kgan.core.keeping import unchanged
from kgan.core.keras_callbacks import check_callbacks
from kgan.core.optimizers import Optimizers
from kgan.core.player import Player, check_disjoint
from kgan.core.progress_bar import ProgressBar
from kgan.core.saving import SavedWhole
from kgan.core.state import State, mean_over_replicas
from kgan.core.terms import TermMeans
from kgan.distribute.strategies import (
    check_steps_per_execution,
    check_xla,
    several_machines,
)
from kgan.random import draws, philox
from kgan.spaces import Endpoint, Labels, Picture, Space
from kgan.spaces.interpolation import first_of, interpolate
from kgan.spaces.picture import pictures_of
from kgan.system.backend import require_tensorflow

require_tensorflow()


class Game(SavedWhole):
    """Players that take turns, each minimising a loss of its own.

    A game names its players and the spaces of its data, and writes `play`, the forward
    passes that players share, `turns`, its algorithm, and `endpoints`, what a trained
    model can be asked:

    >>> class AutoEncoder(kgan.Game):
    ...     def __init__(self, network, **kwargs):
    ...         player = kgan.Player("a", network, self.distance)
    ...         super().__init__([player], kgan.spaces.Images((28, 28, 1)), **kwargs)
    ...         self.network = network
    ...
    ...     def play(self, data, training):
    ...         return data[0], self.network(data[0], training=training)
    ...
    ...     def distance(self, batch):
    ...         return {"squared": keras.ops.mean((batch[0] - batch[1]) ** 2)}
    ...
    ...     def turns(self, data):
    ...         batch, tape = self.record(data, "a")
    ...         return batch, {"a": self.update("a", batch, tape)}
    ...
    >>> x = keras.Input((28, 28, 1))
    >>> game = AutoEncoder(keras.Model(x, keras.layers.Conv2D(1, 5, padding="same")(x)))
    >>> game.compile(a_optimizer="adam")
    >>> sorted(game.fit(data, verbose=0).history)
    ['a_loss']

    The sentence that always holds: a player's update changes that player alone. What a
    forward pass moves, such as moving statistics, moves for the players that update on
    that pass; for all others it is given back.

    Logs, means over the epoch: `<player>_loss`; `<player>/<term>` where a player has
    several terms; `<player>/updated` for a player with a gate; and what `watch` adds.

    Args:
        players: in the order of their updates. They share no variable.
        spaces: the `Space` of each part of a batch that `fit` delivers.
        averaged: networks whose averages over the steps are asked instead of them.
        ema_decay: in (0, 1), see `kgan.core.averages.Averaging`; None for no average.
        ema_ramp: above 1; until `ema_decay` limits it, the average reaches back over
            the last t / (ema_ramp - 1) of t steps.
        ema_half_life: in images, instead of `ema_decay`: a number or a schedule.
        synchronized: whether batch normalization takes its moments over all replicas,
            as one device would; if not, over each replica's part of the batch.
        class_names: the names of the classes of the data, or None. Default: `fit`
            takes those of data of `kgan.data`.
        seed: integer; fixes what the game draws.
        **kwargs: `name`, as for `keras.Model`.

    Attributes:
        players: name -> `Player`.
        steps: the variable that counts the steps made.
        images: the variable that counts the examples of their global batches.
        draws: this replica's rows of draws for the global batch, see
            `kgan.random.draws.Draws`.

    Raises:
        ValueError: if players share a name or a variable, an argument is out of range,
            or a network to be averaged is no player's.
    """

    def __init__(
        self,
        players: Iterable[Player],
        spaces: Space | Iterable[Space],
        *,
        averaged: Iterable[keras.Model] = (),
        ema_decay: float | None = None,
        ema_ramp: float = 10.0,
        ema_half_life: Any = None,
        synchronized: bool = True,
        class_names: Sequence[str] | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        players = list(players)
        check_disjoint(players)
        self.players = {player.name: player for player in players}
        # Keras tracks them here, so that they are saved also if no attribute has them.
        self.networks = [n for player in players for n in player.networks]
        spaces = (spaces,) if isinstance(spaces, Space) else spaces
        self.spaces = tuple(space.named(class_names) for space in spaces)
        self.synchronized = synchronized
        self.seed = seed
        for player in players:
            _synchronize(player, synchronized)
        self.steps = self.add_weight(
            shape=(), initializer="zeros", dtype="int64", trainable=False, name="steps"
        )
        self.images = self.add_weight(
            shape=(), initializer="zeros", dtype="int64", trainable=False, name="images"
        )
        self.draws = draws.Draws(seed)
        # Keras tracks them here, so that they are saved.
        self.seed_generators = [self.draws.seeds, self.draws.test_seeds]
        self.terms = TermMeans(name="terms")
        self.averaging = Averaging(ema_decay, ema_ramp, ema_half_life)
        averaged = list(averaged)
        for network in averaged:
            if not any(network is one for one in self.networks):
                raise ValueError(
                    "Expected the networks to be averaged to be those of a player. "
                    f"Received: {network.name!r}, which is no player's."
                )
        self.averages = self.averaging.average(averaged)
        # By it `callbacks.Checkpoint` learns of a signal to another machine.
        self.stop_vote = None
        self.states: dict[str, State] = {}
        self._asked: dict[tuple[str, bool], Endpoint] = {}
        # Of a step: the examples of its global batch.
        self.batch_size = None
        self._looked_at = None
        self._checked = False
        # For the card of an export: the `kgan.data.Source` and the run's directory.
        self.learned_from = self.run_directory = None
        # Keras would otherwise build the model by calling it on a batch.
        self.built = True

    # What a game writes

    @classmethod
    def data_arguments(cls, source: Any) -> dict[str, Any]:
        """The arguments of the constructor that the data decide, for recipes.

        Here: those of `kgan.core.data_arguments.of_spaces` that the constructor names.
        A model that takes more of its data overrides this method.

        >>> kgan.DCGAN.data_arguments(source)
        {'image_shape': (28, 28, 1)}

        Args:
            source: a `kgan.data.Source`.
        """
        return data_arguments.taken(cls, data_arguments.of_spaces(source.spaces))

    def play(self, data: tuple[Any, ...], training: bool) -> Any:
        """The forward passes that players share.

        Args:
            data: a part for each space.
            training: whether networks run in training mode.

        Returns:
            A batch: what losses look at, best as a `NamedTuple`.
        """
        raise NotImplementedError(f"{type(self).__name__} writes no `play`.")

    def turns(self, data: tuple[Any, ...]) -> tuple[Any, dict[str, dict[str, Any]]]:
        """The algorithm of one step: who updates when, on which pass.

        Returns:
            (batch, name of player -> terms), what `after_step` gets.
        """
        raise NotImplementedError(f"{type(self).__name__} writes no `turns`.")

    def check(self) -> None:
        """Called once before the first training, where a game refuses what cannot work.

        Raises:
            ValueError: for networks that the game cannot train.
        """

    def lazy_updates(self) -> dict[str, float]:
        """name of player -> k, for players with one more update in k updates.

        `compile` adapts their optimizers, see `kgan.penalties.Lazy`.
        """
        return {}

    def after_step(self, batch: Any, terms: dict[str, dict[str, Any]]) -> None:
        """Called at the end of a training step, where a game moves its states.

        Args:
            batch: what `turns` returned: this replica's part.
            terms: the terms of each player's loss, of this replica's part; see
                `State.assign`.
        """

    def endpoints(self, averaged: bool = True) -> dict[str, Endpoint]:
        """What the trained model can be asked, the most usual question first.

        Args:
            averaged: whether averaged networks stand for those they follow; see
                `shown`.
        """
        return {}

    def about(self) -> dict[str, Any]:
        """What the card of an export says of the model beside its settings.

        Returns:
            name -> a dictionary for JSON, with a `sentence` for people in it.
        """
        return {}

    def pictures(
        self, examples: tuple[Any, ...] | None, n: int = 64, seed: int = 0
    ) -> dict[str, Picture]:
        """What to watch while the game trains, the most telling picture first.

        Args:
            examples: a part for each space, of n examples at least, or None.
            n: how many examples to show.
            seed: fixes latents.
        """
        return pictures_of(self.built_endpoints(), self.spaces, examples, n, seed)

    # What a game calls

    def record(
        self, data: tuple[Any, ...], *players: str
    ) -> tuple[Any, tf.GradientTape]:
        """Plays in training mode, under a tape.

        Args:
            data: a part for each space.
            *players: who will update on this pass: what it moves in their networks,
                such as moving statistics, stays moved. In all others it is given back.

        Returns:
            (batch, tape), for `update`.
        """
        names = {name: self._player(name) for name in players}
        buffers = [v for player in names.values() for v in player.buffers]
        tape = tf.GradientTape(persistent=True)
        # What a closed gate gives back.
        tape.buffers = [(v, tf.identity(v.value)) for v in buffers]
        self._before_update(*players)
        with tape, self._buffers_kept(*players):
            batch = self.play(data, training=True)
        return batch, tape

    def update(
        self,
        name: str,
        batch: Any,
        tape: tf.GradientTape | None = None,
        gate: Any = None,
    ) -> dict[str, Any]:
        """One update of one player.

        Args:
            name: the player's.
            batch: from `record` or `play`.
            tape: from `record`, if the gradient goes through that pass.
            gate: a scalar of bool: where it is False the player stays as it is, with
                its moments, its count of steps and its buffers. Compute it from
                `global_mean`s, so that all replicas say the same.

        Returns:
            The terms of the player's loss, of this replica's part of the batch.
        """
        player = self._player(name)
        with self._gated(player, gate, tape):
            if tape is None:
                self._before_update(name)
                tape = tf.GradientTape()
            with tape, self._buffers_kept(name):
                terms = self._terms_of(player, batch)
                optimizer = self.optimizer.by_player[name]
                loss = optimizer.scale_loss(self._total(player, terms))
            variables = player.variables
            optimizer.apply(tape.gradient(loss, variables), variables)
        return terms

    def update_every(
        self, name: str, k: int, term: str, loss: Callable[[Any], Any], batch: Any
    ) -> None:
        """At every k-th step, one more update of a player, by another loss.

        At other steps nothing is computed, and the player stays as it is. Name the
        player in `lazy_updates`.

        Args:
            name: the player's.
            k: the steps between two such updates.
            term: what logs call the loss: the mean over these updates.
            loss: batch -> scalar, or (scalar, dict of more scalars to log, by name:
                `watch` cannot be called within). No synchronized batch normalization,
                since replicas cannot talk to each other within a branch.
            batch: from `record` or `play`.
        """
        variables = self._player(name).variables
        optimizer = self.optimizer.by_player[name]
        due = self.steps % k == 0
        # Which variables the loss depends on; none if not due, where there is no graph.
        reached = [False] * len(variables)
        names = [f"{name}/{term}"]

        def gradient():
            with tf.GradientTape() as tape:
                value = loss(batch)
                value, more = value if isinstance(value, tuple) else (value, {})
                names[1:] = more
                floatx = keras.backend.floatx()
                numbers = [tf.cast(x, floatx) for x in (value, *more.values())]
                replicas = tf.distribute.get_strategy().num_replicas_in_sync
                scaled = optimizer.scale_loss(numbers[0] / replicas)
            slopes = tape.gradient(scaled, variables)
            reached[:] = [slope is not None for slope in slopes]
            pairs = zip(slopes, variables, strict=True)
            # Of embeddings, slopes are IndexedSlices, which `nothing` does not return.
            return tf.stack(numbers), [
                tf.zeros_like(v) if s is None else tf.convert_to_tensor(s)
                for s, v in pairs
            ]

        def nothing():
            # In a graph, the branch above is traced before this one.
            zeros = tf.zeros([len(names)], keras.backend.floatx())
            return zeros, [tf.zeros_like(v) for v in variables]

        with self._buffers_kept(), self.draws.ahead():
            numbers, slopes = tf.cond(due, gradient, nothing)
        numbers = tf.unstack(numbers, num=len(names))
        self.terms.update(dict(zip(names, numbers, strict=True)), times=due)
        # Not within the branch: optimizers talk to the other replicas.
        pairs = zip(slopes, variables, reached, strict=True)
        applied = [(slope, v) for slope, v, is_reached in pairs if is_reached]
        if not applied:
            return
        with unchanged([*variables, *optimizer.variables], ~due):
            optimizer.apply(*map(list, zip(*applied, strict=True)))

    def split(self, data: Any, k: int) -> list[Any]:
        """A batch, any tree of tensors, as k equal parts.

        Raises:
            ValueError: if the size is not fixed, or not divisible by k.
        """
        if k == 1:
            return [data]
        size = tf.nest.flatten(data)[0].shape[0]
        if size is None and several_machines(self.distribute_strategy):
            # TensorFlow forgets the size there; kgan.data's batches are of one size.
            size = k
        if size is None or size % k:
            raise ValueError(
                f"Expected batches of a fixed size divisible by {k}, such as "
                f"discriminator_steps={k}, so that each update sees fresh examples: "
                f"batch with drop_remainder=True. Received: batch size {size}."
            )
        # Every k-th example, so that the parts of all replicas make up those of one.
        return [tf.nest.map_structure(lambda x: x[i::k], data) for i in range(k)]  # noqa: B023

    def state(self, name: str, value: Any) -> State:
        """A number, or an array, that is saved and resumed with the game.

        Call it in the constructor.

        Raises:
            ValueError: if the value is not finite.
        """
        self.states[name] = State(self, name, value)
        return self.states[name]

    def watch(self, numbers: dict[str, Any]) -> None:
        """Adds scalars to the logs, by name; `watched` has them until the step ends."""
        self.terms.update(numbers)

    @property
    def watched(self) -> dict[str, Any]:
        """This replica's newest value of all that was logged in this step, by name."""
        return self.terms.newest()

    def global_mean(self, value: Any) -> tf.Tensor:
        """The mean over the replicas of a mean over this replica's part."""
        return mean_over_replicas(value)

    def shown(self, network: keras.Model, averaged: bool = True) -> keras.Model:
        """The average of a network, if there is one and it is wanted, else itself."""
        return (averaged and self.averaging.of(network)) or network

    @property
    def images_seen(self) -> tf.Tensor:
        """Examples of the global batches so far; within `turns`, before this step."""
        return tf.cast(self.images, "float32")

    # Asking

    def endpoint(self, name: str, averaged: bool = True) -> Endpoint:
        """One of the `endpoints`, to be asked for arrays.

        Raises:
            ValueError: if there is no such endpoint.
        """
        if (name, averaged) not in self._asked:
            endpoints = self.endpoints(averaged)
            if name not in endpoints:
                raise ValueError(
                    f"Expected an endpoint of {type(self).__name__}: "
                    f"{', '.join(endpoints) or 'there is none'}. Received: {name!r}."
                )
            self._asked[name, averaged] = endpoints[name]
        return self._asked[name, averaged]

    def built_endpoints(self, averaged: bool = True) -> dict[str, Endpoint]:
        """All `endpoints` by name; each is built, and so compiled, once.

        >>> list(model.built_endpoints())
        ['generate']
        """
        return {name: self.endpoint(name, averaged) for name in self.endpoints()}

    def interpolate(
        self,
        seed_from: int,
        seed_to: int,
        steps: int = 8,
        path: str = "prior",
        **given: Any,
    ) -> Any:
        """Asks for what lies between the first samples of two seeds.

        The answers are those of an export's signature `interpolate`, to the bit.

        >>> model.interpolate(1, 2, steps=5).shape
        (5, 28, 28, 1)

        Args:
            seed_from, seed_to: 32-bit integers.
            steps: the number of answers, both ends included, at least 2.
            path: "linear", "spherical", or "prior" for the path that fits the prior,
                see `kgan.spaces.interpolation.interpolate`.
            **given: `labels`, if the endpoint takes them: one for all answers, or
                [steps].

        Returns:
            NumPy array [steps, ...], images in [-1, 1]; a dictionary of arrays where
            the endpoint gives several.

        Raises:
            ValueError: if no endpoint takes latents, alone or with labels; for other
                seeds, steps or paths; or for labels that are missing, unknown or out of
                range.
        """
        asked = self.built_endpoints()
        endpoint = first_of(asked)
        if endpoint is None:
            raise ValueError(
                "Expected a model with an endpoint that takes latents, alone or with "
                "labels, to interpolate between latents. "
                f"Received: {type(self).__name__} with the "
                f"endpoints {', '.join(asked) or '(none)'}."
            )
        answers = interpolate(endpoint, seed_from, seed_to, steps, path, **given)
        return next(iter(answers.values())) if len(answers) == 1 else answers

    def call(self, inputs: Any, training: bool = False) -> Any:
        """The first endpoint, in inference mode: tensor in, tensor out."""
        endpoint = self.endpoint(next(iter(self.endpoints()), "of any name"))
        needed = {*endpoint.drawn, *endpoint.given}
        if not isinstance(inputs, dict) or not needed <= set(inputs):
            inputs = {next(iter(endpoint.takes)): inputs}
        answers = list(endpoint.answer(**inputs).values())
        return answers[0] if len(answers) == 1 else answers

    def export(self, filepath: Any, **kwargs: Any) -> Any:
        """Writes the endpoints for TF Serving, and checks them.

        Args:
            filepath: the directory to make, such as "export/dcgan/1".
            **kwargs: see `kgan.serving.export_model`.

        Returns:
            `filepath`, as a `Path`.

        Raises:
            FileExistsError: if `filepath` exists. Nothing is overwritten.
            ValueError: if the model is untrained or its weights are not finite, or the
                export does not do what the model does. Nothing is left behind.
        """
        # The one import that points up: `model.export` is where Keras has it.
        from kgan.serving import export_model

        return export_model(self, filepath, **kwargs)

    # Training

    def compile(
        self,
        *,
        schedules: dict[str, Any] | None = None,
        run_eagerly: bool = False,
        jit_compile: bool | str = "auto",
        steps_per_execution: int = 1,
        **optimizers: Any,
    ) -> None:
        """Configures training.

        Args:
            schedules: numbers of optimizers that follow the images seen:
                {"learning_rate": schedule}, for all players, or
                {"g": {"beta_2": schedule}}, for one; see `kgan.schedules`.
            run_eagerly, jit_compile, steps_per_execution: as for `keras.Model.compile`.
            **optimizers: `<player>_optimizer` for each player: a name, a config or an
                instance, each another one.

        Raises:
            ValueError: for an optimizer that is missing or of no player, one instance
                for two players, one made outside of the scope of the model's strategy,
                a learning rate below 0, or XLA or `steps_per_execution` where they
                cannot work.
        """
        strategy = self.distribute_strategy
        if jit_compile is True:
            check_xla(strategy)
        check_steps_per_execution(strategy, steps_per_execution)
        scale_losses = self.dtype_policy.name == "mixed_float16"
        with strategy.scope():
            built = Optimizers(
                self.players,
                optimizers,
                schedules,
                self.steps,
                scale_losses,
                self.lazy_updates(),
            )
        super().compile(
            optimizer=None,
            run_eagerly=run_eagerly,
            jit_compile=jit_compile,
            steps_per_execution=steps_per_execution,
        )
        self.optimizer = built
        for name, optimizer in built.by_player.items():
            # Keras saves them by these names.
            setattr(self, f"{name}_optimizer", optimizer)

    def get_compile_config(self) -> dict[str, Any] | None:
        return self.optimizer.config if self.compiled else None

    @property
    def saved_variables(self) -> list[keras.Variable]:
        """All that training changes, in a fixed order: weights, buffers, averages,
        states, seeds, means of terms, and every optimizer's slots."""
        optimizers = self.optimizer.variables if self.compiled else []
        return [*self.variables, *self.metrics_variables, *optimizers]

    def fit(self, x: Any = None, *args: Any, **kwargs: Any) -> keras.callbacks.History:
        """As `keras.Model.fit`; `x` is a `tf.data.Dataset`, or an array.

        A dataset of `kgan.data` goes on from the epoch where the last `fit` ended. With
        output to a file, `verbose="auto"` writes one line per epoch. The values of the
        first batches are checked once per dataset.

        Raises:
            ValueError: before training, if the data are not of the model's spaces, or
                a callback cannot work with a game.
        """
        if not self.compiled:
            raise ValueError(
                f"Expected a compiled {type(self).__name__}: call compile, with an "
                "optimizer for each player, before fit."
            )
        y = args[0] if args else kwargs.get("y")
        if self._looked_at is None or self._looked_at() is not x:
            look(x, y, self.spaces)
            self._looked_at = _reference(x)
        if not self._checked:
            self.check()
            self._checked = True
        if isinstance(x, (tf.data.Dataset, tf.distribute.DistributedDataset)):
            # Keras' default, shuffle=True, only warns that datasets are not shuffled.
            kwargs.setdefault("shuffle", False)
        for data in (x, kwargs.get("validation_data")):
            if hasattr(data, "source"):
                check_classes(data.source, self.spaces, learned=data is x)
        callbacks = keras.tree.flatten(kwargs.pop("callbacks", None) or ())
        check_callbacks(callbacks, self.optimizer)
        if hasattr(x, "source"):
            self.learned_from = x.source
            self._name_classes(x.source)
        if hasattr(x, "position"):
            callbacks = [InOrder(x.position), *callbacks]
        if kwargs.get("verbose", "auto") == "auto":
            kwargs["verbose"] = 1 if _draws_bars() else 2
        if hasattr(x, "position") and kwargs["verbose"]:
            callbacks.append(ProgressBar(x.position))
        kwargs["callbacks"] = callbacks
        return super().fit(x, *args, **kwargs)

    def _maybe_symbolic_build(self, iterator: Any = None, data_batch: Any = None):
        """Nothing: networks are built before, and so is all that `compile` makes.

        Keras would read a batch ahead under a strategy, and average it over machines,
        which only works for data of one part.
        """

    def _name_classes(self, source: Any):
        """Takes the names of the classes from the data, unless they are known."""
        names = getattr(source, "class_names", None) or ()
        labels = next((s for s in self.spaces if isinstance(s, Labels)), None)
        if labels is None or labels.names or labels.classes != len(names):
            return
        if labels.named(names).names is None:
            return
        self.spaces = tuple(space.named(names) for space in self.spaces)
        # Built with the spaces of before.
        self._asked.clear()
        # Into the config, if the constructor takes them.
        self._arguments |= data_arguments.taken(type(self), {"class_names": names})

    def train_step(self, data: Any) -> dict[str, Any]:
        with philox.compiled_by_xla(self.jit_compile is True):
            data = self._received(data)
            self.optimizer.follow(self.images_seen)
            with self.terms.observed() as names:
                batch, terms = self.turns(data)
                self._end_step()
                self.after_step(batch, terms)
            return self._logs(names)

    def test_step(self, data: Any) -> dict[str, Any]:
        """The same terms on held-out data, with the networks in inference mode."""
        with philox.compiled_by_xla(self.jit_compile is True), draws.testing():
            with self.terms.observed() as names:
                batch = self.play(self._received(data), training=False)
                for player in self.players.values():
                    self._total(player, self._terms_of(player, batch))
            return self._logs(names)

    def _received(self, data: Any):
        """What `fit` delivers, checked, as a part for each space."""
        parts = parts_of(data, self.spaces)
        check_batch(parts, self.spaces, assertions=self.jit_compile is not True)
        parts = tf.nest.map_structure(_as_floatx, parts)
        first = tf.nest.flatten(parts)[0]
        rows = first.shape[0] if first.shape[0] is not None else tf.shape(first)[0]
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        self.batch_size = rows * replicas
        return parts

    def _terms_of(self, player: Player, batch: Any):
        terms = check_terms(player.name, player.loss(batch))
        added = player.regularization
        return {**terms, "regularization": tf.add_n(added)} if added else terms

    def _total(self, player: Player, terms: dict[str, Any]):
        """Adds a player's terms, tracks them, and divides by the number of replicas.

        Keras sums gradients over replicas, so a mean over the global batch is the sum
        of what each replica divides by their number.
        """
        total = tf.add_n([tf.cast(t, keras.backend.floatx()) for t in terms.values()])
        self.terms.update({f"{player.name}_loss": total})
        if len(terms) > 1:
            self.terms.update({f"{player.name}/{n}": t for n, t in terms.items()})
        return total / tf.distribute.get_strategy().num_replicas_in_sync

    def _end_step(self):
        if self.averages:
            self.averaging.follow(self.steps + 1, self.images_seen, self.batch_size)
        self.steps.assign_add(1)
        self.images.assign_add(tf.cast(self.batch_size, "int64"))

    def _logs(self, names: Iterable[str]):
        means = self.terms.result()
        logs = {name: means[name] for name in names}
        if several_machines(self.distribute_strategy):
            if self.stop_vote is not None:
                logs["stop_vote"] = tf.convert_to_tensor(self.stop_vote)
            # Keras averages logs over machines along axis 0 (keras#20585).
            return {name: value[None] for name, value in logs.items()}
        return logs

    # What an update leaves alone

    def _player(self, name: str) -> Player:
        if name not in self.players:
            raise ValueError(
                f"Expected a player: {', '.join(self.players)}. Received: {name!r}."
            )
        return self.players[name]

    def _before_update(self, *names: str):
        """Lets layers do what they do once per update, outside of the passes."""
        for name in names:
            for layer in self.players[name].layers:
                if hasattr(layer, "before_update"):
                    layer.before_update()

    @contextlib.contextmanager
    def _buffers_kept(self, *names: str) -> Iterator[None]:
        """Gives the buffers of all players but these back unchanged."""
        others = [p for name, p in self.players.items() if name not in names]
        with unchanged([v for player in others for v in player.buffers]):
            yield

    @contextlib.contextmanager
    def _gated(self, player: Player, gate: Any, tape: Any) -> Iterator[None]:
        """Gives all that an update changes back where the gate is False.

        Not by `tf.cond`, in which replicas cannot talk to each other, and not by
        gradients of 0, on which moments would go on.
        """
        if gate is None:
            yield
            return
        share = mean_over_replicas(tf.cast(gate, keras.backend.floatx()))
        self.terms.update({f"{player.name}/updated": share})
        slots = self.optimizer.by_player[player.name].variables
        with unchanged([*player.variables, *player.buffers, *slots], share < 0.5):
            yield
        own = {id(variable) for variable in player.buffers}
        for variable, value in getattr(tape, "buffers", ()):
            if id(variable) in own:
                variable.assign(tf.where(share < 0.5, value, variable.value))

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        # Keras adds a tracker of `loss`, which a game does not have.
        return [m for m in super().metrics if m is not self._loss_tracker]


def _synchronize(player: Player, synchronized: bool):
    for layer in player.layers:
        if hasattr(layer, "synchronized"):
            layer.synchronized = synchronized


def _as_floatx(tensor: Any):
    tensor = tf.convert_to_tensor(tensor)
    floating = tensor.dtype.is_floating
    return tf.cast(tensor, keras.backend.floatx()) if floating else tensor


def _reference(x: Any):
    """A weak reference to data; None of None."""
    try:
        return weakref.ref(x)
    except TypeError:
        return None


def _draws_bars():
    """Whether a progress bar can go back in its line: in a terminal or notebook."""
    return sys.stdout.isatty() or "ipykernel" in sys.modules
