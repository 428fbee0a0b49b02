"""Memorisation: do generated examples lie closer to the training set than unseen real
ones do? Meehan, Chaudhuri, Dasgupta 2020, https://arxiv.org/abs/2004.05675.

For each generated and each held-out example, the distance to the nearest training
example. Three figures compare the two sets of distances:

    ratio  median of the generated / median of the held-out: 1 for what fits, near 0
           for copies, above 1 for what lies off the data;
    z      the test of Mann and Whitney on their ranks, Z_U in section 4 of the paper,
           in standard errors: below -3 the generator copies, whatever the unit or the
           shape of the distances; far above 3 it underfits;
    share  of the generated that lie as close as the closest twentieth of the held-out:
           .05 for what fits, more if some are copies, even few.

The paper's C_T averages Z_U over the cells of a clustering. Here all of the space is
one cell, so that the figure does not depend on a clustering. Then underfitting in one
part can hide copies in another from z and ratio; the share sees them.
"""

import keras
import numpy as np

from kgan.metrics import distances
from kgan.metrics.examples import check_alike, vectors
from kgan.metrics.metric import SampleMetric
from kgan.metrics.precision_recall import share
from kgan.metrics.value import Value

_RESAMPLES = 200


def training_distances(examples, training):
    """The distance of each example to the nearest training example.

    Args:
        examples: features [n, d].
        training: features [m, d].

    Returns:
        float64 [n].

    Raises:
        ValueError: for other shapes or NaN.
    """
    examples = vectors(examples, "features")
    training = vectors(training, "training features")
    check_alike(training, examples)
    return distances.nearest(examples, training)


def mann_whitney(x, y):
    """Z_U: by how many standard errors the ranks of x lie above those of y.

    Args:
        x: [m] numbers.
        y: [n] numbers.

    Returns:
        A float, of mean 0 and variance 1 for x and y of one distribution.
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
    """Streaming memorisation check.

    The side `training` holds what the generator was trained on, `real` what it was not.
    Distances between features see copies that are shifted or recoloured; distances
    between pixels see exact ones.

    Args:
        capacity: the largest number of examples of a side, the training set too.
    """

    needs = "features"
    sides = ("real", "fake", "training")
    better = {
        "memorization_ratio": "higher",
        "memorization_z": "higher",
        "memorization_share": "lower",
    }

    def __init__(self, capacity=10_000, name="memorization", dtype=None):
        super().__init__(capacity, name=name, dtype=dtype)

    def score(self, real, fake, *, training=None, seed=0):
        """See `Metric.score`.

        Args:
            real: features [n, d] of held-out examples.
            fake: features [m, d] of generated ones.
            training: features [k, d] of the training set.
            seed: of the resamples that the ratio's error comes from.

        Raises:
            ValueError: if half of the held-out examples are in the training set.
        """
        held_out = training_distances(real, training)
        generated = training_distances(fake, training)
        median = np.median(held_out)
        if median == 0.0:
            raise ValueError(
                "Expected real examples that the generator was not trained on. "
                f"Received: {np.count_nonzero(held_out == 0)} of {len(held_out)} that "
                "are in the training set."
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


def _ratio_error(generated, held_out, seed):
    rng = np.random.default_rng(seed)

    def median(values):
        return np.median(rng.choice(values, len(values)))

    ratios = [median(generated) / median(held_out) for _ in range(_RESAMPLES)]
    return float(np.std(ratios))
