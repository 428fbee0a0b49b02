"""Perceptual path length."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kgan.metrics.pair_metric import PairMetric
from kgan.metrics.perceptual import Perceptual
from kgan.metrics.value import Value
from kgan.system.checks import check_positive

# The shares at both ends that count for nothing.
_CUT = 0.01


@keras.saving.register_keras_serializable("kgan")
class PerceptualPathLength(PairMetric):
    """How fast images change between latents: Karras et al. 2018 (arXiv 1812.04948).

        E[d(g(t), g(t + epsilon))] / epsilon^2

    with d a perceptual distance, and t a random place on the line between the styles of
    two latents (section 4.1). Side `target` has the images at t, side `fake` those at
    t + epsilon, as floats: 256 levels are too coarse. As in the authors' code, the
    smallest and the largest 1 % of the pairs do not count.

    Numbers with other features or another epsilon are not comparable; the paper's are
    of LPIPS on VGG16, of faces that are cropped.

        >>> metric = kgan.metrics.PerceptualPathLength()
        >>> metric.score(None, images, target=images)["perceptual_path_length"].value
        0.0

    Args:
        epsilon: above 0; 1e-4 in the paper.
        features: of the distance, see `kgan.metrics.perceptual.Perceptual`.
        capacity: as for `PairMetric`.

    Raises:
        ValueError: for an epsilon or features that do not exist.
    """

    better = {"perceptual_path_length": "lower"}

    def __init__(
        self,
        epsilon: float = 1e-4,
        features: str = "color",
        capacity: int = 50_000,
        name: str = "perceptual_path_length",
        dtype: str | None = None,
    ) -> None:
        super().__init__(capacity, name=name, dtype=dtype)
        self.epsilon = check_positive("epsilon", epsilon)
        self.features = features
        self._perceptual = Perceptual(features)

    def of_pairs(self, target: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
        pairs = zip(
            self._perceptual.maps(target), self._perceptual.maps(fake), strict=True
        )
        squares = [
            tf.reduce_mean(
                tf.square(tf.cast(a, "float64") - tf.cast(b, "float64")), [1, 2, 3]
            )
            for a, b in pairs
        ]
        return tf.add_n(squares) / self.epsilon**2

    def _value_of(self, numbers: np.ndarray):
        low, high = np.quantile(numbers, [_CUT, 1.0 - _CUT])
        usual = numbers[(numbers >= low) & (numbers <= high)]
        error = float(usual.std() / np.sqrt(len(usual)))
        how = (
            f"standard error over {len(usual)} of {len(numbers)} pairs, features "
            f"{self._perceptual.name}, epsilon {self.epsilon:g}"
        )
        return {"perceptual_path_length": Value(float(usual.mean()), error, how)}

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        return {**config, "epsilon": self.epsilon, "features": self.features}
