"""An extractor made from any network."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from kgan.metrics.extractors.extractor import (
    Extractor,
    Outputs,
    as_channels,
    digest_of,
)


class Network(Extractor):
    """Makes an extractor from a `keras.Model` or a callable for TensorFlow graphs.

    The network takes images in [-1, 1]. It returns features [n, d]; or (features,
    logits); or a dictionary with `features` and, if it has classes, `logits`. If the
    input of a model has a fixed size, images are resized to this size; if it has 1 or 3
    channels, images are converted to gray or colour. A callable takes the images
    unchanged.

    >>> flatten = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Flatten()])
    >>> extractor = kgan.metrics.extractors.Network(flatten)
    >>> extractor.extract(images).features.shape
    (64, 3072)

    Args:
        network: a model, whose weights must not change afterwards, or a callable.
        name: what results call the extractor. Default: the name of the network.
        digest: a string that changes whenever the features change. Default: for a
            model, its configuration and weights; for a callable, its name and byte
            code. Values that a callable reads from elsewhere are not in its default.

    Raises:
        ValueError: if the network is not callable, or is a model that is not built.
    """

    def __init__(
        self, network: Any, name: str | None = None, digest: str | None = None
    ) -> None:
        super().__init__()
        if not callable(network):
            raise ValueError(
                "Expected a keras.Model or a callable, images [n, height, width, "
                f"channels] -> features [n, d]. Received: {network!r}."
            )
        self.network = network
        self.name = name or getattr(network, "name", None) or _name_of(network)
        model = isinstance(network, keras.Model)
        if model and not network.built:
            raise ValueError(
                f"Expected a built model. Received: {network!r}. Give the model an "
                "Input, or call it once."
            )
        self._size, self._channels = _input_of(network) if model else (None, None)
        content = digest or (_digest_of_model if model else _digest_of_callable)(
            network
        )
        self.digest = digest_of("network 1", content)
        self.resize = (
            f"Resized to {self._size[0]}x{self._size[1]} by antialiased bilinear "
            "interpolation unless they are of that size."
            if self._size
            else Extractor.resize
        )

    def outputs(self, images: Any) -> Outputs:
        if self._channels:
            images = as_channels(images, self._channels)
        if self._size and tuple(images.shape[1:3]) != self._size:
            images = tf.image.resize(images, self._size, antialias=True)
        if isinstance(self.network, keras.Model):
            outputs = self.network(images, training=False)
        else:
            outputs = self.network(images)
        if isinstance(outputs, dict):
            return Outputs(outputs["features"], outputs.get("logits"))
        if isinstance(outputs, (tuple, list)):
            return Outputs(*outputs)
        return Outputs(outputs)


def _input_of(model: keras.Model):
    """Returns ((height, width), channels) of a model's input, None for any."""
    shape = model.input_shape
    if not isinstance(shape, tuple) or len(shape) != 4:
        return None, None
    size = None if None in shape[1:3] else tuple(shape[1:3])
    return size, shape[3] if shape[3] in (1, 3) else None


def _name_of(function: Callable[..., Any]):
    return getattr(function, "__qualname__", type(function).__qualname__)


def _digest_of_model(model: keras.Model):
    weights = [weight.numpy() for weight in model.weights]
    return digest_of(_architecture(model), *weights)


def _architecture(model: keras.Model):
    try:
        config = json.loads(model.to_json())
    except (NotImplementedError, TypeError, ValueError):
        # A subclass may have no configuration; then its weights identify it.
        return type(model).__qualname__
    return json.dumps(_without_names(config), sort_keys=True)


def _without_names(config: Any):
    """Removes the names that Keras numbers, because they differ for each new layer."""
    numbered = {"name", "keras_history", "input_layers", "output_layers"}
    if isinstance(config, dict):
        return {k: _without_names(v) for k, v in config.items() if k not in numbered}
    if isinstance(config, list):
        return [_without_names(value) for value in config]
    return config


def _digest_of_callable(function: Callable[..., Any]):
    code = getattr(function, "__code__", None)
    content = (code.co_code, repr(code.co_names)) if code else ()
    return digest_of(getattr(function, "__module__", ""), _name_of(function), *content)
