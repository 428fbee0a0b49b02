"""Scores of a generator, with all that decides them."""

import contextlib
import dataclasses
import logging
import warnings

from kgan._version import __version__
from kgan.evaluation.protocol import fitting, floor_sides, real_sides, what_lacks
from kgan.evaluation.reals import Reals, Side
from kgan.evaluation.result import Result
from kgan.evaluation.samples import Samples, open_samples
from kgan.evaluation.views import Views
from kgan.metrics import extractors

_log = logging.getLogger("kgan")

IMAGE_METRICS = (
    "frechet_distance",
    "kernel_distance",
    "precision_recall",
    "density_coverage",
    "memorization",
)
STACKED_METRICS = ("stacked_mode_coverage",)
POINT_METRICS = ("mode_coverage", "frechet_distance")


class Evaluation:
    """How generators that learn from one set of data are scored.

    Each score comes with two anchors, computed as it is: the floor is real examples in
    the place of generated ones, the ceiling noise. Only between them does a number say
    something.

    Args:
        data: a `kgan.recipes.Data`: what the generators learn from.
        metrics: names or instances of `kgan.metrics`. Default: IMAGE_METRICS without
            what the data has no examples for; STACKED_METRICS for stacked digits;
            POINT_METRICS for points.
        extractor: see `kgan.metrics.extractors.get`. Default: "lenet"; "pixels" for
            points.
        samples: the number of generated examples, and at most of real ones.
        seed: of the generated examples, and of what metrics draw.

    Raises:
        ValueError: if the data cannot be opened, or has no examples for a metric that
            was asked for.
    """

    def __init__(self, data, metrics=None, extractor=None, samples=10_000, seed=0):
        if samples < 4:
            raise ValueError(
                "Expected samples >= 4, two for each half of the real ones. "
                f"Received: samples={samples}."
            )
        self.reals = Reals(data, samples)
        images = len(self.reals.shape) == 3
        self.extractor = extractors.get(extractor or ("lenet" if images else "pixels"))
        self.samples = samples
        self.seed = seed
        self._anchors = {}
        self._views = Views(self.extractor)
        self.metrics = self._chosen(metrics, images)

    def score(self, examples, metric):
        """name -> `Value` of one metric.

        Args:
            examples: generated, uint8 images or float32 points, as `Samples.draw`
                gives them; or a `Side` of them, whose features are computed once.
            metric: one of `metrics`.

        Raises:
            ValueError: for examples of another shape, or too few.
        """
        side = examples if isinstance(examples, Side) else self.generated(examples)
        return self._score(metric, {**real_sides(self.reals, metric), "fake": side})

    def generated(self, examples):
        """Generated examples as a `Side`.

        Raises:
            ValueError: if they are of another shape than the real ones.
        """
        self._check_shape(examples.shape[1:])
        return Side("generated", examples, kept=False)

    def anchors(self, metric):
        """(floor, ceiling), each name -> `Value`; computed once."""
        if metric.name not in self._anchors:
            noise = {**real_sides(self.reals, metric), "fake": self.reals.side("noise")}
            self._anchors[metric.name] = (
                self._score(metric, floor_sides(self.reals, metric)),
                self._score(metric, noise),
            )
        return self._anchors[metric.name]

    def run(self, source, weights="auto"):
        """A `Result`: all scores, with their anchors and what decides them.

        Args:
            source: `Samples`, or what `open_samples` takes.
            weights: see `open_samples`.

        Raises:
            ValueError: as `open_samples`, and for examples of another shape.
        """
        if not isinstance(source, Samples):
            source = open_samples(source, weights)
        self._check_shape(source.image_shape)
        side = self.generated(source.draw(self.samples, self.seed))
        scores, said = {}, []
        for metric in self.metrics:
            _log.info("%s ...", metric.name)
            with _heard(metric.name, said):
                made = self.score(side, metric)
            with _heard(f"floor and ceiling of {metric.name}", said):
                anchors = self.anchors(metric)
            scores.update(self._entries(metric, made, anchors))
        return Result(
            samples=source.about(self.samples, self.seed, side.examples),
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
            warnings=said,
            kgan=__version__,
        )

    def _entries(self, metric, made, anchors):
        floor, ceiling = anchors
        return {
            name: {
                **dataclasses.asdict(value),
                "better": metric.better[name],
                "metric": _settings(metric),
                "needs": metric.needs,
                "against": _about(real_sides(self.reals, metric)),
                "floor": {
                    **dataclasses.asdict(floor[name]),
                    "between": _about(floor_sides(self.reals, metric)),
                },
                "ceiling": {**dataclasses.asdict(ceiling[name]), "of": "noise"},
            }
            for name, value in made.items()
        }

    def _score(self, metric, sides):
        given = {
            name: self._views.of(side, metric.needs) for name, side in sides.items()
        }
        return metric.score(**{"real": None, **given}, seed=self.seed)

    # What cannot be

    def _chosen(self, metrics, images):
        if metrics is not None:
            chosen = [self._made(metric) for metric in metrics]
            reasons = [reason for reason in map(self._lacks, chosen) if reason]
            if reasons:
                raise ValueError(" ".join(reasons))
            return chosen
        names = IMAGE_METRICS if images else POINT_METRICS
        if self.reals.stacked:
            names = STACKED_METRICS
        chosen = [self._made(name) for name in names]
        return [metric for metric in chosen if not self._lacks(metric)]

    def _made(self, metric):
        return fitting(metric, self.reals, self.extractor, self.samples)

    def _lacks(self, metric):
        return what_lacks(metric, self.reals, self.extractor)

    def _check_shape(self, shape):
        if tuple(shape) != self.reals.shape:
            raise ValueError(
                f"Expected examples of shape {self.reals.shape}, as {self.reals.name} "
                f"has. Received: generated ones of shape {tuple(shape)}. Choose the "
                "data that the generator learned from, and its size and channels."
            )


@contextlib.contextmanager
def _heard(what, said):
    """Adds warnings to a list, with what they are of, instead of showing them."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        yield
    said.extend(dict.fromkeys(f"{what}: {w.message}" for w in caught))


def _settings(metric):
    """The class of a metric, and the arguments that decide its score."""
    config = metric.get_config()
    decide_nothing = ("name", "dtype", "capacity")
    kept = {k: v for k, v in config.items() if k not in decide_nothing}
    return {"class": type(metric).__name__, **kept}


def _about(sides):
    return {
        name: {"of": side.what, "count": len(side.examples)}
        for name, side in sides.items()
    }
