"""Latents: the space of z, its priors p_z, and interpolations in it."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kgan.random import philox
from kgan.spaces.space import Space
from kgan.system.registry import Configured, resolve


class Prior(Configured):
    """A distribution of latents.

    Attributes:
        path: the interpolation of two latents through likely ones, see `interpolate`.
    """

    path = "linear"

    def sample(self, shape: Any, seed: Any) -> tf.Tensor:
        """float32 latents of `shape`, the same on every device.

        Args:
            shape: the shape.
            seed: a 32-bit integer, also as a tensor, so that an exported graph draws
                what Python draws; or a `keras.random.SeedGenerator`.
        """
        raise NotImplementedError

    def nearest(self, latents: Any) -> tf.Tensor:
        """The nearest latents that can be drawn; the same where all can be."""
        return latents


@keras.saving.register_keras_serializable("kgan")
class Normal(Prior):
    """z ~ N(0, I)."""

    path = "spherical"

    def sample(self, shape: Any, seed: Any) -> tf.Tensor:
        return philox.normal(shape, _key(seed), keras.backend.floatx())


@keras.saving.register_keras_serializable("kgan")
class Uniform(Prior):
    """z ~ U(-limit, limit) in each coordinate.

    `limit=1` is DCGAN's (arXiv 1511.06434) and BEGAN's; `limit=sqrt(3)`, of unit
    variance, is that of the 2014 paper's code (arXiv 1406.2661).
    """

    def __init__(self, limit: float = 1.0) -> None:
        if not limit > 0:
            raise ValueError(f"Expected limit > 0. Received: limit={limit}.")
        self.limit = float(limit)

    def sample(self, shape: Any, seed: Any) -> tf.Tensor:
        return philox.uniform(
            shape, _key(seed), -self.limit, self.limit, keras.backend.floatx()
        )

    def nearest(self, latents: Any) -> tf.Tensor:
        return tf.clip_by_value(latents, -self.limit, self.limit)

    def get_config(self) -> dict[str, Any]:
        return {"limit": self.limit}


@keras.saving.register_keras_serializable("kgan")
class Gumbel(Prior):
    """g = -log(-log u), u ~ U(0, 1): by it, the likeliest of logits is a draw.

    argmax(logits + g) is a draw from softmax(logits), see `kgan.random.categorical`.
    """

    def sample(self, shape: Any, seed: Any) -> tf.Tensor:
        u = philox.uniform(shape, _key(seed), dtype=keras.backend.floatx())
        # u can be 0, whose g is -infinity.
        return -tf.math.log(-tf.math.log(tf.maximum(u, 1e-30)))


def _key(seed: Any):
    """Two numbers: of a generator the next, of a pair itself, of one number (it, 0)."""
    if hasattr(seed, "next"):
        return seed.next()
    return tf.stack(list(seed) if isinstance(seed, tuple) else [seed, 0])


_PRIORS = {
    "gumbel": Gumbel,
    "normal": Normal,
    "uniform": Uniform,
    "uniform_unit_variance": lambda: Uniform(math.sqrt(3.0)),
}


def get(identifier: Any) -> Prior:
    """The prior that `identifier` means.

    "normal", "uniform" (on [-1, 1]), "uniform_unit_variance" (on [-sqrt 3, sqrt 3]),
    "gumbel", a config, or a `Prior`.

    Raises:
        ValueError: if it is none of these; see `kgan.registry.resolve`.
    """
    return resolve(identifier, Prior, _PRIORS)


@keras.saving.register_keras_serializable("kgan")
class Latents(Space):
    """What a generator starts from: vectors z of a prior p_z.

    >>> space = kgan.spaces.Latents(100, "normal")
    >>> space.sample(16, seed=1).shape
    TensorShape([16, 100])

    Args:
        dim: the number of coordinates, at least 1.
        prior: a name, config or instance, see `get`.

    Raises:
        ValueError: for a dim below 1, or an unknown prior.
    """

    drawn = True
    unit = "latent"

    def __init__(self, dim: int, prior: Any = "normal") -> None:
        if dim < 1:
            raise ValueError(
                "Expected latent_dim >= 1: without latents all samples are one. "
                f"Received: latent_dim={dim}."
            )
        self.dim = int(dim)
        self.prior = get(prior)

    @property
    def shape(self) -> tuple[int]:
        return (self.dim,)

    @property
    def dtype(self) -> str:
        return keras.backend.floatx()

    def get_config(self) -> dict[str, Any]:
        prior = keras.saving.serialize_keras_object(self.prior)
        return {"dim": self.dim, "prior": prior}

    def from_public(self, batch: Any) -> Any:
        return tf.cast(batch, self.dtype)

    def sample(self, n: Any, seed: Any) -> tf.Tensor:
        return self.prior.sample((n, self.dim), seed)

    def request(self, n: int) -> np.ndarray:
        return np.asarray(self.sample(n, n), "float32")

    def refused(self) -> list[Any]:
        wide = np.zeros((1, self.dim + 1), "float32")
        return [wide, np.full((1, self.dim), np.nan, "float32")]


def interpolate(start: Any, end: Any, steps: int, path: str = "linear") -> np.ndarray:
    """Latents from one to another: an interpolation.

    Args:
        start: array [..., d].
        end: array of the same shape.
        steps: the number of points, both ends included; at least 2.
        path: "linear", as in figure 3 of arXiv 1406.2661, or "spherical", along the
            great circle (White 2016, arXiv 1609.04468): under a normal prior the middle
            of a straight line is shorter than any latent seen in training.

    Returns:
        Array [..., steps, d].

    Raises:
        ValueError: for other shapes, fewer steps or another path.
    """
    start, end = np.asarray(start, "float32"), np.asarray(end, "float32")
    if start.shape != end.shape or start.ndim < 1:
        raise ValueError(
            "Expected start and end of one shape [..., d]. "
            f"Received: {start.shape} and {end.shape}."
        )
    if steps < 2:
        raise ValueError(f"Expected steps >= 2. Received: steps={steps}.")
    return on_path(start, end, steps, path).numpy()


def on_path(start: Any, end: Any, steps: Any, path: str) -> tf.Tensor:
    """`interpolate` on tensors, in a graph too, where `steps` may be one as well.

    Raises:
        ValueError: for another path.
    """
    # t = 0, 1 / (steps - 1), ..., 1
    last = tf.cast(steps - 1, tf.float32)
    t = (tf.range(steps, dtype=tf.float32) / last)[:, None]
    start, end = start[..., None, :], end[..., None, :]
    if path == "linear":
        return (1.0 - t) * start + t * end
    if path == "spherical":
        return _great_circle(start, end, t)
    raise ValueError(f"Expected path 'linear' or 'spherical'. Received: path={path!r}.")


def _great_circle(start: Any, end: Any, t: Any):
    # slerp(t) = sin((1-t) w) / sin w * start + sin(t w) / sin w * end, cos w = <s, e>
    norms = tf.norm(start, axis=-1) * tf.norm(end, axis=-1)
    cosine = tf.reduce_sum(start * end, axis=-1) / tf.maximum(norms, 1e-12)
    omega = tf.acos(tf.clip_by_value(cosine, -1.0, 1.0))[..., None]
    # Between parallel latents the great circle is the straight line.
    parallel = tf.sin(omega) < 1e-6
    sine = tf.where(parallel, 1.0, tf.sin(omega))
    from_start = tf.where(parallel, 1.0 - t, tf.sin((1.0 - t) * omega) / sine)
    from_end = tf.where(parallel, t, tf.sin(t * omega) / sine)
    return from_start * start + from_end * end
