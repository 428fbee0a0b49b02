"""Examples of a model, drawn by one of its endpoints."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from kgan.core.game import Game
from kgan.evaluation.samples import Said, Samples
from kgan.evaluation.scored import what_is_said
from kgan.recipes.recipe import Data
from kgan.spaces import Endpoint, Graphs, Images, Labels, Points
from kgan.spaces.interpolation import (
    can_interpolate,
    gives_images,
    interpolate,
    mixing,
)
from kgan.spaces.sampling import one_of, sampling


def of_model(
    model: Game,
    kind: str,
    source: Any,
    weights: str = "auto",
    trained: dict[str, Any] | None = None,
    data: Data | None = None,
    endpoint: str | None = None,
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
    endpoint = _sampling(model, weights != "raw", endpoint)
    (space,) = endpoint.gives.values()

    def block(count: int, seed: int, **given: Any) -> np.ndarray:
        (examples,) = endpoint.sample(count, seed, **given).values()
        return examples

    def between(
        start: int, end: int, steps: int, path: str, **given: Any
    ) -> np.ndarray:
        (images,) = interpolate(endpoint, start, end, steps, path, **given).values()
        return images

    endpoints = model.built_endpoints(weights != "raw")
    name = mixing(endpoints)

    def mix(count: int, seed: int, **given: Any) -> np.ndarray:
        (images,) = endpoints[name].sample(count, seed, **given).values()
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
        mix if name else None,
    )


def _says(model: Game, averaged: bool):
    """What the model says of images, see `Samples` and `what_is_said`."""
    says = {}
    for endpoint in model.built_endpoints(averaged).values():
        given = [endpoint.takes[name] for name in endpoint.given]
        said = what_is_said(given, endpoint.gives, bool(endpoint.drawn))
        for what, answer in said.items():
            ask = functools.partial(_answer, endpoint, answer)
            of = getattr(endpoint.gives[answer], "of", None)
            says.setdefault(what, Said(ask, of))
    return says


def _answer(endpoint: Endpoint, name: str, images: np.ndarray, seed: int):
    given = dict.fromkeys(endpoint.given, images)
    return endpoint.sample(seed=seed, **given)[name]


def _sampling(model: Game, averaged: bool, asked: str | None):
    """Returns the endpoint that makes examples and takes least beside a seed."""
    endpoints = one_of(model.built_endpoints(averaged), asked, type(model).__name__)
    for given in ((), (Labels,), (Images,)):
        name = sampling(endpoints, given, (Images, Points, Graphs))
        if name is not None:
            return endpoints[name]
    raise ValueError(
        "Expected a model with an endpoint that makes examples from latents, from "
        f"latents and labels, or from images. Received: {type(model).__name__} with "
        f"{', '.join(model.endpoints()) or 'no endpoint'}."
    )


def _steps(model: Game):
    return int(model.steps.numpy())
