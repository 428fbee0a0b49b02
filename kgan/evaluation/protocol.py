"""Chooses the settings of a metric for a set of data, and its real examples.

Distances compare generated examples with the examples that the generator learned from.
The memorisation check compares generated examples with held-out ones, by their distance
to the training set. The Parzen estimate scores the test images (arXiv 1406.2661).
"""

from __future__ import annotations

from kgan.evaluation.reals import Reals, Side
from kgan.metrics import Conditions, Metric, made_for
from kgan.metrics.extractors import Extractor
from kgan.spaces import Images, Points, Space

_SPLITS = {
    "held_out": "real examples that were held out",
    "test": "a split test",
    "validation": "10,000 images beside the training set",
}
# What a metric needs -> the only space that has it; every space has the other needs.
_SPACES = {"points": Points, "images": Images, "channel_logits": Images}


def fitting(
    metric: str | Metric, reals: Reals, extractor: Extractor, samples: int
) -> Metric:
    """Returns a metric with settings that fit the examples and features.

    Args:
        metric: a name, which gets fitting settings; or a config or an instance, which
            keeps its own settings.
        reals: the real examples.
        extractor: gives the features and logits.
        samples: the number of generated examples.

    Raises:
        ValueError: as `kgan.metrics.get`.
    """
    held_out = reals.side("held_out")
    fewest = min(samples, len(reals.side("reference").examples))
    in_floor = len(held_out.examples) if held_out else fewest // 2
    conditions = Conditions(reals.name, min(fewest, in_floor), extractor.first_class)
    return made_for(metric, conditions)


def real_sides(reals: Reals, metric: Metric) -> dict[str, Side]:
    """Returns name -> `Side` for all sides of a metric except `fake`."""
    sides = {name: name for name in metric.sides if name not in ("real", "fake")}
    if "real" in metric.sides:
        sides["real"] = metric.real_side
    return {name: reals.side(side) for name, side in sides.items()}


def floor_sides(reals: Reals, metric: Metric) -> dict[str, Side]:
    """Returns name -> `Side` with real examples in place of generated ones.

    Held-out examples are the side `fake`. Without held-out examples, one half of the
    real examples is the side `real` and the other half is `fake`. For the Parzen
    estimate, training images are the side `fake`, the centres.
    """
    sides = real_sides(reals, metric)
    stand_in = metric.floor_side and reals.side(metric.floor_side)
    if stand_in is not None:
        return {**sides, "fake": stand_in}
    one, other = reals.halves(metric.real_side)
    return {**sides, **({"real": one} if "real" in sides else {}), "fake": other}


def what_lacks(metric: Metric, reals: Reals, extractor: Extractor) -> str | None:
    """Returns why a metric cannot score these examples and features, or None."""
    name = reals.name
    if not _has(reals.space, metric.needs):
        unit = _SPACES[metric.needs].unit
        return (
            f"{metric.name} scores {unit}s, but the examples of {name} are "
            f"{reals.space.unit}s. Choose another metric."
        )
    if metric.needs in ("logits", "channel_logits") and not extractor.has_logits:
        return (
            f"{metric.name} needs logits, which {extractor.name} lacks. Choose another "
            "extractor."
        )
    misfit = metric.misfit(name)
    if misfit:
        return misfit
    for side in (*metric.sides, metric.real_side):
        if side in _SPLITS and reals.side(side) is None:
            return (
                f"{metric.name} needs {_SPLITS[side]}, but {name} with the split "
                f"{reals.split} has none. Choose a set that has them (--data mnist), "
                "or another metric."
            )
    return None


def _has(space: Space, needs: str) -> bool:
    return isinstance(space, _SPACES.get(needs, Space))
