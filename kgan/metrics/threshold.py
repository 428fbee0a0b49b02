"""Thresholds of anomaly scores, for a share of false alarms that is chosen.

Of n normal examples that no model has learned from, in the order of their scores,
s_1 <= ... <= s_n, the threshold is s_k with

    k = ceil((n + 1) (1 - alpha)),

and what is above it is an alarm. One more normal example is above s_k with a
probability of at most alpha, whatever the distribution of the scores is, on the average
over draws of the n examples (Vovk et al. 2005, "Algorithmic learning in a random
world"). For the n examples at hand, the share of false alarms is a draw of
Beta(n + 1 - k, k) (David, Nagaraja 2003, "Order statistics", section 7.2): its central
interval says how far the share may be from alpha.

The threshold itself estimates the quantile of 1 - alpha. Its interval is between two
order statistics, by the binomial distribution of how many scores are below a quantile.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from kgan.metrics.examples import finite

# Scores above Q3 + _FAR (Q3 - Q1), of their logarithms, are far out (Tukey 1977).
_FAR = 3.0


class Threshold(NamedTuple):
    """A threshold of anomaly scores, and how it was made.

    >>> found = kgan.metrics.calibrate(np.arange(1.0, 100.0), false_alarms=0.1)
    >>> found.value, found.count
    (90.0, 99)
    >>> [round(share, 3) for share in found.shares]
    [0.05, 0.166]

    Attributes:
        value: a score above it is an alarm.
        low, high: the confidence interval of the quantile that `value` estimates;
            infinite where so few scores have no bound.
        false_alarms: alpha, the share that was asked for.
        confidence: of both intervals.
        count: n, the normal examples that it is made of.
    """

    value: float
    low: float
    high: float
    false_alarms: float
    confidence: float
    count: int

    @property
    def shares(self) -> tuple[float, float]:
        """The confidence interval of the share of normal examples above `value`."""
        k = _rank(self.count, self.false_alarms)
        return _beta_interval(self.count + 1 - k, k, self.confidence)

    def sentence(self) -> str:
        """What it is, in one line for people."""
        low, high = self.shares
        return (
            f"{self.value:.4g} ({self.low:.4g} to {self.high:.4g}), for false alarms "
            f"in {100 * self.false_alarms:.3g} % of normal images ({100 * low:.2g} to "
            f"{100 * high:.2g} %); {100 * self.confidence:.3g} % intervals, made of "
            f"{self.count} normal images"
        )


def calibrate(
    scores: Any, false_alarms: float = 0.05, confidence: float = 0.95
) -> Threshold:
    """The threshold of the scores of normal examples.

    Args:
        scores: [n], of normal examples that the model has not learned from.
        false_alarms: alpha, in (0, 1).
        confidence: of the intervals, in (0, 1).

    Raises:
        ValueError: for numbers out of range, NaN, or fewer than 1 / alpha - 1 scores,
            of which none is rare enough.
    """
    for name, share in (("false_alarms", false_alarms), ("confidence", confidence)):
        if not 0.0 < share < 1.0:
            raise ValueError(
                f"Expected {name} between 0 and 1, such as 0.05. "
                f"Received: {name}={share}."
            )
    ordered = np.sort(finite(scores, "scores of normal examples").ravel())
    n = len(ordered)
    k = _rank(n, false_alarms)
    if k > n:
        least = math.ceil(1.0 / false_alarms - 1e-9) - 1
        raise ValueError(
            f"Expected at least {least} normal examples, held out of training, for a "
            f"share of false alarms of {false_alarms:g}. Received: {n}. Give more "
            "normal examples, or allow more false alarms."
        )
    below, above = _ranks_around(n, 1.0 - false_alarms, confidence)
    return Threshold(
        float(ordered[k - 1]),
        float(ordered[below - 1]) if below >= 1 else -math.inf,
        float(ordered[above - 1]) if above <= n else math.inf,
        float(false_alarms),
        float(confidence),
        n,
    )


def far_out(scores: Any) -> np.ndarray:
    """Which scores are so far above the others that they may be of another kind.

    Scores of normal examples are skewed to the right, but their logarithms hardly: far
    out is what is more than three interquartile ranges above the third quartile of the
    logarithms (Tukey 1977, "Exploratory data analysis").

    >>> kgan.metrics.far_out([1.0, 1.1, 1.2, 0.9, 1.0, 9.0])
    array([5])

    Args:
        scores: [n], of examples that should be normal; anomalous ones have more.

    Returns:
        Indices, integers [m], the highest score first.

    Raises:
        ValueError: for NaN or infinity.
    """
    scores = finite(scores, "scores").ravel()
    logs = np.log(np.maximum(scores, np.finfo("float32").tiny))
    first, third = np.quantile(logs, [0.25, 0.75])
    far = np.flatnonzero(logs > third + _FAR * (third - first))
    return far[np.argsort(-scores[far], kind="stable")]


def _rank(n: int, false_alarms: float):
    # Minus a little, because 20 * (1 - 0.05) is above 19 in floating point.
    return math.ceil((n + 1) * (1.0 - false_alarms) - 1e-9)


def _ranks_around(n: int, share: float, confidence: float):
    """Ranks (l, u), counted from 1, so that s_l <= quantile <= s_u; 0 or n + 1: none.

    s_l is above the quantile if fewer than l scores are below it: P(B <= l - 1), with
    B ~ Binomial(n, share); s_u is below it if at least u are: P(B >= u).
    """
    tail = (1.0 - confidence) / 2.0
    cumulative = np.cumsum(_binomial(n, share))
    below = int(np.searchsorted(cumulative, tail, side="right"))
    # 1 - P(B <= u - 1) <= tail
    above = int(np.searchsorted(cumulative, 1.0 - tail)) + 1
    return below, above


def _binomial(n: int, share: float):
    """P(B = 0), ..., P(B = n)."""
    counts = np.arange(n + 1)
    factorials = np.array([math.lgamma(i + 1.0) for i in range(n + 1)])
    logs = factorials[n] - factorials - factorials[::-1]
    logs = logs + counts * math.log(share) + (n - counts) * math.log1p(-share)
    return np.exp(logs)


def _beta_interval(a: int, b: int, confidence: float):
    """The central interval of Beta(a, b), for whole numbers: by bisection, of
    P(Beta(a, b) <= x) = P(Binomial(a + b - 1, x) >= a)."""

    def quantile(probability: float):
        low, high = 0.0, 1.0
        for _ in range(40):
            middle = (low + high) / 2.0
            if _binomial(a + b - 1, middle)[a:].sum() < probability:
                low = middle
            else:
                high = middle
        return (low + high) / 2.0

    tail = (1.0 - confidence) / 2.0
    return quantile(tail), quantile(1.0 - tail)
