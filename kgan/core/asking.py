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


def main_shape(network: keras.Model) -> tuple[int | None, ...] | None:
    """The shape of the input that is none of `BESIDE`, without the batch.

    None where there are several such inputs, or where they are not known.

    >>> kgan.core.asking.main_shape(model.discriminator)
    (28, 28, 1)
    """
    names = names_of(network)
    if len(names) < 2:
        # Also of networks that are no graph of layers.
        shape = network.input_shape
        return tuple(shape[1:]) if isinstance(shape, tuple) else None
    main = [t for t, n in zip(network.inputs, names, strict=True) if n not in BESIDE]
    return tuple(main[0].shape[1:]) if len(main) == 1 else None


def ask(network: keras.Model, first: Any, training: bool, **beside: Any) -> Any:
    """Calls a network with what its inputs are called.

    Args:
        network: with one input, or with one and some of `BESIDE`.
        first: for the input that is none of `BESIDE`.
        training: whether it runs in training mode.
        **beside: name -> tensor, or None for what is not there.

    Returns:
        The output; an `Opinion` of a network with several outputs, of which the first
        are logits.

    Raises:
        ValueError: if the network takes what is not there.
    """
    names = names_of(network)
    given = first
    if len(names) > 1:
        missing = [n for n in names if n in beside and beside[n] is None]
        if missing:
            raise ValueError(
                f"Expected {', '.join(missing)}, which {network.name!r} takes. "
                "Received: none."
            )
        given = [
            _as_taken(tensor, beside[name])
            if name in beside
            else keras.ops.convert_to_tensor(first)
            for name, tensor in zip(names, network.inputs, strict=True)
        ]
    said = network(given, training=training)
    if not isinstance(said, (list, tuple)):
        return said
    named = dict(zip(network.output_names, said, strict=True))
    return Opinion(said[0], dict(list(named.items())[1:]))


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
