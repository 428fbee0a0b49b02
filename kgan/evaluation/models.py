"""Examples of a model, drawn by one of its endpoints."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from kgan.core.game import Game
from kgan.evaluation.samples import Samples
from kgan.recipes.recipe import Data
from kgan.spaces import Endpoint, Images, Labels, Points, Scalar
from kgan.spaces.interpolation import can_interpolate, interpolation_picture


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

    def walk(rows: int, steps: int, seed: int) -> np.ndarray:
        return interpolation_picture(endpoint, rows, steps, seed)

    return Samples(
        source,
        kind,
        "EMA" if averaged and weights != "raw" else "raw",
        space,
        {"model": type(model).__name__, "steps": _steps(model), **(trained or {})},
        data,
        block,
        walk if can_interpolate(endpoint) else None,
        {name: endpoint.takes[name] for name in endpoint.given},
        _score(model, weights != "raw"),
    )


def _score(model: Game, averaged: bool):
    """The function from images to one number each, or None."""
    for name in model.endpoints():
        endpoint = model.endpoint(name, averaged)
        ends = (endpoint.takes, endpoint.gives)
        kinds = [[type(space) for space in end.values()] for end in ends]
        if kinds == [[Images], [Scalar]]:
            return functools.partial(_numbers, endpoint)
    return None


def _numbers(endpoint: Endpoint, images: np.ndarray):
    (numbers,) = endpoint(**dict.fromkeys(endpoint.takes, images)).values()
    return numbers


def _sampling(model: Game, averaged: bool):
    """Returns the endpoint that makes examples and takes least beside a seed."""
    endpoints = [model.endpoint(name, averaged) for name in model.endpoints()]
    # From latents alone, from latents and labels, from images.
    for fits in (_takes_only(()), _takes_only((Labels,)), _takes_only((Images,))):
        for endpoint in endpoints:
            if fits(endpoint):
                return endpoint
    raise ValueError(
        "Expected a model with an endpoint that makes examples from latents, from "
        f"latents and labels, or from images. Received: {type(model).__name__} with "
        f"{', '.join(model.endpoints()) or 'no endpoint'}."
    )


def _takes_only(kinds: tuple[type, ...]):
    def fits(endpoint: Endpoint) -> bool:
        makes = [isinstance(s, (Images, Points)) for s in endpoint.gives.values()]
        given = [endpoint.takes[name] for name in endpoint.given]
        alike = len(given) == len(kinds) and all(map(isinstance, given, kinds))
        return makes == [True] and alike

    return fits


def _steps(model: Game):
    return int(model.steps.numpy())
