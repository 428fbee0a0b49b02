"""The base class of scores of what a model itself says of real images."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kgan.metrics.metric import SampleMetric


class ModelMetric(SampleMetric):
    """A score of the numbers that a model gives to real images.

    `needs` says which numbers: "scores", of an endpoint from images to one number each;
    "classes", of an endpoint from images to labels or codes; or "log_weights", of an
    endpoint from images and noise to `log_weights`. The side `fake` holds them.

    >>> metric = kgan.metrics.AUROC()
    >>> isinstance(metric, kgan.metrics.ModelMetric), metric.needs
    (True, 'scores')

    Args:
        capacity, name, dtype: as for `kgan.metrics.metric.SampleMetric`.

    Attributes:
        asks: what the endpoint of the model takes and gives, in words.
    """

    needs = "scores"
    sides = ("fake",)
    asks = "from images to a number"

    def ask(
        self,
        say: Callable[[np.ndarray, int], np.ndarray],
        images: np.ndarray,
        seed: int,
    ) -> np.ndarray:
        """Returns what the metric scores: the side `fake`, [n, ...].

        Args:
            say: function of images and a seed -> float32 or int32 [n].
            images: uint8 [n, height, width, channels].
            seed: fixes draws.
        """
        return say(images, seed)

    def best(self, images: np.ndarray, labels: np.ndarray | None) -> np.ndarray:
        """Returns the best that a model could say of the images, as `ask`.

        Args:
            images: uint8 [n, height, width, channels].
            labels: integers [n], their classes; None if they are not known.
        """
        raise NotImplementedError

    def chance(self, images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Returns what a model would say that knows nothing of the images, as `ask`.

        Args:
            images: uint8 [n, height, width, channels].
            rng: draws numbers.
        """
        return rng.uniform(size=len(images)).astype("float32")
