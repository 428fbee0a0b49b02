"""How a game calls its networks: by what their inputs are called."""

from __future__ import annotations

from typing import Any

import keras

from kgan.objectives.penalties import Opinion

# The inputs that a batch has beside examples and latents.
BESIDE = ("labels",)


def names_of(network: keras.Model) -> list[str]:
    """The names of a network's inputs, in order; none where they are not known.

    >>> kgan.core.asking.names_of(model.generator)
    ['latents']
    """
    inputs = getattr(network, "inputs", None) or ()
    return [tensor.name.split(":")[0] for tensor in inputs]


def input_of(network: keras.Model, name: str) -> Any:
    """The symbolic input of this name, or None if the network has none.

    >>> kgan.core.asking.input_of(model.generator, "latents").shape
    (None, 4)
    """
    inputs = getattr(network, "inputs", None) or ()
    return dict(zip(names_of(network), inputs, strict=True)).get(name)


def takes(network: keras.Model, name: str) -> bool:
    """Whether a network has an input of this name."""
    return name in names_of(network)


def main_shape(network: keras.Model) -> Any:
    """The shape of the inputs that are none of `BESIDE`, without the batch.

    name -> shape where there are several such inputs; None where they are not known.

    >>> kgan.core.asking.main_shape(model.discriminator)
    (28, 28, 1)
    """
    names = names_of(network)
    if len(names) < 2:
        # Also of networks that are no graph of layers.
        shape = network.input_shape
        return tuple(shape[1:]) if isinstance(shape, tuple) else None
    inputs = zip(names, network.inputs, strict=True)
    main = {name: tuple(t.shape[1:]) for name, t in inputs if name not in BESIDE}
    return next(iter(main.values())) if len(main) == 1 else main


def made_shape(network: keras.Model) -> Any:
    """The shape of a network's output, without the batch.

    name -> shape where the output is a dictionary; None for another tree.

    >>> kgan.core.asking.made_shape(model.generator)
    (28, 28, 1)
    """
    # Keras gives the shapes of several outputs as a list.
    if isinstance(network.output_shape, tuple):
        return tuple(network.output_shape[1:])
    output = getattr(network, "output", None)
    if not isinstance(output, dict):
        return None
    return {name: tuple(part.shape[1:]) for name, part in output.items()}


def ask(network: keras.Model, first: Any, training: bool, **beside: Any) -> Any:
    """Calls a network with what its inputs are called.

    Args:
        network: with one input, or with one and some of `BESIDE`; with an input for
            each part of `first`, where that is a dictionary.
        first: for the inputs that are none of `BESIDE`: a tensor, or tensors by name.
        training: whether it runs in training mode.
        **beside: name -> tensor, or None for what is not there.

    Returns:
        The output; an `Opinion` of a network with several outputs, of which the first
        are logits.

    Raises:
        ValueError: if the network takes what is not there.
    """
    given = first
    if len(names_of(network)) > 1:
        given = _by_name(network, first, beside)
    said = network(given, training=training)
    if not isinstance(said, (list, tuple)):
        return said
    named = dict(zip(network.output_names, said, strict=True))
    return Opinion(said[0], dict(list(named.items())[1:]))


def _by_name(network: keras.Model, first: Any, beside: dict[str, Any]):
    """What a network of several inputs takes, in its order."""
    parts = first if isinstance(first, dict) else {}
    given = {name: keras.ops.convert_to_tensor(part) for name, part in parts.items()}
    inputs = dict(zip(names_of(network), network.inputs, strict=True))
    others = [name for name in inputs if name not in given]
    missing = [n for n in others if (parts or n in beside) and beside.get(n) is None]
    if missing:
        raise ValueError(
            f"Expected {', '.join(missing)}, which {network.name!r} takes. "
            f"Received: {', '.join(parts) or 'none'}."
        )
    for name in others:
        given[name] = (
            _as_taken(inputs[name], beside[name])
            if name in beside
            else keras.ops.convert_to_tensor(first)
        )
    ordered = [given[name] for name in inputs]
    return keras.tree.pack_sequence_as(network.input, ordered)


def _as_taken(tensor: Any, labels: Any):
    """Labels [batch] as numbers, or as shares of classes where a network takes them."""
    labels = keras.ops.convert_to_tensor(labels)
    if len(tensor.shape) == 1 or len(labels.shape) == 2:
        return labels
    return keras.ops.one_hot(labels, tensor.shape[-1], dtype=tensor.dtype)


def takes_shares(network: keras.Model) -> bool:
    """Whether the labels of a network may be mixtures of classes."""
    labels = input_of(network, "labels")
    return labels is not None and len(labels.shape) == 2
