"""Memorisation: are generated examples closer to the training set than unseen real
examples are? Meehan, Chaudhuri, Dasgupta 2020, https://arxiv.org/abs/2004.05675.

Each generated and each held-out example has a distance to its nearest training
example. Three numbers compare the two sets of distances:

    ratio  median of the generated / median of the held-out: 1 for a good fit, near 0
           for copies, above 1 for examples that lie outside the data;
    z      the test of Mann and Whitney on the ranks of the distances, Z_U in section 4
           of the paper, in standard errors: below -3 the generator copies, far above 3
           it underfits. Units and shape of the distances do not matter;
    share  the share of generated examples that are as close as the closest 5 % of the
           held-out: .05 for a good fit, more if some are copies, even if few are.

The paper's C_T averages Z_U over the cells of a clustering. Here the whole space is one
cell, so the numbers do not depend on a clustering. But underfitting in one region can
hide copies in another region from z and ratio; the share still shows them.
"""

from __future__ import annotations

import keras
import numpy as np

from kgan.metrics import distances
from kgan.metrics.examples import check_alike, vectors
from kgan.metrics.metric import SampleMetric
from kgan.metrics.precision_recall import share
from kgan.metrics.value import Value

_RESAMPLES = 200


def training_distances(examples: np.ndarray, training: np.ndarray) -> np.ndarray:
    """Returns the distance from each example to its nearest training example.

    Args:
        examples: features [n, d].
        training: features [m, d].

    Returns:
        float64 [n], >= 0, in the unit of the features.

    Raises:
        ValueError: for other shapes or NaN.
    """
    examples = vectors(examples, "features")
    training = vectors(training, "training features")
    check_alike(training, examples)
    return distances.nearest(examples, training)


def mann_whitney(x: np.ndarray, y: np.ndarray) -> float:
    """Returns Z_U: how many standard errors the ranks of x lie above those of y.

    Args:
        x: [m] numbers.
        y: [n] numbers.

    Returns:
        A float; its mean is 0 and its variance 1 if x and y have one distribution.
    """
    m, n = len(x), len(y)
    _, place, ties = np.unique(
        np.concatenate([x, y]), return_inverse=True, return_counts=True
    )
    # Equal numbers share the mean of their ranks.
    ranks = (np.cumsum(ties) - (ties - 1) / 2.0)[place]
    u = ranks[:m].sum() - m * (m + 1) / 2.0
    total = m + n
    tied = (ties.astype("float64") ** 3 - ties).sum() / (total * (total - 1.0))
    variance = m * n / 12.0 * (total + 1.0 - tied)
    return float((u - m * n / 2.0) / np.sqrt(variance)) if variance > 0 else 0.0


@keras.saving.register_keras_serializable("kgan")
class Memorization(SampleMetric):
    """Streaming memorisation check on features [n, d].

    The side `training` holds examples that the generator was trained on; the side
    `real` holds other real examples. Distances between features find copies that are
    shifted or recoloured; distances between pixels find only exact copies.

    A generator that copies its training set has a ratio of 0:

    >>> metric = kgan.metrics.Memorization()
    >>> scores = metric.score(real, fake, training=fake)
    >>> scores["memorization_ratio"].value
    0.0

    Args:
        capacity: the largest number of examples per side, the training set included.

    Raises:
        ValueError: for a capacity below 1.
    """

    needs = "features"
    sides = ("real", "fake", "training")
    real_side = "held_out"
    stand_in = None
    better = {
        "memorization_ratio": "higher",
        "memorization_z": "higher",
        "memorization_share": "lower",
    }
    # Noise copies no example.
    noise_reaches = tuple(better)

    def __init__(
        self,
        capacity: int = 10_000,
        name: str = "memorization",
        dtype: str | None = None,
    ) -> None:
        super().__init__(capacity, name=name, dtype=dtype)

    def score(
        self,
        real: np.ndarray | None,
        fake: np.ndarray,
        *,
        training: np.ndarray | None = None,
        seed: int = 0,
    ) -> dict[str, Value]:
        """See `Metric.score`.

        Args:
            real: features [n, d] of held-out examples.
            fake: features [m, d] of generated examples.
            training: features [k, d] of the training set.
            seed: of the resamples that give the error of the ratio.

        Raises:
            ValueError: if half of the held-out examples are in the training set, and
                for other shapes, a missing side or NaN.
        """
        held_out = training_distances(real, training)
        generated = training_distances(fake, training)
        median = np.median(held_out)
        if median == 0.0:
            raise ValueError(
                "Expected real examples that the generator was not trained on. "
                f"Received: {np.count_nonzero(held_out == 0)} of {len(held_out)} that "
                "are in the training set. Choose held-out examples."
            )
        how = f"bootstrap standard error, {_RESAMPLES} resamples"
        ratio = float(np.median(generated) / median)
        near = float(np.mean(generated <= np.quantile(held_out, 0.05)))
        return {
            "memorization_ratio": Value(
                ratio, _ratio_error(generated, held_out, seed), how
            ),
            "memorization_z": Value(
                mann_whitney(generated, held_out),
                None,
                f"itself in standard errors; {len(generated)} generated, "
                f"{len(held_out)} held-out, {len(training)} training examples",
            ),
            "memorization_share": share(near, len(generated), "generated"),
        }


def _ratio_error(generated: np.ndarray, held_out: np.ndarray, seed: int):
    rng = np.random.default_rng(seed)

    def median(values: np.ndarray) -> float:
        return np.median(rng.choice(values, len(values)))

    ratios = [median(generated) / median(held_out) for _ in range(_RESAMPLES)]
    return float(np.std(ratios))
