"""Scores of generated examples, one a file: statistics of arrays, and of streams."""

from kgan.metrics.frechet import (
    FrechetDistance,
    Gaussian,
    frechet_distance,
    gaussian,
)
from kgan.metrics.kernel import KernelDistance, kernel_distances, squared_mmd
from kgan.metrics.metric import Metric
from kgan.metrics.value import Value
from kgan.registry import resolve

_METRICS = {
    "frechet_distance": FrechetDistance,
    "kernel_distance": KernelDistance,
}

__all__ = [
    "FrechetDistance",
    "Gaussian",
    "KernelDistance",
    "Metric",
    "Value",
    "frechet_distance",
    "gaussian",
    "get",
    "kernel_distances",
    "squared_mmd",
]


def get(identifier):
    """The metric that `identifier` means: a name, a config or an instance.

    Raises:
        ValueError: if it is none of these; see `kgan.registry.resolve`.
    """
    return resolve(identifier, Metric, _METRICS)
