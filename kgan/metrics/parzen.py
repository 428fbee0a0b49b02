"""Parzen-window log-likelihood, as Goodfellow et al. 2014 measured it,
https://arxiv.org/abs/1406.2661, after Breuleux et al. 2011.

The generated examples mu_1 ... mu_m are the centres of Gaussians. In nats,

    log p(x) = log (1/m) sum_i exp(-|x - mu_i|^2 / 2 sigma^2) - D log(sigma sqrt(2 pi))

for x in [0, 1]^D. The width sigma is chosen from ten widths between .1 and 1: it is the
width that gives the first 1,000 validation images the highest mean log-likelihood. The
score is weak evidence: it hardly depends on how a sample looks, and cluster means score
better than real images (Theis et al. 2015, https://arxiv.org/abs/1511.01844). Compare
the score with the score of real training images as centres.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from kgan.metrics.distances import left_factor, right_factor
from kgan.metrics.examples import check_alike, images, vectors, warn
from kgan.metrics.metric import SampleMetric
from kgan.metrics.value import Value

SIGMAS = np.logspace(-1.0, 0.0, 10)
VALIDATION_LIMIT = 1000


def parzen_log_likelihoods(
    examples: np.ndarray,
    centres: np.ndarray,
    sigmas: float | Sequence[float] | np.ndarray,
) -> np.ndarray:
    """Returns log p of each example, for each width.

    Args:
        examples: [n, D].
        centres: [m, D].
        sigmas: one width or several, > 0, in the unit of the examples.

    Returns:
        float64 [len(sigmas), n], in nats. 256 x m distances are in memory at a time.

    Raises:
        ValueError: for other shapes, NaN or a width that is not above 0.
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
        # Subtract the smallest distance, so that no sum of exponentials underflows.
        nearest = squared.min(axis=1)
        squared -= nearest[:, None]
        kernel = np.empty_like(squared)
        for likelihoods, sigma in zip(result, sigmas, strict=True):
            scale = -0.5 / sigma**2
            np.multiply(squared, scale, out=kernel)
            # exp(-700) is nothing compared with the nearest centre's exp(0) = 1. Below
            # -708, exp gives denormal numbers, which are a hundred times slower.
            np.maximum(kernel, -700.0, out=kernel)
            np.exp(kernel, out=kernel)
            likelihoods[rows] = np.log(kernel.mean(axis=1)) + scale * nearest
    dimension = examples.shape[1]
    return result - dimension * np.log(sigmas * np.sqrt(2.0 * np.pi))[:, None]


def choose_sigma(
    validation: np.ndarray,
    centres: np.ndarray,
    sigmas: Sequence[float] | np.ndarray = SIGMAS,
) -> float:
    """Returns the width with the highest mean log-likelihood of validation examples.

    Args:
        validation: [n, D]; only the first 1,000 examples are used.
        centres: [m, D].
        sigmas: the widths to choose from, in rising order.

    Returns:
        One of `sigmas`, a float.

    Raises:
        ValueError: as `parzen_log_likelihoods`.

    Warns:
        UserWarning: if the best width is the narrowest or the widest of several.
    """
    validation = validation[:VALIDATION_LIMIT]
    means = parzen_log_likelihoods(validation, centres, sigmas).mean(axis=1)
    best = int(means.argmax())
    if len(sigmas) > 1 and best in (0, len(sigmas) - 1):
        warn(
            f"The best Parzen width, {sigmas[best]:.3g}, is at the end of those tried, "
            f"{sigmas[0]:.3g} to {sigmas[-1]:.3g}. A better width may lie beyond, so "
            "the log-likelihood is biased downwards."
        )
    return float(sigmas[best])


@keras.saving.register_keras_serializable("kgan")
class ParzenWindow(SampleMetric):
    """Streaming Parzen-window log-likelihood of images, in nats.

    Images in [-1, 1] are converted to [0, 1] first. The paper reports 225 +- 2 for
    MNIST, with 10,000 centres, sigma chosen on train[50000:51000], and all test images
    as `real`.

    >>> metric = kgan.metrics.ParzenWindow(sigma=0.2)
    >>> list(metric.score(images, images))
    ['parzen']

    Args:
        sigma: the width, > 0, for pixels in [0, 1]; None: chosen on the side
            `validation`.
        capacity: the largest number of images per side.

    Raises:
        ValueError: for another sigma, or a capacity below 1.
    """

    needs = "images"
    sides = ("real", "fake", "validation")
    real_side = "test"
    stand_in = "reference"
    better = {"parzen": "higher"}

    def __init__(
        self,
        sigma: float | None = None,
        capacity: int = 10_000,
        name: str = "parzen",
        dtype: str | None = None,
    ) -> None:
        super().__init__(capacity, name=name, dtype=dtype)
        if sigma is not None and not sigma > 0:
            raise ValueError(f"Expected sigma > 0 or None. Received: sigma={sigma}.")
        self.sigma = sigma

    def score(
        self,
        real: np.ndarray | None,
        fake: np.ndarray,
        *,
        validation: np.ndarray | None = None,
        seed: int = 0,
    ) -> dict[str, Value]:
        """See `Metric.score`.

        Args:
            real: test images [n, height, width, channels] in [-1, 1].
            fake: generated images [m, height, width, channels], the centres.
            validation: images [k, height, width, channels] to choose sigma on, from
                neither the test nor the training set. Not used if sigma is given.
            seed: not used.

        Raises:
            ValueError: for other shapes or pixels, NaN, or no validation images if
                sigma is None.
        """
        test, centres = _unit(real, "test images"), _unit(fake, "generated images")
        check_alike(test, centres)
        sigma, origin = self.sigma, "given"
        if sigma is None:
            validation = _unit(validation, "validation images, or a sigma")
            sigma = choose_sigma(validation, centres)
            count = min(len(validation), VALIDATION_LIMIT)
            origin = f"the best on {count} validation images"
        (likelihoods,) = parzen_log_likelihoods(test, centres, sigma)
        error = likelihoods.std() / np.sqrt(len(likelihoods))
        how = (
            f"standard error over {len(test)} test images, in nats; {len(centres)} "
            f"centres, sigma {sigma:.4g}, {origin}"
        )
        return {"parzen": Value(float(likelihoods.mean()), float(error), how)}

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "sigma": self.sigma}


def _unit(array: np.ndarray, what: str):
    array = images(array, what)
    return (array.reshape(len(array), -1) + 1.0) / 2.0
