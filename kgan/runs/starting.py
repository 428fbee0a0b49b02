"""Runs that start with the networks of other models."""

from __future__ import annotations

import hashlib
from typing import Any

import keras

from kgan.core.game import Game
from kgan.recipes.recipe import Recipe
from kgan.runs.agreement import origin
from kgan.runs.config import is_run
from kgan.runs.loading import load_file, open_run
from kgan.runs.run import Run


def start(model: Game, recipe: Recipe, run: Run) -> dict[str, Any] | None:
    """Copies networks into a new model, as the recipe's `starts_from` says.

    A run with a saved state is left alone: it goes on from this state. A run that was
    stopped before its first state starts with the same networks again.

    Args:
        model: the model of the recipe, which is changed.
        recipe: says whose networks.
        run: the run that begins; `run.output.logs` has the runs of other recipes.

    Returns:
        What config.json keeps: `from` (a path), `steps`, `networks` (names) and
        `sha256`, see `copy_networks`. None if nothing was copied.

    Raises:
        ValueError: if there is no such run or file, no network has an equal name, or
            one of an equal name has weights of other shapes; if the run began with
            other weights than are there now.
    """
    path = origin(recipe, run)
    if path is None:
        return None
    policy = keras.config.dtype_policy()
    try:
        other = open_run(path).model if is_run(path) else load_file(path)
    finally:
        # Each recipe sets the precision of its own.
        keras.config.set_dtype_policy(policy)
    names, digest = copy_networks(model, other, str(path))
    earlier = run.start
    if earlier and earlier["sha256"] != digest:
        raise ValueError(
            f"Expected the networks that {run.path} began with: {path} with sha256 "
            f"{earlier['sha256']}. Received: {path} with sha256 {digest}, which has "
            f"changed since. Bring back {path} as it was, or start a new run."
        )
    return {
        "from": str(path),
        "steps": int(other.steps.numpy()),
        "networks": names,
        "sha256": digest,
    }


def copy_networks(model: Game, other: Game, origin: str) -> tuple[list[str], str]:
    """Copies weights and buffers between networks of equal names.

    Optimizers, seeds and counts of steps stay as they are. An averaged network begins
    with the average of the other model, or with the copied weights where that has none.
    A network that no player of `model` trains is a copy of the average, where the other
    model has one.

    >>> other = kgan.DCGAN((28, 28, 1), latent_dim=4, width=2, seed=1)
    >>> kgan.runs.starting.copy_networks(model, other, "other.keras")[0]
    ['discriminator', 'generator']

    Args:
        model: the game whose networks change.
        other: the game whose networks are copied.
        origin: where `other` is from, for error messages.

    Returns:
        (names of the copied networks, sha256 of their weights).

    Raises:
        ValueError: if no network has an equal name, or one of an equal name has weights
            of other shapes. Then `model` is unchanged.
    """
    own, given = networks_of(model), networks_of(other)
    names = sorted(own.keys() & given.keys())
    if not names:
        raise ValueError(
            f"Expected a model with a network of an equal name: {', '.join(own)}. "
            f"Received: {origin}, a {type(other).__name__} with {', '.join(given)}. "
            "Choose another --starts-from."
        )
    for name in names:
        _check_shapes(own[name], given[name], origin)
    digest = hashlib.sha256()
    trained = {id(network) for network in model.networks}
    for name in names:
        source = given[name]
        if id(own[name]) not in trained:
            source = other.averaging.of(source) or source
        weights = source.get_weights()
        own[name].set_weights(weights)
        average = model.averaging.of(own[name])
        if average is not None:
            begun = other.averaging.of(given[name]) or given[name]
            average.set_weights(begun.get_weights())
        for weight in weights:
            digest.update(weight.tobytes())
    return names, digest.hexdigest()


def networks_of(model: Game) -> dict[str, keras.Model]:
    """name -> network of a game, also those that no player trains; no averages."""
    averages = {id(network) for network in model.averages}
    layers = [layer for layer in model.layers if isinstance(layer, keras.Model)]
    return {layer.name: layer for layer in layers if id(layer) not in averages}


def _check_shapes(network: keras.Model, other: keras.Model, origin: str):
    shapes, others = ([tuple(w.shape) for w in n.weights] for n in (network, other))
    if shapes == others:
        return
    what = f"{len(others)} weights in place of {len(shapes)}"
    if len(shapes) == len(others):
        what = next(
            f"{w.path} of shape {o} in place of {s}"
            for w, s, o in zip(network.weights, shapes, others, strict=True)
            if s != o
        )
    raise ValueError(
        f"Expected the network {network.name!r} to have weights of the same shapes in "
        f"both models. Received: {origin} with {what}. Build both with equal options "
        "(--model.width, --image-size, ...), or choose another --starts-from."
    )
