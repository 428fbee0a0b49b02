"""Where z comes from: priors p_z, and paths through it."""

import math

import keras
import numpy as np
import tensorflow as tf

from kgan import random
from kgan.registry import Configured, resolve


class Prior(Configured):
    """A distribution of latents.

    Attributes:
        path: how to walk from one latent to another through likely ones, see `walk`.
    """

    path = "linear"

    def sample(self, shape, seed):
        """float32 latents of `shape`, the same on every device.

        Args:
            shape: the shape.
            seed: a 32-bit integer, also as a tensor, so that an exported graph draws
                what Python draws; or a `keras.random.SeedGenerator`.
        """
        raise NotImplementedError


@keras.saving.register_keras_serializable("kgan")
class Normal(Prior):
    """z ~ N(0, I)."""

    path = "spherical"

    def sample(self, shape, seed):
        return random.normal(shape, _key(seed), keras.backend.floatx())


@keras.saving.register_keras_serializable("kgan")
class Uniform(Prior):
    """z ~ U(-limit, limit) in each coordinate.

    `limit=1` is DCGAN's (arXiv 1511.06434) and BEGAN's; `limit=sqrt(3)`, of unit
    variance, is that of the 2014 paper's code (arXiv 1406.2661).
    """

    def __init__(self, limit=1.0):
        if not limit > 0:
            raise ValueError(f"Expected limit > 0. Received: limit={limit}.")
        self.limit = float(limit)

    def sample(self, shape, seed):
        return random.uniform(
            shape, _key(seed), -self.limit, self.limit, keras.backend.floatx()
        )

    def get_config(self):
        return {"limit": self.limit}


def _key(seed):
    return seed.next() if hasattr(seed, "next") else tf.stack([seed, 0])


_PRIORS = {
    "normal": Normal,
    "uniform": Uniform,
    "uniform_unit_variance": lambda: Uniform(math.sqrt(3.0)),
}


def get(identifier):
    """The prior that `identifier` means.

    "normal", "uniform" (on [-1, 1]), "uniform_unit_variance" (on [-sqrt 3, sqrt 3]), a
    config, or a `Prior`.

    Raises:
        ValueError: if it is none of these; see `kgan.registry.resolve`.
    """
    return resolve(identifier, Prior, _PRIORS)


def interpolate(start, end, steps, path="linear"):
    """Points on the way from one latent to another.

    Args:
        start: array [..., d].
        end: array of the same shape.
        steps: the number of points, both ends included; at least 2.
        path: "linear", as figure 3 of arXiv 1406.2661 walks, or "spherical", along the
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
    return walk(start, end, steps, path).numpy()


def walk(start, end, steps, path):
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


def _great_circle(start, end, t):
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
