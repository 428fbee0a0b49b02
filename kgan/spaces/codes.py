"""The latents of InfoGAN: noise and codes in one vector."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kgan.spaces.latents import Prior, Uniform


@keras.saving.register_keras_serializable("kgan")
class Codes(Prior):
    """Noise, categorical codes and continuous codes: Chen et al. 2016 (1606.03657).

        z = (noise, one-hot codes, continuous codes)

    Noise and continuous codes are from U(-1, 1), categories with equal probabilities.

    >>> prior = kgan.spaces.codes.Codes(noise=2, categories=(3,), continuous=1)
    >>> prior.dim
    6
    >>> z = prior.sample((5, 6), seed=0).numpy()
    >>> z[:, 2:5].sum(axis=1)
    array([1., 1., 1., 1., 1.], dtype=float32)

    Args:
        noise: numbers of noise.
        categories: the number of values of each categorical code, 2 at least.
        continuous: the number of continuous codes.

    Raises:
        ValueError: for no code at all, or numbers out of range.
    """

    def __init__(
        self, noise: int = 62, categories: Sequence[int] = (10,), continuous: int = 2
    ) -> None:
        self.noise, self.continuous = int(noise), int(continuous)
        self.categories = tuple(int(k) for k in categories)
        low = min((*self.categories, 2)) < 2 or min(self.noise, self.continuous) < 0
        if low or not (self.categories or self.continuous):
            raise ValueError(
                "Expected at least one code, categories of at least 2 values and "
                f"noise >= 0. Received: noise={noise}, categories={categories}, "
                f"continuous={continuous}."
            )

    @property
    def dim(self) -> int:
        """The number of coordinates of z."""
        return self.noise + sum(self.categories) + self.continuous

    def noise_and_codes(self, latents: Any) -> tuple[Any, list[Any], Any]:
        """z [batch, dim] -> noise, a list of one-hot codes, continuous codes."""
        return latents[:, : self.noise], *self.parts(latents[:, self.noise :])

    def parts(self, codes: Any) -> tuple[list[Any], Any]:
        """Codes [batch, dim - noise] -> a list of one-hot codes, continuous codes."""
        ends = np.cumsum([0, *self.categories]).tolist()
        one_hot = [codes[:, i:j] for i, j in itertools.pairwise(ends)]
        return one_hot, codes[:, ends[-1] :]

    def sample(self, shape: Any, seed: Any) -> tf.Tensor:
        numbers = Uniform(1.0).sample(shape, seed)
        noise, categories, continuous = self.noise_and_codes(numbers)
        # The largest of k equal draws is each of them with probability 1 / k.
        one_hot = [
            tf.one_hot(tf.argmax(part, axis=1), part.shape[1], dtype=numbers.dtype)
            for part in categories
        ]
        return tf.concat([noise, *one_hot, continuous], axis=1)

    def get_config(self) -> dict[str, Any]:
        return {
            "noise": self.noise,
            "categories": list(self.categories),
            "continuous": self.continuous,
        }
