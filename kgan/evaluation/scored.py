"""Scores that a model itself gives to real images, such as anomaly scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from kgan.evaluation.reals import Reals, Side
from kgan.metrics import ModelMetric
from kgan.random import seeds
from kgan.spaces import Images, Labels, Scalar, Space

# The kind of an answer about images -> what metrics call it.
_SAID = {Scalar: "scores", Labels: "classes"}


def what_is_said(
    given: Iterable[Space | None], gives: Mapping[str, Space | None], drawn: bool
) -> dict[str, str]:
    """Returns what a model says of images by one endpoint: its name -> the answer.

    >>> from kgan.spaces import Images, Labels, Points
    >>> gives = {"category": Labels(10), "continuous": Points(2)}
    >>> kgan.evaluation.scored.what_is_said([Images((28, 28, 1))], gives, False)
    {'classes': 'category'}

    Args:
        given: the spaces that the endpoint takes beside a seed.
        gives: name -> space of each of its answers; None for spaces not known.
        drawn: whether it takes noise too.

    Returns:
        For an endpoint from images, the answers of a kind that it gives once: its only
        number is "scores", its only label "classes"; with noise, they are what the
        answers are called. Empty for other endpoints.
    """
    if [type(space) for space in given] != [Images]:
        return {}
    said = {}
    for kind, what in _SAID.items():
        names = [name for name, space in gives.items() if isinstance(space, kind)]
        if len(names) == 1:
            said[names[0] if drawn else what] = names[0]
    return said


def scored_images(reals: Reals) -> Side:
    """Returns the real images that a model scores: held-out ones, if there are any."""
    return reals.side("unseen")


def scores_of(images: Side, scores: np.ndarray) -> Side:
    """Returns the scores of images as a `Side`, with the classes of the images.

    Args:
        images: see `scored_images`.
        scores: float32 or int32 [n, ...], those of one image per row.
    """
    return Side(f"scores of {images.what}", scores, False, images.labels)


def best_and_chance(metric: ModelMetric, reals: Reals) -> tuple[Side, Side]:
    """Returns the best possible scores of the images, and random ones.

    Args:
        metric: its methods `best` and `chance` know them.
        reals: the real examples.
    """
    images = scored_images(reals)
    rng = np.random.default_rng(seeds.derive(0, "noise"))
    chance = metric.chance(images.examples, rng)
    best = metric.best(images.examples, images.labels)
    return (
        Side(f"best scores of {images.what}", best, False, images.labels),
        Side("random scores", chance, False, images.labels),
    )
