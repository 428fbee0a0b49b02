"""Parzen-window log-likelihood, as Goodfellow et al. 2014 measured it,
https://arxiv.org/abs/1406.2661, after Breuleux et al. 2011.

Generated examples mu_1 ... mu_m are the centres of Gaussians. In nats,

    log p(x) = log (1/m) sum_i exp(-|x - mu_i|^2 / 2 sigma^2) - D log(sigma sqrt(2 pi))

for x in [0, 1]^D. The width sigma is that of ten from .1 to 1 under which the first
1,000 validation images are likeliest on average. It is weak evidence: it hardly sees
what a sample looks like, and the means of clusters beat real images (Theis et al. 2015,
https://arxiv.org/abs/1511.01844). So show beside it what real training images as
centres give.
"""

import keras
import numpy as np

from kgan.metrics.distances import left_factor, right_factor
from kgan.metrics.examples import check_alike, images, vectors, warn
from kgan.metrics.metric import SampleMetric
from kgan.metrics.value import Value

SIGMAS = np.logspace(-1.0, 0.0, 10)
VALIDATION_LIMIT = 1000


def parzen_log_likelihoods(examples, centres, sigmas):
    """log p of each example under each width.

    Args:
        examples: [n, D].
        centres: [m, D].
        sigmas: one width or several, > 0, in the unit of the examples.

    Returns:
        float64 [len(sigmas), n], in nats; of 256 x m distances held at a time.

    Raises:
        ValueError: for other shapes, NaN or a width of 0.
    """
    examples = vectors(examples, "examples")
    centres = vectors(centres, "centres").astype("float64", copy=False)
    check_alike(examples, centres)
    sigmas = np.atleast_1d(np.asarray(sigmas, "float64"))
    if not (sigmas > 0).all():
        raise ValueError(f"Expected sigmas > 0. Received: sigmas={sigmas}.")
    result = np.empty((len(sigmas), len(examples)))
    factor = right_factor(centres).T
    for start in range(0, len(examples), 256):
        rows = slice(start, start + 256)
        squared = left_factor(examples[rows].astype("float64")) @ factor
        # Less the nearest, so that no sum of exponentials underflows.
        nearest = squared.min(axis=1)
        squared -= nearest[:, None]
        kernel = np.empty_like(squared)
        for likelihoods, sigma in zip(result, sigmas, strict=True):
            scale = -0.5 / sigma**2
            np.multiply(squared, scale, out=kernel)
            # Nothing beside the nearest's 1; below -708 come denormal numbers, which
            # take a hundred times as long.
            np.maximum(kernel, -700.0, out=kernel)
            np.exp(kernel, out=kernel)
            likelihoods[rows] = np.log(kernel.mean(axis=1)) + scale * nearest
    dimension = examples.shape[1]
    return result - dimension * np.log(sigmas * np.sqrt(2.0 * np.pi))[:, None]


def choose_sigma(validation, centres, sigmas=SIGMAS):
    """The width under which validation examples are likeliest on average.

    Args:
        validation: [n, D], of which the first 1,000 count.
        centres: [m, D].
        sigmas: the widths to choose from, rising.

    Returns:
        A float.

    Warns:
        UserWarning: if it is the narrowest or the widest of several.
    """
    validation = validation[:VALIDATION_LIMIT]
    means = parzen_log_likelihoods(validation, centres, sigmas).mean(axis=1)
    best = int(means.argmax())
    if len(sigmas) > 1 and best in (0, len(sigmas) - 1):
        warn(
            f"The best Parzen width, {sigmas[best]:.3g}, is at the end of those tried, "
            f"{sigmas[0]:.3g} to {sigmas[-1]:.3g}: a better one may lie beyond, and "
            "the log-likelihood is biased downwards."
        )
    return float(sigmas[best])


@keras.saving.register_keras_serializable("kgan")
class ParzenWindow(SampleMetric):
    """Streaming Parzen-window log-likelihood of images in [-1, 1], taken to [0, 1].

    The paper's figure for MNIST, 225 +- 2, is of 10,000 centres, sigma chosen on
    train[50000:51000], and all test images as `real`.

    Args:
        sigma: the width, for pixels in [0, 1]; None to choose it on the side
            `validation`.
        capacity: the largest number of images of a side.
    """

    needs = "images"
    sides = ("real", "fake", "validation")
    better = {"parzen": "higher"}

    def __init__(self, sigma=None, capacity=10_000, name="parzen", dtype=None):
        super().__init__(capacity, name=name, dtype=dtype)
        if sigma is not None and not sigma > 0:
            raise ValueError(f"Expected sigma > 0 or None. Received: sigma={sigma}.")
        self.sigma = sigma

    def score(self, real, fake, *, validation=None, seed=0):
        """See `Metric.score`.

        Args:
            real: test images [n, height, width, channels] in [-1, 1].
            fake: generated images [m, ...], the centres.
            validation: images [k, ...] to choose sigma on, unless it is given; of
                neither the test nor the training set.
            seed: not used.
        """
        test, centres = _unit(real, "test images"), _unit(fake, "generated images")
        check_alike(test, centres)
        sigma, chosen = self.sigma, "given"
        if sigma is None:
            validation = _unit(validation, "validation images, or a sigma")
            sigma = choose_sigma(validation, centres)
            count = min(len(validation), VALIDATION_LIMIT)
            chosen = f"the best on {count} validation images"
        (likelihoods,) = parzen_log_likelihoods(test, centres, sigma)
        error = likelihoods.std() / np.sqrt(len(likelihoods))
        how = (
            f"standard error over {len(test)} test images, in nats; {len(centres)} "
            f"centres, sigma {sigma:.4g}, {chosen}"
        )
        return {"parzen": Value(float(likelihoods.mean()), float(error), how)}

    def get_config(self):
        return {**super().get_config(), "sigma": self.sigma}


def _unit(array, what):
    array = images(array, what)
    return (array.reshape(len(array), -1) + 1.0) / 2.0
