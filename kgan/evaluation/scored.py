"""Scores that a model itself gives to real images, such as anomaly scores."""

from __future__ import annotations

import numpy as np

from kgan.evaluation.reals import Reals, Side
from kgan.metrics import ModelMetric
from kgan.random import seeds


def scored_images(reals: Reals) -> Side:
    """Returns the real images that a model scores: held-out ones, if there are any."""
    return reals.side("held_out") or reals.side("reference")


def scores_of(images: Side, scores: np.ndarray) -> Side:
    """Returns the scores of images as a `Side`, with the classes of the images.

    Args:
        images: see `scored_images`.
        scores: float32 [n, ...], those of one image per row.
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
