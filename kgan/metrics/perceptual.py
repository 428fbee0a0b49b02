"""Distances of images in the features of a frozen network, as losses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from kgan.metrics.extractors.color import CLASSES, SHA256, WEIGHTS
from kgan.metrics.extractors.lpips import LPIPS
from kgan.metrics.extractors.stored_weights import load_arrays
from kgan.networks.resnet8 import resnet8

# Of ImageNet's images in the order blue, green, red.
_MEANS = (103.939, 116.779, 123.68)


class Perceptual:
    """How far images are from their targets in the features of a frozen network.

    Johnson et al. 2016 (arXiv 1603.08155). No game trains the network, and none saves
    it: it is known by its name. Gradients go through it to the images.

    >>> perceptual = kgan.metrics.perceptual.Perceptual("color")
    >>> float(perceptual(np.zeros((1, 16, 16, 3)), np.zeros((1, 16, 16, 3))))
    0.0

    Args:
        features: - "color": the three blocks of the network of `kgan.metrics`'s color
                    extractor, which the package contains;
                  - "lpips", or "lpips:PATH": LPIPS of AlexNet, see
                    `kgan.metrics.extractors.LPIPS`;
                  - "vgg19": the last convolution of VGG19 before its activation, as
                    ESRGAN has it (arXiv 1809.00219), which `keras.applications`
                    downloads;
                  - a `keras.Model`, images [batch, height, width, 3] in [-1, 1] -> one
                    tensor or several.
        distance: of features, "l2": the mean of squares, or "l1".

    Attributes:
        name: what a log or a table calls the network.

    Raises:
        ValueError: for another name, weights that are not there, or a network that
            cannot be fetched.
    """

    def __init__(self, features: Any = "color", distance: str = "l2") -> None:
        if distance not in ("l1", "l2"):
            raise ValueError(
                f"Expected distance 'l1' or 'l2'. Received: distance={distance!r}."
            )
        self.distance = distance
        self.name = getattr(features, "name", features)
        self._maps = _maps(features)

    def maps(self, images: Any) -> list[Any]:
        """The features of images [batch, height, width, 1 or 3] in [-1, 1]."""
        if images.shape[-1] == 1:
            images = ops.repeat(images, 3, axis=-1)
        maps = self._maps(images)
        return maps if isinstance(maps, (list, tuple)) else [maps]

    def __call__(self, target: Any, fake: Any) -> Any:
        """A scalar: the mean over the features, the sum over the maps.

        Args:
            target: images in [-1, 1].
            fake: images of the same shape.
        """
        pairs = zip(self.maps(target), self.maps(fake), strict=True)
        differences = [ops.stop_gradient(one) - other for one, other in pairs]
        size = ops.abs if self.distance == "l1" else ops.square
        return sum(ops.mean(size(x)) for x in differences)


def _maps(features: Any) -> Callable[[Any], Any]:
    if isinstance(features, keras.Model):
        return lambda images: features(images, training=False)
    name, _, path = str(features).partition(":")
    if name == "lpips":
        return LPIPS(path or None).maps
    if features == "color":
        network = _color()
    elif features == "vgg19":
        network = _vgg19()
    else:
        raise ValueError(
            "Expected perceptual features 'color', 'lpips', 'lpips:PATH', 'vgg19' or a "
            f"keras.Model. Received: {features!r}."
        )
    network.trainable = False
    return lambda images: network(images, training=False)


def _color():
    network = resnet8(len(CLASSES), 128, size=None)
    load_arrays(network, WEIGHTS, sha256=SHA256)
    blocks = [network.get_layer(f"block{i}_relu").output for i in range(3)]
    return keras.Model(network.input, blocks, name="color")


def _vgg19():
    try:
        whole = keras.applications.VGG19(include_top=False, weights="imagenet")
    except Exception as error:
        raise ValueError(
            "Expected the weights of VGG19, which keras.applications downloads. "
            f"Received: {error}. Choose perceptual='color', which the package has, or "
            "'lpips:PATH'."
        ) from None
    last = whole.get_layer("block5_conv4")
    # Before the activation, as ESRGAN has it.
    last.activation = keras.activations.linear
    images = keras.Input((None, None, 3))
    levels = (images[..., ::-1] + 1.0) * 127.5 - ops.array(_MEANS)
    return keras.Model(images, keras.Model(whole.input, last.output)(levels))
