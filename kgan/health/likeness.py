"""How similar samples are to each other and to training images."""

from __future__ import annotations

import numpy as np

from kgan.metrics import distances

# A copy lies at less than this share of its distance to the second nearest example.
COPY_RATIO = 0.5


def bandwidth(real: np.ndarray | None) -> float:
    """Returns the kernel width for `effective_number`: half the median distance.

    Args:
        real: vectors [n, d] of real images, n >= 2.

    Returns:
        A float >= 0, in the unit of the vectors.
    """
    above = np.triu_indices(len(real), 1)
    return 0.5 * float(np.sqrt(np.median(_squared_distances(real)[above])))


def effective_number(vectors: np.ndarray, width: float) -> float:
    """Returns how many entirely different vectors would be as diverse as these.

    This is the Vendi score, Friedman and Dieng 2022 (arXiv 2210.02410): exp of the
    entropy of the eigenvalues of K / n, where K is a Gaussian kernel. It notices a
    collapse that the mean distance of pairs misses: 16 digits, each repeated many
    times, have the same mean distance as the whole set.

    Args:
        vectors: [n, d].
        width: of the Gaussian kernel, in the unit of the vectors, see `bandwidth`.

    Returns:
        A float from 1, if all vectors are equal, to n.
    """
    # K_ij = exp(-||x_i - x_j||^2 / (2 width^2))
    width = max(width, np.finfo("float64").tiny ** 0.25)
    kernel = np.exp(-_squared_distances(vectors) / (2.0 * width**2))
    eigenvalues = np.linalg.eigvalsh(kernel / len(vectors))
    eigenvalues = eigenvalues[eigenvalues > 1e-12]
    # VS = exp(-sum_i lambda_i log lambda_i)
    return float(np.exp(-np.sum(eigenvalues * np.log(eigenvalues))))


def share_of_copies(
    vectors: np.ndarray, examples: np.ndarray, left_out: bool = False
) -> float:
    """Returns the share of vectors that are copies of an example.

    A vector is a copy if its nearest example is less than half as far away as the
    second nearest, after Gu et al. 2023 (arXiv 2310.02664). They use a third instead of
    a half, for exact copies by a diffusion model. The rule needs no scale: a blurred
    image, which is near many examples, is not a copy, and neither is an image of a mode
    whose images are all alike. The rule finds no copy among 512 MNIST digits when it
    compares them with 9,488 others.

    Args:
        vectors: [n, d].
        examples: [m, d], all different.
        left_out: whether `vectors` are themselves among `examples`. If so, each vector
            is compared with all other examples.

    Returns:
        A float in [0, 1]; 0 if there are fewer than two examples to compare with.
    """
    if len(examples) < 2 + left_out:
        return 0.0
    first, second = (distances.nearest(vectors, examples, k + left_out) for k in (1, 2))
    return float(np.mean(first < COPY_RATIO * second))


def _squared_distances(vectors: np.ndarray):
    return np.maximum(distances.squared_distances(vectors, vectors), 0.0)
