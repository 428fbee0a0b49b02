"""Examples of a model, drawn by one of its endpoints."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from kgan.core.game import Game
from kgan.evaluation.samples import Said, Samples
from kgan.recipes.recipe import Data
from kgan.spaces import Endpoint, Images, Labels, Points, Scalar
from kgan.spaces.interpolation import can_interpolate, gives_images, interpolate
from kgan.spaces.sampling import sampling


def of_model(
    model: Game,
    kind: str,
    source: Any,
    weights: str = "auto",
    trained: dict[str, Any] | None = None,
    data: Data | None = None,
) -> Samples:
    """Returns the `Samples` of a model; arguments as in `open_samples` and `Samples`.

    Args:
        model: a `kgan.Game` with an endpoint that makes examples: from latents alone,
            from latents and labels, or from images.

    Raises:
        ValueError: if the model has no such endpoint or no such weights.
    """
    averaged = bool(model.averages)
    if weights == "ema" and not averaged:
        raise ValueError(
            "Expected a model with an averaged generator for weights='ema'. Received: "
            f"{source}, trained with ema_decay=None, which has no averaged generator. "
            "Leave weights out, or choose raw."
        )
    endpoint = _sampling(model, averaged=weights != "raw")
    (space,) = endpoint.gives.values()

    def block(count: int, seed: int, **given: Any) -> np.ndarray:
        (examples,) = endpoint.sample(count, seed, **given).values()
        return examples

    def between(start: int, end: int, steps: int, path: str) -> np.ndarray:
        (images,) = interpolate(endpoint, start, end, steps, path).values()
        return images

    return Samples(
        source,
        kind,
        "EMA" if averaged and weights != "raw" else "raw",
        space,
        {"model": type(model).__name__, "steps": _steps(model), **(trained or {})},
        data,
        block,
        between if can_interpolate(endpoint) and gives_images(endpoint) else None,
        {name: endpoint.takes[name] for name in endpoint.given},
        _says(model, weights != "raw"),
        endpoint.reconstructs,
    )


def _says(model: Game, averaged: bool):
    """What the model says of images, see `Samples`: "scores" from images alone,
    the name of the answer from images and noise."""
    says = {}
    for endpoint in model.built_endpoints(averaged).values():
        given = [type(endpoint.takes[name]) for name in endpoint.given]
        gives = [type(space) for space in endpoint.gives.values()]
        if (given, gives) == ([Images], [Scalar]):
            ((answer, space),) = endpoint.gives.items()
            what = answer if endpoint.drawn else "scores"
            ask = functools.partial(_numbers, endpoint)
            says.setdefault(what, Said(ask, space.of))
    return says


def _numbers(endpoint: Endpoint, images: np.ndarray, seed: int):
    given = dict.fromkeys(endpoint.given, images)
    (numbers,) = endpoint.sample(seed=seed, **given).values()
    return numbers


def _sampling(model: Game, averaged: bool):
    """Returns the endpoint that makes examples and takes least beside a seed."""
    endpoints = model.built_endpoints(averaged)
    for given in ((), (Labels,), (Images,)):
        name = sampling(endpoints, given, (Images, Points))
        if name is not None:
            return endpoints[name]
    raise ValueError(
        "Expected a model with an endpoint that makes examples from latents, from "
        f"latents and labels, or from images. Received: {type(model).__name__} with "
        f"{', '.join(model.endpoints()) or 'no endpoint'}."
    )


def _steps(model: Game):
    return int(model.steps.numpy())
