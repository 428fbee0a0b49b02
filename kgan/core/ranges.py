"""What values a network can give, read from its last layers."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from kgan.spaces import Space

_INFINITY = math.inf
# Activation, layer or operation, in lower case without underscores -> its range.
_RANGES = {
    "sigmoid": (0.0, 1.0),
    "hardsigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "relu": (0.0, _INFINITY),
    "relu6": (0.0, 6.0),
    "softplus": (0.0, _INFINITY),
    "exponential": (0.0, _INFINITY),
    "exp": (0.0, _INFINITY),
    "logsigmoid": (-_INFINITY, 0.0),
    "logsoftmax": (-_INFINITY, 0.0),
    "tanh": (-1.0, 1.0),
    "hardtanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
}
# Layers and operations that only move, leave out or average values.
_PASS = {
    *("reshape", "flatten", "permute", "transpose", "squeeze", "identity"),
    *("dropout", "spatialdropout2d", "cropping1d", "cropping2d", "upsampling2d"),
    *("globalaveragepooling2d", "globalmaxpooling2d", "maxpooling2d"),
}


class Range(NamedTuple):
    """The values that a network can give.

    Attributes:
        low, high: the least and the greatest value.
        cause: the activation or the layer that bounds them.
        layer: the name of the layer.
    """

    low: float
    high: float
    cause: str
    layer: str


def output_range(network: keras.Model) -> Range | None:
    """The range of the (first) output of a network; None if its end is not known.

        >>> kgan.core.ranges.output_range(model.generator)[:3]
        (-1.0, 1.0, 'tanh')

    Args:
        network: a built `keras.Model`.
    """
    outputs = getattr(network, "outputs", None)
    return _of_tensor(outputs[0]) if outputs else None


def check_logits(discriminator: keras.Model) -> None:
    """Raises ValueError if a discriminator gives probabilities instead of logits."""
    end = output_range(discriminator) or _probed(discriminator)
    if end is None or not (end.low >= 0.0 and end.high <= 1.0):
        return
    raise ValueError(
        "Expected a discriminator that ends in logits, any numbers, because the loss "
        f"applies the sigmoid. Received: {discriminator.name!r}, which ends in the "
        f"{end.cause} of the layer {end.layer!r}. Remove this {end.cause}."
    )


def check_reaches(generator: keras.Model, space: Space) -> None:
    """Raises ValueError if a generator cannot give all values of a space."""
    end = output_range(generator)
    if end is None or space.limits is None:
        return
    low, high = space.limits
    if end.low <= low and end.high >= high:
        return
    raise ValueError(
        f"Expected a generator that can give all values of {space.unit}s, from "
        f"{low:g} to {high:g}. Received: {generator.name!r}, which ends in the "
        f"{end.cause} of the layer {end.layer!r}, and gives {end.low:g} to "
        f"{end.high:g}. End it in another activation, such as tanh for images."
    )


def _of_tensor(tensor: Any) -> Range | None:
    history = getattr(tensor, "_keras_history", None)
    if history is None:
        return None
    layer = history.operation
    if isinstance(layer, keras.Model):
        outputs = getattr(layer, "outputs", None)
        return _of_tensor(outputs[history.tensor_index]) if outputs else None
    activation = getattr(layer, "activation", None)
    if any(getattr(end, "negative_slope", 0) for end in (layer, activation)):
        # A leaky end gives negative numbers too.
        return None
    name = _name(type(layer) if activation is None else activation)
    if name in _RANGES:
        return Range(*_RANGES[name], name, layer.name)
    if isinstance(layer, keras.layers.Rescaling):
        return _rescaled(_of_input(layer, history), layer)
    if name in _PASS or isinstance(layer, keras.layers.Activation):
        return _of_input(layer, history) if name in {*_PASS, "linear"} else None
    if name == "linear":
        return Range(-_INFINITY, _INFINITY, "linear", layer.name)
    return None


def _of_input(layer: Any, history: Any) -> Range | None:
    inputs = layer._inbound_nodes[history.node_index].input_tensors
    return _of_tensor(inputs[0]) if len(inputs) == 1 else None


def _rescaled(end: Range | None, layer: keras.layers.Rescaling) -> Range | None:
    numbers = (layer.scale, layer.offset)
    if end is None or not all(isinstance(n, (int, float)) for n in numbers):
        return None
    ends = sorted(x * layer.scale + layer.offset for x in (end.low, end.high))
    return Range(*ends, end.cause, end.layer)


def _name(thing: Any):
    name = getattr(thing, "__name__", type(thing).__name__)
    return name.lower().replace("_", "")


def _probed(network: keras.Model) -> Range | None:
    """The range of a network whose end is not known: a sigmoid saturates."""
    shapes = [tensor.shape[1:] for tensor in getattr(network, "inputs", None) or ()]
    if len(shapes) != 1 or None in shapes[0] or tf.distribute.has_strategy():
        return None
    noise = np.random.default_rng(0).normal(0.0, 1e4, (16, *shapes[0]))
    answers = tf.nest.flatten(network(noise.astype("float32"), training=False))[0]
    answers = np.asarray(answers, "float32")
    low, high = answers.min(), answers.max()
    # Logits of such noise lie in [0, 1], at both ends of it, by no chance.
    if 0.0 <= low < 0.01 and 0.99 < high <= 1.0:
        return Range(0.0, 1.0, "sigmoid", network.layers[-1].name)
    return None
