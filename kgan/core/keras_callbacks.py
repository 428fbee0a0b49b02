"""Which of Keras' callbacks cannot work with a game, and what does it instead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import keras

from kgan.core.optimizers import Optimizers

_SETS_RATES = (
    keras.callbacks.LearningRateScheduler,
    keras.callbacks.ReduceLROnPlateau,
)
# A callback that does not work -> what it expects, and the remedy.
_INSTEAD = {
    keras.callbacks.TerminateOnNaN: "a callback that looks at the terms of a game; "
    "this one looks at `loss`, which a game does not have. Use kgan.callbacks.Health, "
    "which stops training, or goes back to a saved state",
    keras.callbacks.SwapEMAWeights: "averages that the model holds; this callback "
    "swaps weights without the statistics of their layers. Give the model ema_decay, "
    "whose averaged networks are sampled, saved and exported",
}


def check_callbacks(callbacks: Iterable[Any], optimizers: Optimizers) -> None:
    """Checks the callbacks of `fit` before training.

    >>> stop = keras.callbacks.EarlyStopping(monitor="g_loss", mode="min")
    >>> kgan.core.keras_callbacks.check_callbacks([stop], model.optimizer)

    Args:
        callbacks: Keras' and others.
        optimizers: of the game.

    Raises:
        ValueError: for a callback that cannot work with a game. The message says what
            to use instead.
    """
    for callback in callbacks:
        received = type(callback).__name__
        for kind, expected in _INSTEAD.items():
            if isinstance(callback, kind):
                raise ValueError(f"Expected {expected}. Received: {received}.")
        if isinstance(callback, _SETS_RATES) and optimizers.rates_set_by:
            raise ValueError(
                "Expected no callback that sets learning rates, because "
                f"{optimizers.rates_set_by} set them at each step. Received: "
                f"{received}. Leave out one of both."
            )
        if getattr(callback, "monitor", None) and _compares(callback):
            _check_monitor(callback, list(optimizers.by_player))


def _compares(callback: Any):
    """Whether it compares epochs; a ModelCheckpoint may keep each of them."""
    return getattr(callback, "save_best_only", True)


def _check_monitor(callback: Any, players: list[str]):
    losses = ", ".join(f"{player}_loss" for player in players)
    received = f"Received: {type(callback).__name__}(monitor={callback.monitor!r}"
    if callback.monitor in ("loss", "val_loss"):
        raise ValueError(
            "Expected a monitor that a game logs, which has a loss per player: "
            f"{losses}, with validation data val_{losses.split(',')[0]}; or a score of "
            f"kgan.callbacks.Evaluate, such as frechet_distance. {received}). Scores "
            "say more than losses: G's loss may rise while its samples get better."
        )
    if getattr(callback, "mode", None) == "auto":
        raise ValueError(
            "Expected mode='min' or mode='max', because Keras does not know which "
            f"values of {callback.monitor} are better. {received}, mode='auto')."
        )
