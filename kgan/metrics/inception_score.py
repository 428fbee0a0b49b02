"""Inception score, Salimans et al. 2016, https://arxiv.org/abs/1606.03498.

    IS = exp(mean_x KL(p(y|x) || p(y)))

is high where a classifier is sure of each generated example, and the classes that it
sees are many. It knows nothing of the real data.
"""

import keras
import numpy as np

from kgan.metrics.examples import vectors, warn
from kgan.metrics.metric import SampleMetric
from kgan.metrics.value import Value


def inception_scores(logits, splits=10, seed=0):
    """The score of each of equal parts of the examples.

    Args:
        logits: [n, classes] of a classifier, n >= splits.
        splits: how many parts.
        seed: of the shuffle that deals out the examples, so that sorted ones do no
            harm.

    Returns:
        float64 [splits], in [1, classes].

    Raises:
        ValueError: for other shapes, NaN, or fewer examples than splits.

    Warns:
        UserWarning: if a part has fewer examples than there are classes.
    """
    logits = vectors(logits, "logits", at_least=splits)
    n, classes = logits.shape
    if n // splits < classes:
        warn(
            f"The inception score of {n // splits} examples, of {classes} classes, is "
            "biased downwards: too few to see every class. Score more examples in as "
            "many splits, and compare only scores of equal numbers."
        )
    order = np.random.default_rng(seed).permutation(n)
    return np.array([_score(logits[part]) for part in np.array_split(order, splits)])


@keras.saving.register_keras_serializable("kgan")
class InceptionScore(SampleMetric):
    """Streaming mean of `inception_scores`.

    Args:
        splits: how many parts the examples are dealt to.
        capacity: the largest number of examples.
    """

    needs = "logits"
    sides = ("fake",)
    better = {"inception_score": "higher"}

    def __init__(self, splits=10, capacity=10_000, name="inception_score", dtype=None):
        super().__init__(capacity, name=name, dtype=dtype)
        if splits < 1:
            raise ValueError(f"Expected splits >= 1. Received: splits={splits}.")
        self.splits = splits

    def score(self, real, fake, *, seed=0):
        scores = inception_scores(fake, self.splits, seed)
        error, how = None, f"no error: all {len(fake)} examples in one"
        if self.splits > 1:
            error = float(scores.std())
            how = f"standard deviation over {self.splits} splits of {len(fake)}"
        return {"inception_score": Value(float(scores.mean()), error, how)}

    def get_config(self):
        return {**super().get_config(), "splits": self.splits}


def _score(logits):
    logits = logits.astype("float64")
    logits -= logits.max(axis=1, keepdims=True)
    log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    p = np.exp(log_p)
    marginal = p.mean(axis=0)
    # A class that no example has at all adds 0 log 0 = 0.
    log_marginal = np.log(np.where(marginal > 0.0, marginal, 1.0))
    return np.exp(np.sum(p * (log_p - log_marginal), axis=1).mean())
