"""Finds problems of a game from its numbers alone, for any model."""

from kgan.health.equilibrium import imbalance
from kgan.health.likeness import (
    bandwidth,
    effective_number,
    share_of_copies,
)
from kgan.health.signs import (
    Episode,
    breakage,
    collapse,
    deception,
    divergence,
    instability,
    memorization,
    overfitting,
    saturation,
)

__all__ = [
    "Episode",
    "bandwidth",
    "breakage",
    "collapse",
    "deception",
    "divergence",
    "effective_number",
    "imbalance",
    "instability",
    "memorization",
    "overfitting",
    "saturation",
    "share_of_copies",
]
