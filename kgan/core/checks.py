"""Checks of a game and its batches, before it is played."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from kgan.spaces import Space
from kgan.spaces.space import dims


def check_networks(
    generator: keras.Model, discriminator: keras.Model, direct: bool
) -> None:
    """Raises ValueError unless a generator and a discriminator fit together.

    Args:
        generator: built or not.
        discriminator: built or not.
        direct: whether D takes just what G makes.
    """
    for network, takes in ((generator, "latents"), (discriminator, "images")):
        if not isinstance(network, keras.Model) or not network.built:
            raise ValueError(
                f"Expected built keras.Models; the one that takes {takes} is "
                f"{network!r}. Give it an Input, or call it once."
            )
    if direct and tuple(generator.output_shape[1:]) != tuple(
        discriminator.input_shape[1:]
    ):
        raise ValueError(
            "Expected a generator that makes what the discriminator takes. Received: "
            f"generator output [batch, {dims(generator.output_shape[1:])}], "
            f"discriminator input [batch, {dims(discriminator.input_shape[1:])}]."
        )


def check_terms(name: str, terms: Any) -> dict[str, Any]:
    """The terms of a player's loss.

    Raises:
        ValueError: unless they are a dictionary, name -> scalar, with one at least.
    """
    empty = isinstance(terms, dict) and not terms
    if empty or not isinstance(terms, dict):
        raise ValueError(
            f"Expected the loss of the player {name!r} to return a dictionary, name "
            "-> scalar, such as {'adversarial': ...}. "
            f"Received: {'an empty one' if empty else type(terms).__name__}."
        )
    for term, value in terms.items():
        if value is None:
            raise ValueError(
                f"Expected the term {term!r} of the player {name!r} to be a scalar. "
                "Received: None."
            )
        shape = tf.TensorShape(getattr(value, "shape", ()))
        if shape.rank not in (0, None):
            raise ValueError(
                f"Expected the term {term!r} of the player {name!r} to be a scalar, a "
                f"mean over the batch. Received: shape {tuple(shape)}."
            )
    return dict(terms)


def check_batch(
    data: tuple[Any, ...], spaces: tuple[Space, ...], assertions: bool
) -> None:
    """Raises ValueError unless a batch has one part per space, each of its space.

    Args:
        data: the parts.
        spaces: what the game learns from.
        assertions: whether values are checked too, in the graph; XLA cannot.
    """
    if len(data) != len(spaces):
        wanted = ", ".join(space.describe() for space in spaces)
        advice = (
            "Load the data with labels=True, or name more."
            if len(data) < len(spaces)
            else "Leave out what the model does not take, such as labels=True."
        )
        raise ValueError(
            f"Expected batches of {len(spaces)} part{'s' * (len(spaces) > 1)}: "
            f"{wanted}. Received: {len(data)}. {advice}"
        )
    for part, space in zip(data, spaces, strict=True):
        space.check(part, assertions)
