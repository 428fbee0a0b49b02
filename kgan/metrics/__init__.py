"""Scores of generated examples, one a file: statistics of arrays, and of streams."""

from kgan.metrics.density_coverage import DensityCoverage, density_coverage
from kgan.metrics.frechet import (
    FrechetDistance,
    Gaussian,
    frechet_distance,
    gaussian,
)
from kgan.metrics.kernel import KernelDistance, kernel_distances, squared_mmd
from kgan.metrics.metric import Metric
from kgan.metrics.precision_recall import PrecisionRecall, precision_recall
from kgan.metrics.value import Value
from kgan.registry import resolve

_METRICS = {
    "density_coverage": DensityCoverage,
    "frechet_distance": FrechetDistance,
    "kernel_distance": KernelDistance,
    "precision_recall": PrecisionRecall,
}

__all__ = [
    "DensityCoverage",
    "FrechetDistance",
    "Gaussian",
    "KernelDistance",
    "Metric",
    "PrecisionRecall",
    "Value",
    "density_coverage",
    "frechet_distance",
    "gaussian",
    "get",
    "kernel_distances",
    "precision_recall",
    "squared_mmd",
]


def get(identifier):
    """The metric that `identifier` means: a name, a config or an instance.

    Raises:
        ValueError: if it is none of these; see `kgan.registry.resolve`.
    """
    return resolve(identifier, Metric, _METRICS)
