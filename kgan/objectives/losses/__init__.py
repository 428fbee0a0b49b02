"""Objectives, each a pair: what the discriminator and what the generator minimise."""

from __future__ import annotations

from typing import Any

from kgan.objectives.losses.hinge import Hinge
from kgan.objectives.losses.least_squares import LeastSquares
from kgan.objectives.losses.loss import Loss
from kgan.objectives.losses.minimax import (
    Minimax,
    NonSaturating,
    jensen_shannon,
    value,
)
from kgan.objectives.losses.relativistic import Relativistic, RelativisticAverage
from kgan.objectives.losses.sliced import Sliced
from kgan.objectives.losses.wasserstein import Wasserstein
from kgan.system.registry import resolve

__all__ = [
    "Hinge",
    "LeastSquares",
    "Loss",
    "Minimax",
    "NonSaturating",
    "Relativistic",
    "RelativisticAverage",
    "Sliced",
    "Wasserstein",
    "get",
    "jensen_shannon",
    "value",
]

_LOSSES = {
    "hinge": Hinge,
    "least_squares": LeastSquares,
    "minimax": Minimax,
    "non_saturating": NonSaturating,
    "relativistic": Relativistic,
    "relativistic_average": RelativisticAverage,
    "sliced": Sliced,
    "wasserstein": Wasserstein,
}


def get(identifier: Any) -> Loss:
    """The loss that `identifier` means.

        >>> kgan.losses.get({"name": "least_squares", "fake": -1.0}).fake
        -1.0

    Args:
        identifier: "minimax", "non_saturating", "least_squares" (LSGAN), "hinge",
            "wasserstein", "relativistic" (RpGAN), "relativistic_average", "sliced"
            (SAN); a dictionary of such a `name` and the arguments of the loss; a Keras
            config; or a `Loss`.

    Raises:
        ValueError: for any other `identifier`; see `kgan.system.registry.resolve`.
    """
    return resolve(identifier, Loss, _LOSSES)
