"""What lies between the latents of two seeds: one definition for all who ask.

An interpolation has two seeds, a number of steps, and a path. It goes from the first
latent of one seed to the first latent of the other, both included. A model, its run,
its `.keras` file, its export and a server give the same answers, to the bit on one
machine.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from kgan.random import seeds
from kgan.spaces import latents
from kgan.spaces.endpoint import Endpoint
from kgan.spaces.images import beside, tile, to_uint8
from kgan.spaces.labels import Labels
from kgan.spaces.sampling import sampling, usual_shape
from kgan.spaces.space import Space

# The straight line, the great circle, and the one of them that the prior names.
PATHS = ("prior", "linear", "spherical")
# What an endpoint takes that goes from one class to another.
MIXED = ("latents", "labels", "labels_to", "share")


def interpolate(
    endpoint: Endpoint,
    seed_from: int,
    seed_to: int,
    steps: int = 8,
    path: str = "prior",
    batch_size: int | None = None,
    **given: Any,
) -> dict[str, Any]:
    """The answers between the first sample of one seed and that of another.

    >>> endpoint = model.endpoint("generate")
    >>> answer = kgan.spaces.interpolation.interpolate(endpoint, 1, 2, steps=5)
    >>> answer["images"].shape
    (5, 28, 28, 1)

    Args:
        endpoint: one that takes latents, alone or with labels.
        seed_from, seed_to: 32-bit integers.
        steps: the number of answers, both ends included, at least 2.
        path: "linear", "spherical", or "prior" for the path that fits the prior of the
            latents: spherical under a normal prior, otherwise linear; see
            `kgan.latents.interpolate`.
        batch_size: rows at a time; default: see `kgan.spaces.endpoint.BLOCK`.
        **given: labels, if the endpoint takes them: one for all answers, or [steps].

    Returns:
        name -> NumPy array [steps, ...], as `Endpoint` gives.

    Raises:
        ValueError: if the endpoint takes more than latents and labels, a seed is no
            32-bit integer, there are fewer steps, the path has another name, or labels
            are missing, unknown, out of range or of another number.
    """
    if not can_interpolate(endpoint):
        raise ValueError(
            "Expected an endpoint that takes latents, alone or with labels, because "
            "there is a path between latents. "
            f"Received: one that takes {', '.join(endpoint.takes)}."
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
    beside = _for_each_step(endpoint, given, steps)
    return endpoint(batch_size, **between(endpoint, *ends, steps, path), **beside)


def _for_each_step(endpoint: Endpoint, given: Mapping[str, Any], steps: int):
    """What is given beside the latents, for each step."""
    missing = [name for name in endpoint.given if name not in given]
    if missing:
        raise ValueError(
            f"Expected {', '.join(missing)} beside the seeds: "
            f"{', '.join(endpoint.takes[m].describe() for m in missing)}, one for all "
            f"{steps} steps, or one for each. Received: none."
        )
    rows = {name: np.atleast_1d(values) for name, values in given.items()}
    return {k: np.repeat(v, steps, 0) if len(v) == 1 else v for k, v in rows.items()}


def between(
    endpoint: Endpoint, seed_from: Any, seed_to: Any, steps: Any, path: Any
) -> dict[str, tf.Tensor]:
    """The latents of an interpolation by name, [steps, d], in a graph too.

    Args:
        endpoint, seed_from, seed_to, steps, path: as for `interpolate`; numbers and the
            path also as tensors.
    """
    (name,) = endpoint.drawn
    space = endpoint.takes[name]
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
    """Whether an endpoint takes latents, alone or with labels of one kind."""
    drawn, given = (
        [endpoint.takes[name] for name in names]
        for names in (endpoint.drawn, endpoint.given)
    )
    one = len(drawn) == 1 and isinstance(drawn[0], latents.Latents)
    return one and len(given) <= 1 and all(isinstance(s, Labels) for s in given)


def gives_images(endpoint: Endpoint) -> bool:
    """Whether an endpoint gives images alone, so that interpolations have a picture."""
    return [isinstance(s, Space) and s.png for s in endpoint.gives.values()] == [True]


def first_of(endpoints: dict[str, Endpoint]) -> Endpoint | None:
    """The endpoint that interpolates: a model and its exports ask this one.

    Of those that take latents alone, the first that gives the model's examples; if
    there are none, of those that take latents and labels.
    """
    for labels in ((), (Labels,)):
        able = {
            name: endpoint
            for name, endpoint in endpoints.items()
            if can_interpolate(endpoint) and len(endpoint.given) == len(labels)
        }
        name = sampling(able, labels, usual=usual_shape(endpoints))
        # One that gives several answers makes no examples, but there is a way between.
        first = able[name] if name else next(iter(able.values()), None)
        if first is not None:
            return first
    return None


def mixing(endpoints: Mapping[str, Any]) -> str | None:
    """The name of the endpoint, or the signature, that goes from class to class.

    It takes what `MIXED` says: latents, which a seed may stand for; the labels of the
    two classes; and the share of the second one, from 0 to 1.

    Args:
        endpoints: name -> `Endpoint`, or another `kgan.spaces.sampling.Question`.
    """
    wanted = set(MIXED[1:])
    for name, endpoint in endpoints.items():
        if set(endpoint.given) == wanted and gives_images(endpoint):
            return name
    return None


def interpolation_picture(
    ask: Callable[..., np.ndarray],
    rows: int = 8,
    steps: int = 10,
    seed: int = 0,
    given: Sequence[Mapping[str, Any]] = ({},),
) -> np.ndarray:
    """Rows from one latent to another: figure 3 of Goodfellow et al. 2014.

    On the left along the straight line, on the right along the great circle. With
    several labels, each pair of seeds has a row for each of them: a column has the same
    latents in all classes.

    Args:
        ask: (seed_from, seed_to, steps, path, **given) -> images [steps, height, width,
            channels], as `Game.interpolate` and `kgan.serving.Client.interpolate`.
        rows: pairs of seeds.
        steps: images from one to the other, at least 2.
        seed: integer, fixes the pairs.
        given: what `ask` gets beside the seeds, such as {"labels": 3}, for each row of
            a pair.

    Returns:
        uint8 [height, width, channels].
    """
    ends = itertools.islice(seeds.stream(seed, "interpolation"), 2 * rows)
    pairs = list(zip(ends, ends, strict=True))
    halves = []
    for path in ("linear", "spherical"):
        images = [
            to_uint8(ask(*pair, steps, path, **beside))
            for pair in pairs
            for beside in given
        ]
        halves.append(tile(np.concatenate(images), columns=steps))
    return beside(*halves)
