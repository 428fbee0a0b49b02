"""The GAN of 2014 on the real line, where the theory can be looked at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import numpy as np

from kgan.core.gan import GAN
from kgan.networks.mlp import mlp
from kgan.objectives import theory

# Cells of z and points of x where densities are computed.
_CELLS, _POINTS, _DEVIATIONS = 2000, 2001, 6.0
# Of the data, what figures show.
_VIEW = 5.0


class OnTheLine(NamedTuple):
    """A state of the game on an even grid of the real line.

    Attributes:
        x: [m], the grid.
        p_data, p_g: [m], the densities of the data and of G(z).
        logits: [m], log(D / (1 - D)).
        z: [n], evenly spaced latents, with the ends of their range.
        g: [n], G(z).
        view: what figures show of the line.
    """

    x: np.ndarray
    p_data: np.ndarray
    p_g: np.ndarray
    logits: np.ndarray
    z: np.ndarray
    g: np.ndarray
    view: tuple[float, float]

    @property
    def d(self) -> np.ndarray:
        """D(x), [m]."""
        return 1.0 / (1.0 + np.exp(-self.logits))

    @property
    def d_optimal(self) -> np.ndarray:
        """D*(x), equation 2 of arXiv 1406.2661, [m]."""
        return theory.optimal_discriminator(self.p_data, self.p_g)

    def numbers(self) -> dict[str, float]:
        """V(D, G), V(D*, G) and the Jensen-Shannon divergence in nats, and mean
        |D - D*| under p_data and under p_g."""
        x, p_data, p_g = self.x, self.p_data, self.p_g
        jsd = theory.jensen_shannon(p_data, p_g, x)
        distance = np.abs(self.d - self.d_optimal)
        return {
            "value": theory.value(self.logits, p_data, p_g, x),
            "optimal_value": -math.log(4.0) + 2.0 * jsd,
            "jsd": jsd,
            "distance_data": float(np.trapezoid(distance * p_data, x)),
            "distance_g": float(np.trapezoid(distance * p_g, x)),
        }

    def draw(self) -> np.ndarray:
        """Figure 1 of the paper, uint8 [height, width, 3]."""
        from kgan.objectives.theory_figures import figure_1, pixels

        return pixels(figure_1(self))


@keras.saving.register_keras_serializable("kgan")
class LineGAN(GAN):
    """Figure 1 of Goodfellow et al. 2014, "Generative adversarial nets" (1406.2661).

    The game of `GAN` for one-dimensional data of a known normal density, between small
    networks of tanh units. Latents are standard normal (the paper's are uniform, whose
    sharp ends no smooth G turns into a normal density). The density of G(z) is
    computed, and with it the optimal discriminator (equation 2), the value of the
    game (equation 1) and the divergence that it stands for (equation 6). The picture
    of the model is figure 1.

        >>> game = kgan.LineGAN(data_mean=1.0, seed=0)
        >>> numbers = game.on_the_line().numbers()
        >>> bool(numbers["value"] <= numbers["optimal_value"])
        True

    Args:
        data_mean, data_std: of the normal density of the data.
        generator_hidden, discriminator_hidden: tanh units of each hidden layer.
        seed: integer; fixes initial weights and latents.
        **kwargs: as for `GAN`.

    Raises:
        ValueError: for sizes below 1, or a `data_std` that is not above 0.
    """

    def __init__(
        self,
        data_mean: float = 0.0,
        data_std: float = 1.0,
        *,
        generator_hidden: Sequence[int] = (32, 32),
        discriminator_hidden: Sequence[int] = (32, 32),
        seed: int | None = None,
        name: str = "line_gan",
        **kwargs: Any,
    ) -> None:
        if not data_std > 0:
            raise ValueError(f"Expected data_std > 0. Received: {data_std}.")
        super().__init__(
            mlp(1, 1, generator_hidden, seed, "generator"),
            mlp(1, 1, discriminator_hidden, seed, "discriminator"),
            latent_prior="normal",
            seed=seed,
            name=name,
            **kwargs,
        )
        self.data_mean, self.data_std = data_mean, data_std

    def on_the_line(self) -> OnTheLine:
        """The game as it stands, at the points of a grid."""
        z = np.linspace(-_DEVIATIONS, _DEVIATIONS, _CELLS + 1)
        g = _values(self.sampler, z)
        ends = [self.data_mean + s * _DEVIATIONS * self.data_std for s in (-1, 1)]
        x = np.linspace(min(ends[0], g.min()), max(ends[1], g.max()), _POINTS)
        view = [self.data_mean + s * _VIEW * self.data_std for s in (-1, 1)]
        return OnTheLine(
            x,
            theory.normal(x, self.data_mean, self.data_std),
            theory.density_of_map(_masses(z), g, x),
            _values(self.discriminator, x),
            z,
            g,
            tuple(view),
        )

    def pictures(
        self, examples: Any = None, n: int = 64, seed: int = 0
    ) -> dict[str, OnTheLine]:
        """`figure_1`: the whole game; nothing in it depends on the arguments."""
        return {"figure_1": self.on_the_line()}


def _masses(z: np.ndarray):
    """The probability of each cell between two borders, of a standard normal."""
    below = np.array([math.erf(border / math.sqrt(2.0)) for border in z]) / 2.0
    masses = np.diff(below)
    return masses / masses.sum()


def _values(network: keras.Model, points: np.ndarray):
    column = points[:, None].astype(keras.backend.floatx())
    return np.asarray(network(column, training=False), "float64")[:, 0]
