"""Chooses the settings of a metric for a set of data, and its real examples.

Distances compare generated examples with the examples that the generator learned from.
The memorisation check compares generated examples with held-out ones, by their distance
to the training set. The Parzen estimate scores the test images (arXiv 1406.2661).
Scores per pair compare what is made from each source with its target; scores per class
compare examples of equal labels.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from kgan.data import Source
from kgan.evaluation.reals import Reals, Side
from kgan.evaluation.samples import Samples
from kgan.evaluation.scored import best_and_chance, scored_images
from kgan.evaluation.views import Views
from kgan.metrics import Conditions, Metric, ModelMetric, get, made_for
from kgan.metrics.extractors import Extractor
from kgan.recipes.recipe import Data
from kgan.spaces import Images, Labels, Molecules, Points, Space

_SPLITS = {
    "held_out": "real examples that were held out",
    "test": "a split test",
    "validation": "10,000 images beside the training set",
}
# Name of a side of labels -> the side whose classes they are.
_LABELS = {"labels": "fake", "real_labels": "real"}
# Name of a side -> what decides it, and the word for that.
_TAKEN = {"labels": (Labels, "labels"), "target": (Images, "source images")}
# What a metric needs -> the spaces that have it; every space has the other needs.
_SPACES = {
    "points": (Points,),
    "images": (Images,),
    "features": (Images, Points),
    "logits": (Images, Points),
    "channel_logits": (Images,),
    "molecules": (Molecules,),
}


def reals_of(
    learned: Data | Source, metrics: Sequence[str | Metric] | None, samples: int
) -> Reals:
    """Returns the real examples, with their classes where a metric needs them.

    A generator can learn without labels, and be scored with them, as InfoGAN is.

    Args:
        learned: what the generators learn from.
        metrics: those that are asked for.
        samples: the largest number of examples per side.

    Raises:
        ValueError: if the data cannot be opened.
    """
    sides = {side for metric in metrics or () for side in get(metric).sides}
    single = isinstance(learned, Data) and not (learned.target or learned.degradation)
    if single and not learned.labels and sides & set(_LABELS):
        # Without classes, `what_lacks` says which metric needs them.
        with contextlib.suppress(ValueError):
            return Reals(dataclasses.replace(learned, labels=True), samples)
    return Reals(learned, samples)


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
    in_stand_in = len(held_out.examples) if held_out else fewest // 2
    conditions = Conditions(
        reals.name, min(fewest, in_stand_in), extractor.first_class, reals.space
    )
    return made_for(metric, conditions)


def real_sides(reals: Reals, metric: Metric) -> dict[str, Side]:
    """Returns name -> `Side` for all sides of a metric except `fake` and its labels."""
    others = (name for name in metric.sides if name not in ("real", "fake", *_LABELS))
    sides = {name: name for name in others}
    if "real" in metric.sides:
        sides["real"] = metric.real_side
    return {name: reals.side(side) for name, side in sides.items()}


def views_of(
    metric: Metric, sides: Mapping[str, Side], views: Views
) -> dict[str, np.ndarray]:
    """Returns name -> what the metric needs of each of its sides.

    Args:
        metric: asks for its sides.
        sides: `fake`, and those of `real_sides`. Labels are those of the examples in
            them. The side `fake` is cut to as many examples as there are targets.
        views: turns sides into arrays.
    """
    if "target" in sides:
        fake, count = sides["fake"], len(sides["target"].examples)
        if len(fake.examples) > count:
            sides = {**sides, "fake": fake.part(fake.what, slice(count))}
    labelled = {n: of for n, of in _LABELS.items() if n in metric.sides}
    of = {**sides, **{name: sides[owner] for name, owner in labelled.items()}}
    return {name: views.of(side, metric.needs_of(name)) for name, side in of.items()}


def stand_in_sides(reals: Reals, metric: Metric) -> dict[str, Side]:
    """Returns name -> `Side` with real examples in place of generated ones.

    Held-out examples are the side `fake`. Without held-out examples, one half of the
    real examples is the side `real` and the other half is `fake`. For the Parzen
    estimate, training images are the side `fake`, the centres; for the classification
    accuracy score, the examples that the generator learned from. Where a model scores
    real images, the best possible scores are the side `fake`.
    """
    sides = real_sides(reals, metric)
    if isinstance(metric, ModelMetric):
        return {**sides, "fake": best_and_chance(metric, reals)[0]}
    stand_in = metric.stand_in and reals.side(metric.stand_in)
    if stand_in is not None and stand_in is not sides.get("real"):
        return {**sides, "fake": stand_in}
    one, other = reals.halves(metric.real_side)
    return {**sides, **({"real": one} if "real" in sides else {}), "fake": other}


def against(reals: Reals, metric: Metric) -> dict[str, Side]:
    """Returns the real examples that decide a score, for its record."""
    if isinstance(metric, ModelMetric):
        return {"scored": scored_images(reals)}
    return real_sides(reals, metric)


def noise_side(reals: Reals, metric: Metric) -> Side:
    """Returns noise in place of generated examples, or random scores."""
    if isinstance(metric, ModelMetric):
        return best_and_chance(metric, reals)[1]
    return reals.side("noise")


def what_lacks(metric: Metric, reals: Reals, extractor: Extractor) -> str | None:
    """Returns why a metric cannot score these examples and features, or None."""
    name = reals.name
    if not _has(reals.space, metric.needs):
        units = " and ".join(f"{kind.unit}s" for kind in _SPACES[metric.needs])
        return (
            f"{metric.name} scores {units}, but the examples of {name} are "
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
    if set(_LABELS) & set(metric.sides) and reals.classes is None:
        return (
            f"{metric.name} needs classes, but {name} is read without labels. Choose a "
            "set with classes and labels=True, or another metric."
        )
    if "real_labels" in metric.sides:
        small = _small_class(reals)
        if small:
            return f"{metric.name} needs 2 examples of each class, but {small}."
    if "target" in metric.sides and reals.two_parts and not reals.pairs:
        return (
            f"{metric.name} needs pairs, but {name} is no set of pairs. Choose data "
            "with a target or a degradation, or another metric."
        )
    try:
        metric.check(reals.shape)
    except ValueError as error:
        return str(error)
    for side in (*metric.sides, metric.real_side):
        if side in _SPLITS and reals.side(side) is None:
            return (
                f"{metric.name} needs {_SPLITS[side]}, but {name} with the split "
                f"{reals.split} has none. Choose a set that has them (--data mnist), "
                "or another metric."
            )
    return None


def _small_class(reals: Reals):
    """Which class has fewer than 2 examples on one side of a comparison, or None."""
    held_out = reals.side("held_out")
    others = [held_out] if held_out else reals.halves("reference")
    for side in (reals.side("reference"), *others):
        counts = np.bincount(side.labels, minlength=reals.classes)
        if counts.min() < 2:
            return f"{side.what} has {counts.min()} of class {counts.argmin()}"
    if reals.count < 2 * reals.classes:
        return f"{reals.count} samples are too few for {reals.classes} classes"
    return None


def what_generator_lacks(metric: Metric, samples: Samples) -> str | None:
    """Returns why a metric means nothing for a generator, or None.

    Args:
        metric: the metric.
        samples: the generator.
    """
    if isinstance(metric, ModelMetric):
        if metric.needs in samples.says:
            return None
        return f"left out, because the model has no endpoint {metric.asks}."
    for side, (kind, what) in _TAKEN.items():
        given = any(isinstance(space, kind) for space in samples.takes.values())
        if side in metric.sides and not given:
            return f"left out, because the generator takes no {what}."
    return None


def _has(space: Space, needs: str) -> bool:
    return isinstance(space, _SPACES.get(needs, (Space,)))
