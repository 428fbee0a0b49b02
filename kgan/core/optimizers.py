"""The optimizers of a game, one per player."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from kgan.core.player import Player
from kgan.objectives import schedules
from kgan.objectives.schedules import Schedule

# What a game has instead of arguments that `keras.Model.compile` has.
_INSTEAD = {
    "loss": "Losses belong to the model: give its constructor another `loss`, or "
    "override the methods of its losses.",
    "metrics": "Scores come from the callback kgan.callbacks.Evaluate; a number of the "
    "game is logged by `self.watch({name: number})` in a loss.",
    "optimizer": "Each player has its own optimizer.",
}
_INSTEAD["loss_weights"] = _INSTEAD["loss"]
_INSTEAD["weighted_metrics"] = _INSTEAD["metrics"]


class Optimizers:
    """All optimizers, as Keras' callbacks look for them at `model.optimizer`.

    `LearningRateScheduler` and `ReduceLROnPlateau` change each of them, and
    `TensorBoard` plots each rate, as `learning_rate_d` for the player `d`.

    Made in the scope of the game's strategy: slots that the first update makes fail
    under strategies and XLA, so they are made here.

    Args:
        players: name -> `Player`.
        given: `<player>_optimizer` -> a name, a config or an instance.
        scheduled: numbers that follow the images seen: {"learning_rate": schedule} for
            all players, or {"g": {"beta_2": schedule}} for one.
        iterations: the variable that counts the steps of the game.
        scale_losses: whether losses are scaled, as float16 needs it: gradients below
            6e-8 are 0 there.
        lazy: name of the player -> k, where it has one more update in k updates.
            With c = k / (k + 1), its learning rate is multiplied by c, and its beta_1
            and beta_2 are to the power of c: in k steps the player goes as far as
            before (Karras et al. 2019, arXiv 1912.04958, appendix B).

    Attributes:
        by_player: name of the player -> built optimizer.
        config: what `compile` has to be given to do the same, as Keras saves it.
        rates_set_by: what sets learning rates at each step, in words, or None.

    Raises:
        ValueError: for an optimizer that is missing, of no player or of two, made
            outside of the scope, or with a learning rate below 0; for what cannot be
            scheduled.
    """

    # Keras would otherwise build it with the variables of all players.
    built = True

    def __init__(
        self,
        players: dict[str, Player],
        given: dict[str, Any],
        scheduled: dict[str, Any] | None,
        iterations: keras.Variable,
        scale_losses: bool = False,
        lazy: dict[str, float] | None = None,
    ) -> None:
        _check_names(given, players)
        self.iterations = iterations
        self.by_player = {
            name: keras.optimizers.get(given[f"{name}_optimizer"]) for name in players
        }
        for optimizer in self.by_player.values():
            _give_back(optimizer)
        _check(self.by_player, iterations)
        self._scheduled = _by_player(scheduled, players)
        _check_scheduled_rates(self._scheduled)
        self.rates_set_by = "`schedules` of compile" if self.schedules_rates else None
        self.config = keras.saving.serialize_keras_object(
            {f"{name}_optimizer": o for name, o in self.by_player.items()}
            | {"schedules": self._scheduled}
        )
        self._lazy = {n: k / (k + 1.0) for n, k in (lazy or {}).items()}
        for name, player in players.items():
            optimizer = self.by_player[name]
            if name in self._lazy:
                _adapt(optimizer, self._lazy[name])
            for number in self._scheduled.get(name, {}):
                _make_variable(optimizer, number)
            scaler = keras.optimizers.LossScaleOptimizer
            if scale_losses and not isinstance(optimizer, scaler):
                optimizer = self.by_player[name] = scaler(optimizer)
            # Keras' callbacks name rates by it.
            optimizer.name = name
            optimizer.build(player.variables)

    @property
    def schedules_rates(self) -> bool:
        """Whether a learning rate follows a schedule of images seen."""
        return any("learning_rate" in numbers for numbers in self._scheduled.values())

    @property
    def optimizers(self) -> list[keras.optimizers.Optimizer]:
        """One per player, in the order of the players."""
        return list(self.by_player.values())

    @property
    def variables(self) -> list[keras.Variable]:
        """Of all optimizers, in a fixed order."""
        return [v for optimizer in self.optimizers for v in optimizer.variables]

    @property
    def learning_rate(self) -> Any:
        """The learning rate that all players share, for callbacks that change one.

        Setting it sets the rate of each player.

        Raises:
            AttributeError: if the players have several rates, or `schedules` set them.
        """
        rates = {n: float(o.learning_rate) for n, o in self.by_player.items()}
        if len(set(rates.values())) > 1:
            listed = ", ".join(f"{name}={rate:g}" for name, rate in rates.items())
            raise AttributeError(
                "Expected players that share one learning rate. Received: players with "
                f"{listed}. Ask the optimizer of one player, such as "
                f"`model.{next(iter(rates))}_optimizer.learning_rate`."
            )
        return next(iter(self.by_player.values())).learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        if self.schedules_rates:
            raise AttributeError(
                "Expected learning rates that no schedule sets. Received: a game "
                "compiled with schedules of learning rates. Change `schedules` of "
                "compile instead."
            )
        for optimizer in self.optimizers:
            optimizer.learning_rate = value

    def follow(self, images: tf.Tensor) -> None:
        """Sets what is scheduled to where it is after so many images."""
        for name, numbers in self._scheduled.items():
            optimizer = _inner(self.by_player[name])
            for number, schedule in numbers.items():
                variable = getattr(optimizer, number)
                value = _adapted(number, schedule(images), self._lazy.get(name, 1.0))
                variable.assign(tf.cast(value, variable.dtype))


def _adapt(optimizer: keras.optimizers.Optimizer, c: float):
    """Adapts an optimizer to one more update at some steps, see `Optimizers`."""
    optimizer = _inner(optimizer)
    rate = optimizer._learning_rate
    if not isinstance(rate, keras.Variable):
        raise ValueError(
            "Expected a number as learning rate of an optimizer with lazy updates, "
            f"which adapt it. Received: {optimizer.name!r} with a schedule of its own. "
            "Use `schedules` of compile."
        )
    rate.assign(_adapted("learning_rate", rate.value, c))
    betas = {}
    for number in ("beta_1", "beta_2"):
        if isinstance(getattr(optimizer, number, None), float):
            betas[number] = getattr(optimizer, number)
            setattr(optimizer, number, _adapted(number, betas[number], c))
    optimizer.before_lazy = c, betas


def _give_back(optimizer: keras.optimizers.Optimizer):
    """Undoes `_adapt`, of an optimizer with which a game is compiled again."""
    optimizer = _inner(optimizer)
    c, betas = getattr(optimizer, "before_lazy", (1.0, {}))
    if c != 1.0:
        optimizer._learning_rate.assign(optimizer._learning_rate.value / c)
    for number, value in betas.items():
        if isinstance(getattr(optimizer, number), float):
            setattr(optimizer, number, value)
    optimizer.before_lazy = 1.0, {}


def _adapted(number: str, value: Any, c: float):
    if number == "learning_rate":
        return c * value
    return value**c if number in ("beta_1", "beta_2") else value


def _inner(optimizer: keras.optimizers.Optimizer):
    """The optimizer itself, where one that scales the loss is around it."""
    return getattr(optimizer, "inner_optimizer", optimizer)


def _by_player(given: Any, players: dict[str, Player]):
    """name of the player -> {number: `Schedule`}."""
    scheduled: dict[str, dict[str, Schedule]] = {name: {} for name in players}
    for key, value in (given or {}).items():
        if key in players:
            if not isinstance(value, dict):
                raise ValueError(
                    f"Expected schedules of the player {key!r} as a dictionary, number "
                    f"-> schedule. Received: {value!r}."
                )
            scheduled[key] |= {n: schedules.get(s) for n, s in value.items()}
        else:
            for name in players:
                scheduled[name].setdefault(key, schedules.get(value))
    return {name: numbers for name, numbers in scheduled.items() if numbers}


def _make_variable(optimizer: keras.optimizers.Optimizer, number: str):
    """Lets a number of an optimizer, such as beta_2, change in training."""
    optimizer = _inner(optimizer)
    if number == "learning_rate":
        if isinstance(optimizer._learning_rate, keras.Variable):
            return
        raise ValueError(
            "Expected a number as learning rate of an optimizer whose learning rate is "
            f"scheduled. Received: {optimizer.name!r} with a schedule of its own."
        )
    value = getattr(optimizer, number, None)
    if isinstance(value, keras.Variable):
        return
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise ValueError(
            f"Expected {number!r} to be a number of {type(optimizer).__name__}, to be "
            f"scheduled. Received: {value!r}."
        )
    variable = keras.Variable(float(value), trainable=False, dtype="float32")
    setattr(optimizer, number, variable)
    # Files keep the number that the schedule begins to change.
    config_of = optimizer.get_config
    optimizer.get_config = lambda: {**config_of(), number: value}


def _check_scheduled_rates(scheduled: dict[str, dict[str, Schedule]]):
    for name, numbers in scheduled.items():
        schedule = numbers.get("learning_rate")
        ends = [] if schedule is None else [float(schedule(n)) for n in (0, 1e15)]
        if any(rate < 0.0 for rate in ends):
            raise ValueError(
                f"Expected learning rates of at least 0 for the player {name!r}. "
                f"Received: a schedule from {ends[0]:g} to {ends[1]:g}."
            )


def _check_names(given: Any, players: dict[str, Player]):
    """One optimizer per player, and nothing else."""
    wanted = [f"{name}_optimizer" for name in players]
    missing = [name for name in wanted if name not in given]
    unknown = [name for name in given if name not in wanted]
    if missing or unknown:
        faults = [f"without {', '.join(missing)}"] if missing else []
        faults += [f"with {', '.join(unknown)}"] if unknown else []
        call = ", ".join(f"{name}=..." for name in wanted)
        instead = dict.fromkeys(_INSTEAD[name] for name in unknown if name in _INSTEAD)
        raise ValueError(
            "A game has one optimizer per player, and its losses are the model's own: "
            f"expected compile({call}). Received: a call {' and '.join(faults)}."
            + "".join(f" {sentence}" for sentence in instead)
        )


def _check(
    by_player: dict[str, keras.optimizers.Optimizer], iterations: keras.Variable
):
    strategy = tf.distribute.get_strategy()
    owners: dict[int, str] = {}
    for name, optimizer in by_player.items():
        owner = owners.setdefault(id(optimizer), name)
        if owner != name:
            raise ValueError(
                "Expected two optimizer instances: one instance would mix the moments "
                f"of both players. Received: {optimizer.name!r} for {owner!r} and for "
                f"{name!r}."
            )
        ours = strategy.extended.variable_created_in_scope(optimizer.iterations.value)
        if strategy.num_replicas_in_sync > 1 and not ours:
            raise ValueError(
                "Expected optimizers made in the scope of the model's strategy, as the "
                "model was: one made outside counts a step once per replica. Received: "
                f"{optimizer.name!r}. Make it within `with strategy.scope():`."
            )
        rate = _inner(optimizer)._learning_rate
        if isinstance(rate, keras.Variable) and not 0.0 <= rate.numpy() < float("inf"):
            raise ValueError(
                f"Expected a learning rate of at least 0 for the player {name!r}. "
                f"Received: learning_rate={float(rate.numpy()):g}."
            )
