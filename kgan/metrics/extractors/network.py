"""Any network as a feature extractor."""

import json

import keras
import tensorflow as tf

from kgan.metrics.extractors.extractor import (
    Extractor,
    Outputs,
    as_channels,
    digest_of,
)


class Network(Extractor):
    """A `keras.Model`, or any callable in TensorFlow's graphs, as extractor.

    It gives features [n, d]; or (features, logits); or a dictionary with `features` and
    perhaps `logits`. It gets images in [-1, 1]; a model whose input has a size of 1 or
    3 channels gets them resized and in gray or colour as it needs them, a callable as
    they are.

    Args:
        network: the model, whose weights must not change from here on, or a callable.
        name: what results call it. Default: its own name.
        digest: a string that changes when the features would. Default: of a model its
            configuration and weights, of a callable its name and byte code, which do
            not tell of what it reads from elsewhere.

    Raises:
        ValueError: if it is no callable, or a model that is not built.
    """

    def __init__(self, network, name=None, digest=None):
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
                f"Expected a built model. Received: {network!r}. Give it an Input, or "
                "call it once."
            )
        self._size, self._channels = _input_of(network) if model else (None, None)
        made = digest or (_digest_of_model if model else _digest_of_callable)(network)
        self.digest = digest_of("network 1", made)
        self.resize = (
            f"Resized to {self._size[0]}x{self._size[1]} by antialiased bilinear "
            "interpolation unless they are of that size."
            if self._size
            else Extractor.resize
        )

    def outputs(self, images):
        if self._channels:
            images = as_channels(images, self._channels)
        if self._size and tuple(images.shape[1:3]) != self._size:
            images = tf.image.resize(images, self._size, antialias=True)
        if isinstance(self.network, keras.Model):
            made = self.network(images, training=False)
        else:
            made = self.network(images)
        if isinstance(made, dict):
            return Outputs(made["features"], made.get("logits"))
        return Outputs(*made) if isinstance(made, (tuple, list)) else Outputs(made)


def _input_of(model):
    """((height, width), channels) that a model takes, None where it takes any."""
    shape = model.input_shape
    if not isinstance(shape, tuple) or len(shape) != 4:
        return None, None
    size = None if None in shape[1:3] else tuple(shape[1:3])
    return size, shape[3] if shape[3] in (1, 3) else None


def _name_of(function):
    return getattr(function, "__qualname__", type(function).__qualname__)


def _digest_of_model(model):
    weights = [weight.numpy() for weight in model.weights]
    return digest_of(_architecture(model), *weights)


def _architecture(model):
    try:
        config = json.loads(model.to_json())
    except (NotImplementedError, TypeError, ValueError):
        # A subclass without a configuration: its weights must do.
        return type(model).__qualname__
    return json.dumps(_without_names(config), sort_keys=True)


def _without_names(config):
    """Without what Keras numbers anew each time a layer is made."""
    named = {"name", "keras_history", "input_layers", "output_layers"}
    if isinstance(config, dict):
        return {k: _without_names(v) for k, v in config.items() if k not in named}
    if isinstance(config, list):
        return [_without_names(value) for value in config]
    return config


def _digest_of_callable(function):
    code = getattr(function, "__code__", None)
    known = (code.co_code, repr(code.co_names)) if code else ()
    return digest_of(getattr(function, "__module__", ""), _name_of(function), *known)
