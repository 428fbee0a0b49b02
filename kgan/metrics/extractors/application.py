"""The networks of `keras.applications` as extractors."""

from __future__ import annotations

import contextlib
import inspect
import os
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import tensorflow as tf

from kgan.metrics.extractors.extractor import (
    Extractor,
    Outputs,
    digest_of,
    prepared,
)
from kgan.metrics.extractors.stored_weights import ENVIRONMENT
from kgan.system import network as connection

URL = "https://storage.googleapis.com/tensorflow/keras-applications/"


class Application(Extractor):
    """Any network of `keras.applications` with its weights of ImageNet.

    The features are the last feature map, averaged over its pixels: 1280 of
    MobileNetV2, 2048 of ResNet50. The logits are those of the 1,000 classes. The images
    are prepared by the `preprocess_input` of the network. Scores on these features are
    not FID, also on InceptionV3, whose weights and resizing are others.

    >>> extractor = kgan.metrics.extractors.Application(
    ...     "MobileNetV2", "path/of.weights.h5"
    ... )  # doctest: +SKIP
    >>> extractor.extract(images).features.shape  # doctest: +SKIP
    (64, 1280)

    Args:
        network: the name of a function in `keras.applications`.
        weights: the path of a file that `keras.Model.save_weights` wrote. Default:
            NETWORK.weights.h5 in the folder that the environment variable KGAN_WEIGHTS
            names, if it is there; else the weights that Keras downloads.

    Raises:
        ValueError: for an unknown network, or weights that cannot be read or
            downloaded.
    """

    has_logits = True

    def __init__(
        self, network: str | None = None, weights: str | Path | None = None
    ) -> None:
        super().__init__()
        module = _module_of(network)
        build = getattr(keras.applications, network)
        path = weights or _local(network)
        arguments = {"weights": None, "classifier_activation": None}
        with _float32():
            if path is None:
                model = _downloaded(network, build, arguments)
            else:
                model = _loaded(network, build(**arguments), path)
        feature_map = _last_map(model)
        self.name = f"applications:{network}"
        size = tuple(model.input_shape[1:3])
        self.resize = (
            f"Gray repeated to three channels, resized to {size[0]}x{size[1]} by "
            "antialiased bilinear interpolation unless they are of that size. Not FID."
        )
        self.feature_dim = feature_map.shape[-1]
        self.digest = digest_of(
            f"{self.name} 1", *(weight.numpy() for weight in model.weights)
        )
        self._size, self._prepare = size, module.preprocess_input
        self.network = keras.Model(model.input, [feature_map, model.output])

    def outputs(self, images: Any) -> Outputs:
        images = prepared(images, 3, self._size)
        levels = self._prepare((images + 1.0) * 127.5, data_format="channels_last")
        feature_map, logits = self.network(levels, training=False)
        return Outputs(tf.reduce_mean(feature_map, axis=(1, 2)), logits)

    def extract(self, images: Any, batch_size: int = 50) -> Outputs:
        return super().extract(images, batch_size)


def names() -> list[str]:
    """Returns the names of all networks."""
    functions = inspect.getmembers(keras.applications, inspect.isfunction)
    return [name for name, _ in functions]


def _module_of(network: str | None) -> ModuleType:
    """The module of a network, which prepares its images."""
    if network not in names():
        raise ValueError(
            "Expected a network of keras.applications, such as "
            "applications:MobileNetV2. "
            f"Received: {network!r}. Choose one of {', '.join(names())}."
        )
    modules = inspect.getmembers(keras.applications, inspect.ismodule)
    return next(module for _, module in modules if hasattr(module, network))


def _local(network: str):
    folder = os.environ.get(ENVIRONMENT)
    path = folder and Path(folder, f"{network}.weights.h5").expanduser()
    return path if path and path.is_file() else None


def _loaded(network: str, model: keras.Model, path: str | Path):
    try:
        model.load_weights(path)
    except Exception as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise ValueError(
            f"Expected the weights of {network}, as its save_weights writes them. "
            f"Received: {path}: {lines[0]}"
        ) from None
    return model


def _downloaded(network: str, build: Any, arguments: dict[str, Any]):
    if not _is_cached(network) and not connection.reachable(URL):
        raise ValueError(
            f"Expected a network connection to download the weights of {network}. "
            f"Received: no answer from {URL}. On a machine with one, call "
            f"keras.applications.{network}(classifier_activation=None)"
            f".save_weights('{network}.weights.h5'), and set {ENVIRONMENT} to the "
            "folder of this file."
        )
    try:
        return build(**{**arguments, "weights": "imagenet"})
    except Exception as error:
        raise ValueError(
            f"The weights of {network} could not be downloaded: {error}"
        ) from None


def _is_cached(network: str):
    """Whether Keras has downloaded weights of the network before."""
    home = Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser()
    files = (path.name.replace("_", "") for path in (home / "models").glob("*"))
    return any(name.lower().startswith(network.lower()) for name in files)


@contextlib.contextmanager
def _float32():
    """Builds layers in float32 under every dtype policy."""
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(policy)


def _last_map(model: keras.Model):
    """The last output of a layer that is a map of more than one pixel."""
    maps = [
        layer.output
        for layer in model.layers
        if not isinstance(layer.output, (list, tuple, dict))
        and len(layer.output.shape) == 4
        and layer.output.shape[1] > 1
    ]
    return maps[-1]
