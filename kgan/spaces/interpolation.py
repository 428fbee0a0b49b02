"""What lies between the latents of two seeds: one definition for all who ask.

An interpolation has two seeds, a number of steps, and a path. It goes from the first
latent of one seed to the first latent of the other, both included. A model, its run,
its `.keras` file, its export and a server give the same answers, to the bit on one
machine.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from kgan.random import seeds
from kgan.spaces import latents
from kgan.spaces.endpoint import Endpoint
from kgan.spaces.images import beside, tile, to_uint8
from kgan.spaces.sampling import sampling, usual_shape

# The straight line, the great circle, and the one of them that the prior names.
PATHS = ("prior", "linear", "spherical")


def interpolate(
    endpoint: Endpoint,
    seed_from: int,
    seed_to: int,
    steps: int = 8,
    path: str = "prior",
    batch_size: int | None = None,
) -> dict[str, Any]:
    """The answers between the first sample of one seed and that of another.

    >>> endpoint = model.endpoint("generate")
    >>> answer = kgan.spaces.interpolation.interpolate(endpoint, 1, 2, steps=5)
    >>> answer["images"].shape
    (5, 28, 28, 1)

    Args:
        endpoint: one that takes latents alone.
        seed_from, seed_to: 32-bit integers.
        steps: the number of answers, both ends included, at least 2.
        path: "linear", "spherical", or "prior" for the path that fits the prior of the
            latents: spherical under a normal prior, otherwise linear; see
            `kgan.latents.interpolate`.
        batch_size: rows at a time; default: see `kgan.spaces.endpoint.BLOCK`.

    Returns:
        name -> NumPy array [steps, ...], as `Endpoint` gives.

    Raises:
        ValueError: if the endpoint takes more than latents, a seed is no 32-bit
            integer, there are fewer steps, or the path has another name.
    """
    if not can_interpolate(endpoint):
        raise ValueError(
            "Expected an endpoint that takes latents alone, between which there is a "
            f"path. Received: one that takes {', '.join(endpoint.takes)}."
        )
    ends = [seeds.check_seed(seed) for seed in (seed_from, seed_to)]
    if not isinstance(steps, (int, np.integer)) or steps < 2:
        raise ValueError(
            f"Expected steps >= 2, both ends included. Received: steps={steps!r}."
        )
    if path not in PATHS:
        raise ValueError(
            f"Expected path to be one of {', '.join(PATHS)}. Received: path={path!r}."
        )
    return endpoint(batch_size, **between(endpoint, *ends, steps, path))


def between(
    endpoint: Endpoint, seed_from: Any, seed_to: Any, steps: Any, path: Any
) -> dict[str, tf.Tensor]:
    """The latents of an interpolation by name, [steps, d], in a graph too.

    Args:
        endpoint: one that takes latents alone.
        seed_from, seed_to, steps, path: as for `interpolate`, also as tensors.
    """
    ((name, space),) = endpoint.takes.items()
    start, end = (
        tf.cast(space.sample(1, seed)[0], tf.float32) for seed in (seed_from, seed_to)
    )
    path = tf.where(tf.equal(path, "prior"), space.prior.path, path)
    z = tf.where(
        tf.equal(path, "spherical"),
        latents.on_path(start, end, steps, "spherical"),
        latents.on_path(start, end, steps, "linear"),
    )
    return {name: tf.cast(z, space.dtype)}


def can_interpolate(endpoint: Endpoint) -> bool:
    """Whether an endpoint takes latents alone."""
    kinds = [type(space) for space in endpoint.takes.values()]
    return len(kinds) == 1 and issubclass(kinds[0], latents.Latents)


def gives_images(endpoint: Endpoint) -> bool:
    """Whether an endpoint gives images alone, so that interpolations have a picture."""
    return [space.png for space in endpoint.gives.values()] == [True]


def first_of(endpoints: dict[str, Endpoint]) -> Endpoint | None:
    """The endpoint that interpolates: a model and its exports ask this one.

    Of those that take latents alone, the first that gives the model's examples.
    """
    able = {name: e for name, e in endpoints.items() if can_interpolate(e)}
    name = sampling(able, usual=usual_shape(endpoints))
    # One that gives several answers makes no examples, but there is a way between.
    return able[name] if name else next(iter(able.values()), None)


def interpolation_picture(
    ask: Callable[[int, int, int, str], np.ndarray],
    rows: int = 8,
    steps: int = 10,
    seed: int = 0,
) -> np.ndarray:
    """Rows from one latent to another: figure 3 of Goodfellow et al. 2014.

    On the left along the straight line, on the right along the great circle.

    Args:
        ask: (seed_from, seed_to, steps, path) -> images [steps, height, width,
            channels], as `Game.interpolate` and `kgan.serving.Client.interpolate`.
        rows: pairs of seeds.
        steps: images from one to the other, at least 2.
        seed: integer, fixes the pairs.

    Returns:
        uint8 [height, width, channels].
    """
    ends = itertools.islice(seeds.stream(seed, "interpolation"), 2 * rows)
    pairs = list(zip(ends, ends, strict=True))
    halves = []
    for path in ("linear", "spherical"):
        images = [to_uint8(ask(*pair, steps, path)) for pair in pairs]
        halves.append(tile(np.concatenate(images), columns=steps))
    return beside(*halves)
