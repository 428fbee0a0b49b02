"""Importance-weighted bound on the log-likelihood: Burda et al. 2015, arXiv 1509.00519.

A variational autoencoder gives each image k importance weights (equation 8)

    w_i = p(x, z_i) / q(z_i | x),  z_i ~ q(z | x)
    L_k = E[log (1/k) sum_i w_i] <= log p(x)

L_1 is the ELBO; L_k rises with k, and approaches log p(x).

Published bounds of MNIST in nats, for one layer of 50 latents: -86.76 of a VAE, -84.78
of an IWAE trained with k = 50. Both are L_5000, of models trained on pixels that are
drawn anew each time that an image is seen; with a fixed draw per image, the paper's are
about 2 nats lower. Bounds of other k, or of other pixels, cannot be compared: a bound
is scored only where the model's likelihood is a probability (of pixels that are on or
off), and a result says of what.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from kgan.metrics.examples import finite
from kgan.metrics.model_metric import ModelMetric
from kgan.metrics.value import Value
from kgan.random import seeds
from kgan.system.checks import check_whole


@keras.saving.register_keras_serializable("kgan")
class ImportanceWeightedBound(ModelMetric):
    """Streaming `elbo` and importance-weighted bound L_k of images, in nats per image.

    >>> metric = kgan.metrics.ImportanceWeightedBound(k=2)
    >>> values = metric.score(None, np.log([[1.0, 3.0], [2.0, 2.0]]))
    >>> round(values["importance_weighted_bound"].value, 6), round(np.log(2.0), 6)
    (0.693147, np.float64(0.693147))

    Args:
        k: importance samples per image, at least 1. The model is asked k times.
        capacity: the largest number of images.

    Raises:
        ValueError: for a k or a capacity below 1.
    """

    needs = "log_weights"
    asks = (
        "from images and noise to log_weights; a variational autoencoder has one where "
        "its likelihood is a probability: bernoulli_static or bernoulli_stochastic"
    )
    better = {"elbo": "higher", "importance_weighted_bound": "higher"}

    def __init__(
        self,
        k: int = 50,
        capacity: int = 10_000,
        name: str = "importance_weighted_bound",
        dtype: str | None = None,
    ) -> None:
        super().__init__(capacity, name=name, dtype=dtype)
        self.k = check_whole("k", k)

    def ask(
        self,
        say: Callable[[np.ndarray, int], np.ndarray],
        images: np.ndarray,
        seed: int,
    ) -> np.ndarray:
        draws = itertools.islice(seeds.stream(seed, "importance"), self.k)
        return np.stack([say(images, draw) for draw in draws], axis=1)

    def score(
        self, real: np.ndarray | None, fake: np.ndarray, *, seed: int = 0
    ) -> dict[str, Value]:
        """See `Metric.score`.

        Args:
            real: not used.
            fake: log w [n, k] in nats, of n images and k samples for each.
            seed: not used.

        Raises:
            ValueError: for another shape, NaN or infinity.
        """
        log_w = finite(fake, "log weights").astype("float64")
        if log_w.ndim != 2 or log_w.shape[1] != self.k:
            raise ValueError(
                f"Expected log weights [n, {self.k}], k={self.k} per image. "
                f"Received: shape {log_w.shape}."
            )
        # log (1/k) sum_i w_i
        largest = log_w.max(axis=1)
        ratios = np.exp(log_w - largest[:, None])
        bounds = largest + np.log(ratios.mean(axis=1))
        return {
            "elbo": self._mean(log_w.mean(axis=1)),
            "importance_weighted_bound": self._mean(bounds),
        }

    def best(self, images: np.ndarray, labels: np.ndarray | None) -> np.ndarray:
        """Zeros: no log-probability of binary pixels is above 0."""
        return np.zeros((len(images), self.k), "float32")

    def chance(self, images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """What a coin for each pixel gives to binary images: log(1/2) per pixel."""
        pixels = math.prod(images.shape[1:])
        log_p = np.float32(pixels * math.log(0.5))
        return np.full((len(images), self.k), log_p)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "k": self.k}

    def _mean(self, nats: np.ndarray):
        how = (
            f"standard error over {len(nats)} images, in nats per image; {self.k} "
            "samples for each"
        )
        return Value(float(nats.mean()), float(nats.std() / math.sqrt(len(nats))), how)
