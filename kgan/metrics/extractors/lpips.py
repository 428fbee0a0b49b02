"""The features of the learned perceptual distance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from kgan.metrics.extractors.extractor import (
    Extractor,
    Outputs,
    as_channels,
    digest_of,
)
from kgan.metrics.extractors.stored_weights import load_arrays, path_of
from kgan.networks.alexnet import lpips, perceptual_distance
from kgan.spaces import to_float

FILE = "lpips_alex_v0.1.npz"
# Smaller images are enlarged; the network needs 31 pixels per side.
_LEAST = 64


class LPIPS(Extractor):
    """AlexNet with the linear weights of LPIPS 0.1, Zhang et al. 2018 (1801.03924).

    The 1152 features are the means over the pixels of the five weighted feature maps.
    The squared distance between the features of two images is at most their LPIPS,
    which `distance` computes from the maps themselves.

    >>> extractor = kgan.metrics.extractors.get("lpips")  # doctest: +SKIP
    >>> extractor.distance(images, images).shape  # doctest: +SKIP
    TensorShape([64])

    Args:
        path: the file lpips_alex_v0.1.npz. Default: the file of this name in the folder
            that the environment variable KGAN_WEIGHTS names.

    Raises:
        ValueError: if there is no such file, or it has the weights of another network.
    """

    name = "lpips"
    resize = (
        "Gray repeated to three channels; images with a side below 64 pixels are "
        "resized to 64x64 by antialiased bilinear interpolation. Not FID."
    )
    feature_dim = 1152

    def __init__(self, path: str | Path | None = None) -> None:
        super().__init__()
        self.network = lpips()
        file_digest = load_arrays(self.network, path_of(FILE, path), _root_of_lin)
        self.digest = digest_of(file_digest, "lpips 1")

    def maps(self, images: Any) -> list[tf.Tensor]:
        """Returns the five weighted maps of images, also in a graph.

        Args:
            images: [n, height, width, channels], floats in [-1, 1] or uint8.
        """
        images = as_channels(to_float(images), 3)
        if min(images.shape[1:3]) < _LEAST:
            images = tf.image.resize(images, (_LEAST, _LEAST), antialias=True)
        return self.network(images, training=False)

    def distance(self, first: Any, second: Any) -> tf.Tensor:
        """Returns LPIPS of pairs of images, float32 [n], also in a graph.

        Args:
            first: [n, height, width, channels], floats in [-1, 1] or uint8.
            second: images of the same shape.
        """
        return perceptual_distance(self.maps(first), self.maps(second))

    def outputs(self, images: Any) -> Outputs:
        means = [tf.reduce_mean(x, axis=(1, 2)) for x in self.maps(images)]
        return Outputs(tf.concat(means, axis=-1))

    def extract(self, images: Any, batch_size: int = 50) -> Outputs:
        return super().extract(images, batch_size)


def _root_of_lin(name: str, array: np.ndarray):
    """The weights of the distance as the network holds them."""
    if not name.startswith("lin"):
        return name, array
    if array.min() < 0:
        raise ValueError(f"{name} has negative weights")
    return f"{name}_kernel", np.sqrt(array).reshape(1, 1, -1, 1)
