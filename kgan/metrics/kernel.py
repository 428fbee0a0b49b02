"""Kernel distance, Binkowski et al. 2018, https://arxiv.org/abs/1801.01401.

The squared maximum mean discrepancy of two sets under the kernel

    k(x, y) = (x.y / d + 1)^3                                          (section 4)

Its unbiased estimate, equation (4) of Gretton et al. 2012, does not depend on the
number of examples but for noise, unlike the Frechet distance, and may be negative.
"""

import keras
import numpy as np

from kgan.metrics.examples import check_alike, vectors
from kgan.metrics.metric import SampleMetric
from kgan.metrics.value import Value


def squared_mmd(real, fake, degree=3):
    """The unbiased estimate of MMD^2 of two sets, all at once.

    Args:
        real: features [n, d], n >= 2.
        fake: features [m, d], m >= 2.
        degree: of the kernel (x.y / d + 1)^degree.

    Returns:
        A float. [n, n], [m, m] and [n, m] matrices of float64 are held in turn.
    """
    x, y = np.asarray(real, "float64"), np.asarray(fake, "float64")
    n, m = len(x), len(y)
    # sum_{i != j} k(x_i, x_j) / n (n-1) + the same of y - 2 sum_ij k(x_i, y_j) / n m
    within_x = _sum_off_diagonal(x, degree) / (n * (n - 1))
    within_y = _sum_off_diagonal(y, degree) / (m * (m - 1))
    return within_x + within_y - 2.0 * _kernel(x, y, degree).sum() / (n * m)


def kernel_distances(real, fake, subsets=100, subset_size=1000, degree=3, seed=0):
    """`squared_mmd` of random subsets.

    Args:
        real: features [n, d].
        fake: features [m, d].
        subsets: how many.
        subset_size: examples of each set in a subset, drawn without replacement.
        degree: of the kernel.
        seed: of the draw.

    Returns:
        float64 [subsets], or [1] if subset_size is all of both.

    Raises:
        ValueError: for other shapes, NaN, or fewer examples than subset_size.
    """
    real = vectors(real, "real features")
    fake = vectors(fake, "generated features")
    check_alike(real, fake)
    fewest = min(len(real), len(fake))
    if fewest < subset_size:
        raise ValueError(
            f"Expected at least subset_size={subset_size} examples of each set. "
            f"Received: {len(real)} real and {len(fake)} generated. Score more of "
            "them, or make the subsets smaller: this adds noise, not bias."
        )
    if len(real) == len(fake) == subset_size:
        return np.array([squared_mmd(real, fake, degree)])
    rng = np.random.default_rng(seed)

    def draw(features):
        return features[rng.choice(len(features), subset_size, replace=False)]

    pairs = ((draw(real), draw(fake)) for _ in range(subsets))
    return np.array([squared_mmd(x, y, degree) for x, y in pairs])


@keras.saving.register_keras_serializable("kgan")
class KernelDistance(SampleMetric):
    """Streaming mean of `kernel_distances`, "KID" on Inception features.

    Args:
        subsets: how many.
        subset_size: examples of each set in a subset.
        degree: of the kernel.
        capacity: the largest number of examples of a side.
    """

    needs = "features"
    better = {"kernel_distance": "lower"}

    def __init__(
        self,
        subsets=100,
        subset_size=1000,
        degree=3,
        capacity=10_000,
        name="kernel_distance",
        dtype=None,
    ):
        super().__init__(capacity, name=name, dtype=dtype)
        if subsets < 1 or subset_size < 2 or degree < 1:
            raise ValueError(
                "Expected subsets >= 1, subset_size >= 2 and degree >= 1. Received: "
                f"subsets={subsets}, subset_size={subset_size}, degree={degree}."
            )
        self.subsets, self.subset_size, self.degree = subsets, subset_size, degree

    def score(self, real, fake, *, seed=0):
        distances = kernel_distances(
            real, fake, self.subsets, self.subset_size, self.degree, seed
        )
        error, how = None, f"no error: all {self.subset_size} examples at once"
        if len(distances) > 1:
            error = distances.std()
            how = (
                f"standard deviation over {self.subsets} subsets of {self.subset_size}"
            )
        return {"kernel_distance": Value(float(distances.mean()), error, how)}

    def get_config(self):
        return {
            **super().get_config(),
            "subsets": self.subsets,
            "subset_size": self.subset_size,
            "degree": self.degree,
        }


def _kernel(x, y, degree):
    inner = x @ y.T
    inner /= x.shape[1]
    inner += 1.0
    kernel = inner.copy()
    for _ in range(degree - 1):
        kernel *= inner
    return kernel


def _sum_off_diagonal(x, degree):
    kernel = _kernel(x, x, degree)
    return kernel.sum() - np.trace(kernel)
