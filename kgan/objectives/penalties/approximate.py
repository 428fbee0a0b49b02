"""R1 and R2 by differences, without a second gradient."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from kgan.objectives.penalties.penalty import (
    Judged,
    Penalty,
    number,
    parts,
    saved,
)


class _Difference(Penalty):
    """gamma / 2 E[(D(x) - D(x + sigma e))^2] / sigma^2 of each logit."""

    def __init__(self, gamma: Any = 1.0, sigma: float = 0.01) -> None:
        super().__init__(number("gamma", gamma))
        if not 0.0 < sigma < float("inf"):
            raise ValueError(f"Expected sigma > 0. Received: sigma={sigma}.")
        self.sigma = float(sigma)

    @property
    def gamma(self) -> Any:
        """The weight, a number or a `Schedule`."""
        return self.weight

    def at(self, game: Any, judged: Judged) -> Any:
        """The value at examples, by one more pass of D over them with noise."""

        def noisy(x: Any):
            e = game.draws.normal((tf.shape(x)[0], *x.shape[1:]))
            return x + tf.cast(self.sigma * e, x.dtype)

        moved = judged.again(tf.nest.map_structure(noisy, judged.examples))
        pairs = zip(parts(judged.logits), parts(moved), strict=True)
        changes = tf.add_n([_sums(logits - others) for logits, others in pairs])
        return 0.5 * tf.reduce_mean(tf.square(changes / self.sigma))

    def get_config(self) -> dict[str, Any]:
        return {"gamma": saved(self.weight), "sigma": self.sigma}


@keras.saving.register_keras_serializable("kgan")
class ApproximateR1(_Difference):
    """R1 by differences: APT, Lin et al. 2025 (arXiv 2501.08316).

        gamma / 2 E[(D(x) - D(x + sigma e))^2] / sigma^2,  e ~ N(0, I)

    For a small sigma its mean over e is that of `R1` with the same gamma, where D is
    differentiable; here the square is of the sum of an example's logits too. No second
    gradient: safe with any layer, bfloat16 and XLA, for one more pass of D, with the
    dropout and the augmentation of the first. The paper
    writes lambda E[(D(x) - D(x + sigma e))^2], so gamma = 2 lambda sigma^2: its lambda
    of 100 and sigma of 0.01 for images are gamma = 0.02.

    In bfloat16, values near 1 are 0.0078 apart: take a sigma of 0.05 or more.
    `kgan.layers.SlicedDense` gives each logit twice, so that the square of their sum is
    4 times as large: take a fourth of gamma.

        >>> penalty = kgan.penalties.ApproximateR1(gamma=1.0, sigma=0.05)

    Args:
        gamma: at least 0; a number or a `Schedule`.
        sigma: the standard deviation of the noise, above 0, in the unit of the data;
            pixels are in [-1, 1].

    Raises:
        ValueError: for arguments out of range.
    """

    name = "approximate_r1"

    def value(self, game: Any, batch: Any, real: Judged, fake: Judged) -> Any:
        return self.at(game, real)


@keras.saving.register_keras_serializable("kgan")
class ApproximateR2(_Difference):
    """R2 by differences, as `ApproximateR1` at fakes (SeedVR2, arXiv 2506.05301).

        gamma / 2 E[(D(G(z)) - D(G(z) + sigma e))^2] / sigma^2,  e ~ N(0, I)

        >>> penalty = kgan.penalties.ApproximateR2(gamma=1.0, sigma=0.05)

    Args:
        gamma, sigma: as for `ApproximateR1`.

    Raises:
        ValueError: for arguments out of range.
    """

    name = "approximate_r2"

    def value(self, game: Any, batch: Any, real: Judged, fake: Judged) -> Any:
        return self.at(game, fake)


def _sums(values: Any):
    """[batch, ...] -> [batch]"""
    return tf.reduce_sum(values, axis=list(range(1, len(values.shape))))
