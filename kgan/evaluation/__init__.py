"""How good a generator's samples are, and how that was measured."""

from kgan.evaluation.comparison import compare, differences
from kgan.evaluation.evaluation import Evaluation
from kgan.evaluation.reals import Reals, Side
from kgan.evaluation.result import Result, read_result
from kgan.evaluation.samples import Samples, open_samples

__all__ = [
    "Evaluation",
    "Reals",
    "Result",
    "Samples",
    "Side",
    "compare",
    "differences",
    "open_samples",
    "read_result",
]
