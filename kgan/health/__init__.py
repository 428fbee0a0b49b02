"""What goes wrong in a game, told from numbers: nothing here knows a model."""

from kgan.health.likeness import (
    bandwidth,
    comparable,
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
    not_finite,
    saturation,
)

__all__ = [
    "Episode",
    "bandwidth",
    "breakage",
    "collapse",
    "comparable",
    "deception",
    "divergence",
    "effective_number",
    "instability",
    "memorization",
    "not_finite",
    "saturation",
    "share_of_copies",
]
