"""A small classifier of ImageNet as extractor of color images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tensorflow as tf

from kgan.metrics.extractors.extractor import (
    Extractor,
    Outputs,
    digest_of,
    prepared,
)
from kgan.metrics.extractors.stored_weights import load_arrays, path_of
from kgan.networks.squeezenet import SIZE, squeezenet

FILE = "squeezenet_v1.0_imagenet.npz"
# What Caffe subtracts from blue, green and red levels.
_MEANS = (104.0, 117.0, 123.0)


class SqueezeNet(Extractor):
    """SqueezeNet 1.0 on ImageNet, for scores of color images without a network.

    The 512 features are the means of the last fire module over the pixels; the logits
    are those of the 1,000 classes. A Frechet distance on these features is not FID, and
    comparable only with distances on the same features.

    >>> extractor = kgan.metrics.extractors.get("squeezenet")  # doctest: +SKIP
    >>> extractor.extract(images).features.shape  # doctest: +SKIP
    (64, 512)

    Args:
        path: the file squeezenet_v1.0_imagenet.npz. Default: the file of this name in
            the folder that the environment variable KGAN_WEIGHTS names.

    Raises:
        ValueError: if there is no such file, or it has the weights of another network.
    """

    name = "squeezenet"
    resize = (
        f"Gray repeated to three channels, resized to {SIZE}x{SIZE} by antialiased "
        "bilinear interpolation unless they are of that size. Not FID."
    )
    feature_dim = 512
    has_logits = True

    def __init__(self, path: str | Path | None = None) -> None:
        super().__init__()
        self.network = squeezenet()
        file_digest = load_arrays(self.network, path_of(FILE, path))
        self.digest = digest_of(file_digest, "squeezenet 1")

    def outputs(self, images: Any) -> Outputs:
        images = prepared(images, 3, (SIZE, SIZE))
        levels = (images[..., ::-1] + 1.0) * 127.5 - tf.constant(_MEANS)
        outputs = self.network(levels, training=False)
        return Outputs(outputs["features"], outputs["logits"])

    def extract(self, images: Any, batch_size: int = 50) -> Outputs:
        return super().extract(images, batch_size)
