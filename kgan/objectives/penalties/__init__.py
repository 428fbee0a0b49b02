"""What a discriminator pays for beside its loss, by name."""

from __future__ import annotations

from typing import Any

from kgan.objectives.penalties.approximate import ApproximateR1, ApproximateR2
from kgan.objectives.penalties.consistency import Consistency
from kgan.objectives.penalties.gradients import DRAGAN, R1, R2, GradientPenalty
from kgan.objectives.penalties.lazy import Lazy
from kgan.objectives.penalties.lecam import LeCam
from kgan.objectives.penalties.penalty import Judged, Opinion, Penalty, logits_of
from kgan.system.registry import resolve

__all__ = [
    "DRAGAN",
    "R1",
    "R2",
    "ApproximateR1",
    "ApproximateR2",
    "Consistency",
    "GradientPenalty",
    "Judged",
    "Lazy",
    "LeCam",
    "Opinion",
    "Penalty",
    "get",
    "get_all",
    "logits_of",
]

_PENALTIES = {
    "approximate_r1": ApproximateR1,
    "approximate_r2": ApproximateR2,
    "consistency": Consistency,
    "dragan": DRAGAN,
    "gradient_penalty": GradientPenalty,
    "lazy": Lazy,
    "lecam": LeCam,
    "r1": R1,
    "r2": R2,
}


def get(identifier: Any) -> Penalty:
    """The penalty that `identifier` means.

        >>> kgan.penalties.get({"name": "r1", "gamma": 10.0}).gamma
        10.0

    Args:
        identifier: "gradient_penalty" (WGAN-GP), "dragan", "r1", "r2",
            "approximate_r1", "approximate_r2", "lecam", "consistency" (bCR), or "lazy";
            a dictionary of such a `name` and the arguments of the penalty; a Keras
            config; or a `Penalty`.

    Raises:
        ValueError: for any other `identifier`; see `kgan.system.registry.resolve`.
    """
    return resolve(identifier, Penalty, _PENALTIES)


def get_all(identifiers: Any) -> list[Penalty]:
    """The penalties that `identifiers` mean: None, one, or a list of them.

        >>> [penalty.name for penalty in kgan.penalties.get_all(["r1", "r2"])]
        ['r1', 'r2']

    Raises:
        ValueError: as for `get`; for two penalties of one name.
    """
    if identifiers is None:
        return []
    several = isinstance(identifiers, (list, tuple))
    found = [get(one) for one in (identifiers if several else [identifiers])]
    names = [penalty.name for penalty in found]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(
                f"Expected penalties of different names. Received: {name!r} "
                f"{names.count(name)} times. Give it a higher weight instead."
            )
    return found
