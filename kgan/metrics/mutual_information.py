"""A lower bound of mutual information: Barber and Agakov 2003; Chen et al. 2016,
"InfoGAN", arXiv 1606.03657, equation 4."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kgan.metrics.class_frechet import check_labels
from kgan.metrics.examples import vectors


def categorical_bound(logits: np.ndarray, codes: Any) -> float:
    """Returns a lower bound of I(c; x) in nats, from what a network says of x.

    For a code c of k values, all equally probable, and a network q that reads it from
    what a generator made of it,

        I(c; x) >= H(c) + E[log q(c | x)],  H(c) = log k

    The bound is never above log k (2.303 nats of ten values), and equals log k if q is
    right and certain for every example. It is 0 if q says that all codes are equally
    probable, and below 0 if q is wrong with certainty.

    >>> logits = 100.0 * np.eye(10)
    >>> round(kgan.metrics.categorical_bound(logits, np.arange(10)), 3)
    2.303

    Args:
        logits: [n, k], log q(c | x) up to a constant per row.
        codes: integers [n] from 0 to k - 1, the codes of the examples.

    Raises:
        ValueError: for other shapes, no example, NaN, or codes out of range.
    """
    logits = vectors(logits, "logits").astype("float64")
    n, k = logits.shape
    codes = check_labels(codes, n, "codes")
    if codes.min() < 0 or codes.max() >= k:
        raise ValueError(
            f"Expected codes from 0 to {k - 1}. Received: codes from {codes.min()} to "
            f"{codes.max()}."
        )
    logits -= logits.max(axis=1, keepdims=True)
    # log q(c | x) <= 0
    log_q = logits[np.arange(n), codes] - np.log(np.exp(logits).sum(axis=1))
    return math.log(k) + min(float(log_q.mean()), 0.0)
