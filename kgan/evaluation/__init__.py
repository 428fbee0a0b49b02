"""Measures how good a generator's samples are, and records how it was measured."""

from kgan.evaluation.detectors import Detector, open_detector
from kgan.evaluation.evaluation import Evaluation
from kgan.evaluation.opening import open_samples
from kgan.evaluation.reals import Reals, Side
from kgan.evaluation.samples import Samples
from kgan.results.comparison import compare, differences
from kgan.results.result import Result, read_result

__all__ = [
    "Detector",
    "Evaluation",
    "Reals",
    "Result",
    "Samples",
    "Side",
    "compare",
    "differences",
    "open_detector",
    "open_samples",
    "read_result",
]
