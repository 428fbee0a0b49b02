"""Checks of a game and its batches, before it is played."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import keras
import tensorflow as tf

from kgan.core import asking
from kgan.spaces import Labels, Space
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
    made, taken = asking.made_shape(generator), asking.main_shape(discriminator)
    if direct and None not in (made, taken) and made != taken:
        raise ValueError(
            "Expected a generator that makes what the discriminator takes. Received: "
            f"generator output {_batches(made)}, "
            f"discriminator input {_batches(taken)}."
        )


def _batches(shape: Any):
    """Batches of a shape as text, each part of a dictionary by its name."""
    if isinstance(shape, dict):
        return ", ".join(f"{name} {_batches(shape[name])}" for name in sorted(shape))
    return f"[batch, {dims(shape)}]"


def check_labels(networks: Iterable[keras.Model], spaces: Iterable[Space]) -> None:
    """Raises ValueError if a network takes labels, and the data have none."""
    labelled = any(isinstance(space, Labels) for space in spaces)
    for network in networks:
        if asking.takes(network, "labels") and not labelled:
            raise ValueError(
                f"Expected spaces with labels, which {network.name!r} takes, such as "
                "spaces=[kgan.spaces.Images((28, 28, 1)), kgan.spaces.Labels(10)]. "
                f"Received: {', '.join(s.describe() for s in spaces)}."
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


def check_classes(source: Any, spaces: tuple[Space, ...], learned: bool) -> None:
    """Refuses classes that a game cannot learn from, before it is played.

    The graph checks labels too, but not where XLA compiles it.

    Args:
        source: a `kgan.data.Source`.
        spaces: what the game learns from.
        learned: whether the game learns from the source; if not, the source is only
            for validation.

    Raises:
        ValueError: if the source has more classes than the game, has fewer examples
            than classes, or has a class with one example.
    """
    labels = next((s for s in spaces if isinstance(s, Labels)), None)
    if labels is None or source.num_classes is None:
        return
    if source.num_classes > labels.classes:
        raise ValueError(
            f"Expected labels from 0 to {labels.classes - 1}, because the model has "
            f"{labels.classes} classes. Received: {source.name} with "
            f"{source.num_classes} classes. Make the model with "
            f"classes={source.num_classes}, or choose other data."
        )
    if learned and source.size < source.num_classes:
        raise ValueError(
            "Expected at least 2 examples of each class, to learn from. Received: "
            f"{source.name} with {source.size} examples, which is fewer than its "
            f"{source.num_classes} classes. Add examples, or leave out labels."
        )
    counts = source.class_counts() if learned else None
    single = [] if counts is None else [i for i, n in enumerate(counts) if n == 1]
    if single:
        names = [str((source.class_names or range(i + 1))[i]) for i in single[:5]]
        raise ValueError(
            "Expected at least 2 examples of each class, because one can only be "
            f"copied, and no score per class can be computed. Received: {source.name} "
            f"with {len(single)} classes of one example: {', '.join(names)}"
            f"{', ...' if len(single) > 5 else ''}. Add examples, remove these "
            "classes, or leave out labels."
        )


def check_batch(
    data: tuple[Any, ...], spaces: tuple[Space, ...], assertions: bool
) -> None:
    """Raises ValueError unless a batch has one part per space, each of its space.

    Args:
        data: the parts.
        spaces: what the game learns from.
        assertions: whether values are checked too, in the graph; XLA cannot.
    """
    if len(data) == 1 and isinstance(data[0], dict):
        _check_dictionary(data[0], spaces)
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


def _check_dictionary(data: dict[str, Any], spaces: tuple[Space, ...]):
    """Batches of TFDS are dictionaries; a space of several tensors has them too."""
    if isinstance(spaces[0].specs(), dict):
        return
    wanted = ", ".join(space.describe() for space in spaces)
    keys = [_key_of(space, data) for space in spaces]
    parts = ", ".join(f"batch[{key!r}]" for key in keys)
    taken = f"({parts})" if len(keys) > 1 else parts
    raise ValueError(
        f"Expected batches of {wanted}. Received: dictionaries of "
        f"{', '.join(sorted(data))}. Take the parts out: "
        f"data.map(lambda batch: {taken})."
    )


def _key_of(space: Space, data: dict[str, Any]):
    """The key that is called as an example of the space, or else dots."""
    return next((key for key in sorted(data) if space.unit in key), "...")
