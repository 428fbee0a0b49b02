"""The settings of the study of BEGAN's equilibrium, see scripts/began_study.py."""

import dataclasses
from typing import Any

from kgan.recipes.began import BEGAN
from kgan.recipes.recipe import Recipe

_BASE = {"width": 8, "gamma": 0.7, "lambda_k": 0.05, "ema_decay": None}


def _setting(name: str, d: float = 1.0, g: float = 1.0, **options: Any) -> Recipe:
    """A setting of the study.

    Args:
        name: its name.
        d: D's learning rate, as a multiple of the base's.
        g: G's learning rate, as a multiple of the base's.
        **options: what differs from the base.
    """
    rates = {"d": 1e-3 * d, "g": 2e-3 * g}
    return dataclasses.replace(
        BEGAN,
        name=name,
        options={**BEGAN.options, **_BASE, **options},
        optimizers={
            player: {**adam, "learning_rate": rates[player]}
            for player, adam in BEGAN.optimizers.items()
        },
    )


SETTINGS = {
    setting.name: setting
    for setting in (
        _setting("base"),
        _setting("gamma_low", gamma=0.3),
        # The paper's.
        _setting("gamma_half", gamma=0.5),
        _setting("gamma_high", gamma=0.9),
        _setting("lambda_low", lambda_k=0.1 * _BASE["lambda_k"]),
        _setting("lambda_high", lambda_k=10.0 * _BASE["lambda_k"]),
        _setting("d_slow", d=0.1),
        _setting("g_slow", g=0.1),
        # The two speeds exchanged.
        _setting("reversed", d=2.0, g=0.5),
        _setting("k_0", k=0.0, lambda_k=0.0),
        _setting("k_1", k=1.0, lambda_k=0.0),
    )
}
