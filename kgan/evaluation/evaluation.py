"""Scores of a generator, together with everything that decides them."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import logging
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kgan._version import __version__
from kgan.evaluation.given import what_is_learned
from kgan.evaluation.opening import open_samples
from kgan.evaluation.protocol import (
    against,
    fitting,
    noise_side,
    real_sides,
    reals_of,
    stand_in_sides,
    views_of,
    what_generator_lacks,
    what_lacks,
)
from kgan.evaluation.reals import Side
from kgan.evaluation.samples import Samples
from kgan.evaluation.scored import scored_images, scores_of
from kgan.evaluation.views import Views
from kgan.metrics import Metric, ModelMetric, extractors
from kgan.metrics.value import Value
from kgan.results.result import Result
from kgan.results.usability import sentence, unusable
from kgan.spaces import Graphs, Images, Labels, Molecules, Space

_log = logging.getLogger("kgan")

IMAGE_METRICS = (
    "frechet_distance",
    "kernel_distance",
    "precision_recall",
    "density_coverage",
    "memorization",
)
CLASS_METRICS = ("class_frechet_distance", "agreement", "class_diversity")
PAIR_METRICS = ("psnr", "ssim", "l1")
STACKED_METRICS = ("stacked_mode_coverage",)
POINT_METRICS = ("mode_coverage", "frechet_distance")
MOLECULE_METRICS = ("valid_unique_novel", "molecule_properties", "descriptor_distance")


class Evaluation:
    """Scores generators that learn from one set of data.

    Each score comes with two anchors, which are computed in the same way: for `real`,
    real examples replace the generated ones; for `noise`, noise replaces them. A score
    is meaningful only in comparison with both.

    >>> evaluation = kgan.evaluation.Evaluation(
    ...     kgan.recipes.Data("ring"), metrics=["mode_coverage"], samples=500
    ... )
    >>> points = evaluation.reals.side("held_out")
    >>> evaluation.score(points, evaluation.metrics[0])["modes"].value
    8.0

    Args:
        data: what the generators learn from: a dataset of `kgan.data.load`, a
            `kgan.recipes.Data`, a `kgan.data.Source`, a name, a folder or an array.
        metrics: names or instances of `kgan.metrics`. Default: for images,
            IMAGE_METRICS, CLASS_METRICS and PAIR_METRICS without those that the data
            has no examples, classes or pairs for; STACKED_METRICS for stacked digits;
            POINT_METRICS for points; MOLECULE_METRICS for molecules. Where a given one
            needs classes, the data are read with their labels, whether the generators
            learn them or not.
        extractor: see `kgan.metrics.extractors.get`. Default: "lenet" for gray images
            and stacked digits, "color" for color images, "pixels" for points.
        samples: the number of generated examples, and the largest number of real
            examples per side; at least 4.
        seed: of the generated examples, and of random draws by metrics.

    Attributes:
        reals: the real examples, a `Reals`.
        extractor: the extractor.
        metrics: list of metrics, with settings that fit the data.

    Raises:
        ValueError: if the data cannot be opened, or has no examples for one of the
            given metrics, or for fewer than 4 samples.
    """

    def __init__(
        self,
        data: Any,
        metrics: Sequence[str | Metric] | None = None,
        extractor: Any = None,
        samples: int = 10_000,
        seed: int = 0,
    ) -> None:
        if samples < 4:
            raise ValueError(
                "Expected samples >= 4, two for each half of the real examples. "
                f"Received: samples={samples}."
            )
        self.reals = reals_of(what_is_learned(data), metrics, samples)
        images = isinstance(self.reals.space, Images)
        self.extractor = extractors.get(extractor or self._default_extractor(images))
        self.samples = samples
        self.seed = seed
        self._anchors = {}
        self._views = Views(self.extractor)
        self.metrics = self._metrics_of(metrics, images)

    def score(self, examples: np.ndarray | Side, metric: Metric) -> dict[str, Value]:
        """Returns name -> `Value` of one metric.

        Args:
            examples: generated examples, as `Samples.draw` returns them: uint8 images
                [n, height, width, channels], float32 points [n, d], or packed graphs.
                Or a `Side` of them; the features of one `Side` are computed only once.
            metric: one of `metrics`.

        Raises:
            ValueError: for examples of another shape, or too few.
        """
        side = examples if isinstance(examples, Side) else self.generated(examples)
        return self._score(metric, {**real_sides(self.reals, metric), "fake": side})

    def generated(self, examples: np.ndarray) -> Side:
        """Returns generated examples as a `Side`.

        Args:
            examples: as for `score`. If the data has classes, example i is of class i,
                counted modulo the number of classes. If the data are pairs, example i
                is made from the i-th of the side `sources`.

        Raises:
            ValueError: if generated and real examples differ in shape.
        """
        self._check_shape(examples.shape[1:])
        labels = self.reals.balanced(len(examples))
        return Side("generated", examples, kept=False, labels=labels)

    def anchors(self, metric: Metric) -> tuple[dict[str, Value], dict[str, Value]]:
        """Returns (real, noise), each name -> `Value`, computed only once.

        Args:
            metric: one of `metrics`.

        Raises:
            ValueError: for too few real examples.
        """
        if metric.name not in self._anchors:
            noise = real_sides(self.reals, metric)
            noise["fake"] = noise_side(self.reals, metric)
            self._anchors[metric.name] = (
                self._score(metric, stand_in_sides(self.reals, metric)),
                self._score(metric, noise),
            )
        return self._anchors[metric.name]

    def run(self, source: Any, weights: str = "auto") -> Result:
        """Returns all scores with their anchors and conditions.

        Args:
            source: `Samples`, or a source for `open_samples`.
            weights: "auto", "ema" or "raw", see `open_samples`.

        Raises:
            ValueError: as `open_samples`, and for examples of another shape.
        """
        if not isinstance(source, Samples):
            source = open_samples(source, weights)
        self._check_space(source.space)
        given, count = self._given(source)
        drawn = source.draw(count, self.seed, **given)
        side = self.generated(source.space.packed(drawn))
        scores, warned = {}, []
        for metric in self.metrics:
            lack = what_generator_lacks(metric, source)
            if lack is not None:
                warned.append(f"{metric.name}: {lack}")
                continue
            _log.info("%s ...", metric.name)
            with _collect_warnings(metric.name, warned):
                values = self.score(self._fake(metric, side, source), metric)
            with _collect_warnings(f"real and noise of {metric.name}", warned):
                anchors = self.anchors(metric)
            entries = self._entries(metric, values, anchors)
            if isinstance(metric, ModelMetric):
                of = source.says[metric.needs].of
                entries = {name: {**e, "says": of} for name, e in entries.items()}
            scores.update(entries)
        result = Result(
            samples=source.about(count, self.seed, side.examples),
            reference={
                "dataset": self.reals.name,
                "split": self.reals.split,
                "shape": list(self.reals.shape),
            },
            extractor={
                "name": self.extractor.name,
                "digest": self.extractor.digest,
                "resize": self.extractor.resize,
            },
            scores=scores,
            warnings=warned,
            kgan=__version__,
        )
        reasons = unusable(result)
        if reasons:
            result.warnings.append(sentence(reasons))
        return result

    def _fake(self, metric: Metric, generated: Side, source: Samples):
        """What the metric scores: what is generated, or scores of real images."""
        if not isinstance(metric, ModelMetric):
            return generated
        images = scored_images(self.reals)
        say = functools.partial(source.say, metric.needs)
        return scores_of(images, metric.ask(say, images.examples, self.seed))

    def _given(self, source: Samples):
        """What the generator takes beside a seed, and how many examples that makes."""
        # Of single images, only reconstructions have a target.
        known = self.reals.two_parts or source.reconstructs
        sources = self.reals.side("sources") if known else None
        given = {}
        for name, space in source.takes.items():
            if isinstance(space, Labels):
                given[name] = self.reals.labels_for(space, self.samples)
            elif sources is not None:
                given[name] = sources.examples
            else:
                raise ValueError(
                    f"Expected data with a target or a degradation, because "
                    f"{source.source} takes {name}: {space.describe()} for each "
                    f"example. Received: {self.reals.name}, which is no set of pairs."
                )
        return given, min([self.samples, *map(len, given.values())])

    def _entries(
        self,
        metric: Metric,
        values: dict[str, Value],
        anchors: tuple[dict[str, Value], dict[str, Value]],
    ):
        real, noise = anchors
        return {
            name: {
                **dataclasses.asdict(value),
                "better": metric.better[name],
                "noise_reaches": name in metric.noise_reaches,
                "metric": _settings(metric),
                "needs": metric.needs,
                "against": _about(against(self.reals, metric)),
                "real": {
                    **dataclasses.asdict(real[name]),
                    "between": _about(stand_in_sides(self.reals, metric)),
                },
                "noise": {**dataclasses.asdict(noise[name]), "of": "noise"},
            }
            for name, value in values.items()
        }

    def _score(self, metric: Metric, sides: Mapping[str, Side]):
        views = views_of(metric, sides, self._views)
        return metric.score(**{"real": None, **views}, seed=self.seed)

    def _default_extractor(self, images: bool):
        if images and self.reals.space.colored and not self.reals.stacked:
            return "color"
        return "lenet" if images else "pixels"

    def _metrics_of(self, metrics: Sequence[str | Metric] | None, images: bool):
        if metrics is not None:
            fitted = [self._fitted(metric) for metric in metrics]
            reasons = [reason for reason in map(self._lacks, fitted) if reason]
            if reasons:
                raise ValueError(" ".join(reasons))
            return fitted
        names = POINT_METRICS
        if isinstance(self.reals.space, Molecules):
            names = MOLECULE_METRICS
        if images:
            pairs = PAIR_METRICS if self.reals.pairs else ()
            names = (*pairs, *IMAGE_METRICS, *CLASS_METRICS)
        if self.reals.stacked:
            names = STACKED_METRICS
        fitted = [self._fitted(name) for name in names]
        return [metric for metric in fitted if not self._lacks(metric)]

    def _fitted(self, metric: str | Metric):
        return fitting(metric, self.reals, self.extractor, self.samples)

    def _lacks(self, metric: Metric):
        return what_lacks(metric, self.reals, self.extractor)

    def _check_space(self, space: Space):
        self._check_shape(space.packed_shape)
        # Types of graphs are numbers, whose meaning their space knows.
        if isinstance(space, Graphs) and space != self.reals.space:
            raise ValueError(
                f"Expected each example to be a {self.reals.space.describe()}, as "
                f"{self.reals.name} has. Received: a {space.describe()}. Choose the "
                "data that the generator learned from, with the same nodes and atoms."
            )

    def _check_shape(self, shape: Sequence[int]):
        pairs = zip(shape, self.reals.shape, strict=False)
        fits = all(side in (None, expected) for side, expected in pairs)
        if len(shape) != len(self.reals.shape) or not fits:
            raise ValueError(
                f"Expected examples of shape {self.reals.shape}, as {self.reals.name} "
                f"has. Received: generated examples of shape {tuple(shape)}. Choose "
                "the data that the generator learned from, with the same image size "
                "and channels."
            )


@contextlib.contextmanager
def _collect_warnings(what: str, warned: list[str]):
    """Adds warnings to a list, with what caused them, instead of showing them."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        yield
    warned.extend(dict.fromkeys(f"{what}: {w.message}" for w in caught))


def _settings(metric: Metric):
    """Returns the class of a metric and the arguments that decide its score."""
    config = metric.get_config()
    without_effect = ("name", "dtype", "capacity")
    arguments = {k: v for k, v in config.items() if k not in without_effect}
    return {"class": type(metric).__name__, **arguments}


def _about(sides: Mapping[str, Side]):
    return {
        name: {"of": side.what, "count": len(side.examples)}
        for name, side in sides.items()
    }
