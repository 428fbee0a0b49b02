"""Penalties of the gradient of D with respect to its input."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from kgan.distribute.replicas import mean_over_replicas
from kgan.objectives.penalties.penalty import Judged, Penalty, number, saved


class _SlopeOfOne(Penalty):
    """weight E[(|grad D(x')| - 1)^2] at points x' that a subclass chooses.

    Logs `slope`, the mean of |grad D(x')|.
    """

    of_slopes = True

    def __init__(self, weight: Any = 10.0, one_sided: bool = False) -> None:
        super().__init__(weight)
        self.one_sided = one_sided

    def value(self, game: Any, batch: Any, real: Judged, fake: Judged) -> Any:
        norms = self.norms(game.judged(self.points(game, batch), batch))
        game.watch({"slope": tf.add_n(list(map(tf.reduce_mean, norms))) / len(norms)})
        return tf.add_n([self._mean_square(part) for part in norms])

    def norms(self, judged: Judged) -> list[Any]:
        """The norms of which each should be 1, [batch, ...]: one tensor, or several
        whose means are added."""
        return [judged.norms()]

    def _mean_square(self, norms: Any):
        excess = norms - 1.0
        if self.one_sided:
            excess = tf.nn.relu(excess)
        return tf.reduce_mean(tf.square(excess))

    def points(self, game: Any, batch: Any) -> Any:
        """x', of the shape of the examples."""
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "one_sided": self.one_sided}


@keras.saving.register_keras_serializable("kgan")
class GradientPenalty(_SlopeOfOne):
    """WGAN-GP: Gulrajani et al. 2017 (arXiv 1704.00028), equation 3.

        weight E[(|grad D(x')| - 1)^2],  x' = e x + (1 - e) G(z),  e ~ U(0, 1)

    The best critic has slope 1 almost everywhere between real examples and fakes. The
    norm is over all values of an example; D's logits of an example are summed. The root
    has 1e-12 beside the square, which the authors' code lacks: its gradient at 0 would
    be infinite. Looks at each example alone: D must not have batch normalization.

        >>> penalty = kgan.penalties.GradientPenalty(10.0)

    Args:
        weight: 10 for images, 0.1 for points in the authors' code.
        one_sided: whether slopes below 1 are free: max(0, |grad D| - 1)^2, section 4.
        per_entry: whether the norm is over the last axis alone, so that each pixel, or
            each node and each edge of a graph, is to have slope 1: the mean over them,
            added up over the parts of an example. The code of MolGAN (arXiv 1805.11973)
            has it so; its paper has the norm over all values.
    """

    name = "gradient_penalty"

    def __init__(
        self, weight: Any = 10.0, one_sided: bool = False, per_entry: bool = False
    ) -> None:
        super().__init__(weight, one_sided)
        self.per_entry = per_entry

    def norms(self, judged: Judged) -> list[Any]:
        return judged.entry_norms() if self.per_entry else super().norms(judged)

    def points(self, game: Any, batch: Any) -> Any:
        # One e per example, whatever its parts.
        rows = tf.shape(tf.nest.flatten(batch.real)[0])[0]
        e = game.draws.uniform((rows,))

        def between(real: Any, fake: Any):
            fake = tf.cast(fake, real.dtype)
            return fake + _wide(e, real) * (real - fake)

        return tf.nest.map_structure(between, batch.real, batch.fake)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "per_entry": self.per_entry}


@keras.saving.register_keras_serializable("kgan")
class DRAGAN(_SlopeOfOne):
    """DRAGAN: Kodali et al. 2017, "On convergence and stability of GANs" (1705.07215).

        weight E[(|grad D(x')| - 1)^2],  x' = x + e u sd / 2,  e, u ~ U(0, 1)

    around real examples alone; e per example, u per value, sd the standard deviation of
    all values of the global batch, as in the authors' code.

        >>> penalty = kgan.penalties.DRAGAN()

    Args:
        weight: 10 in the paper.
        one_sided: whether slopes below 1 are free.
    """

    name = "dragan"
    over_replicas = True

    def points(self, game: Any, batch: Any) -> Any:
        rows = tf.shape(tf.nest.flatten(batch.real)[0])[0]
        e = game.draws.uniform((rows,))

        def around(real: Any):
            mean = mean_over_replicas(tf.reduce_mean(real))
            square = mean_over_replicas(tf.reduce_mean(tf.square(real)))
            deviation = tf.sqrt(tf.maximum(square - tf.square(mean), 0.0))
            u = game.draws.uniform((rows, *real.shape[1:]))
            return real + _wide(e, real) * tf.cast(0.5 * deviation * u, real.dtype)

        return tf.nest.map_structure(around, batch.real)


class _ZeroSlope(Penalty):
    """gamma / 2 E[|grad D|^2] at real examples, or at fakes."""

    of_slopes = True

    def __init__(self, gamma: Any = 1.0) -> None:
        super().__init__(number("gamma", gamma))

    @property
    def gamma(self) -> Any:
        """The weight, a number or a `Schedule`."""
        return self.weight

    def get_config(self) -> dict[str, Any]:
        return {"gamma": saved(self.weight)}


@keras.saving.register_keras_serializable("kgan")
class R1(_ZeroSlope):
    """R_1: Mescheder et al. 2018 (arXiv 1801.04406), equation 9.

        gamma / 2 E[|grad D(x)|^2]  at real examples x

    The square is summed over all values of an example, before augmentation. With the
    loss of D it shares D's pass over x.

        >>> penalty = kgan.penalties.R1(gamma=10.0)
        >>> penalty = kgan.penalties.R1({"name": "constant", "number": 10.0})

    Args:
        gamma: at least 0; a number or a `Schedule`. StyleGAN2 (arXiv 1912.04958) has
            2e-4 pixels / batch at most sizes; R3GAN (arXiv 2501.05441) 0.05 to 150.

    Raises:
        ValueError: for a negative gamma.
    """

    name = "r1"

    def value(self, game: Any, batch: Any, real: Judged, fake: Judged) -> Any:
        return 0.5 * tf.reduce_mean(real.squared_norms())


@keras.saving.register_keras_serializable("kgan")
class R2(_ZeroSlope):
    """R_2: as `R1`, at fakes (Mescheder et al. 2018, arXiv 1801.04406, equation 10).

        gamma / 2 E[|grad D(G(z))|^2]

    R3GAN (arXiv 2501.05441) needs both, with one gamma.

        >>> penalty = kgan.penalties.R2(gamma=10.0)

    Args:
        gamma: as for `R1`.

    Raises:
        ValueError: for a negative gamma.
    """

    name = "r2"

    def value(self, game: Any, batch: Any, real: Judged, fake: Judged) -> Any:
        return 0.5 * tf.reduce_mean(fake.squared_norms())


def _wide(e: Any, like: Any):
    """[batch] -> [batch, 1, ...], of the rank and dtype of `like`."""
    shape = [tf.shape(e)[0], *([1] * (len(like.shape) - 1))]
    return tf.cast(tf.reshape(e, shape), like.dtype)
