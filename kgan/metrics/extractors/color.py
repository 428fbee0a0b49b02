"""The extractor of color images that kgan contains."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kgan.metrics.extractors.extractor import (
    Extractor,
    Outputs,
    digest_of,
    prepared,
)
from kgan.metrics.extractors.stored_weights import load_arrays
from kgan.networks.resnet8 import resnet8

SIZE = 32
WEIGHTS = Path(__file__).parent / "weights" / "color.npz"
# Of each set that the network learned from, the classes in the order of the set.
SETS = {
    "cifar10": (
        *("airplane", "automobile", "bird", "cat", "deer"),
        *("dog", "frog", "horse", "ship", "truck"),
    ),
    "eurosat": (
        *("annual crop", "forest", "herbaceous vegetation", "highway", "industrial"),
        *("pasture", "permanent crop", "residential", "river", "sea or lake"),
    ),
    "emoji": (
        *("activities", "animals and nature", "component", "flags", "food and drink"),
        *("objects", "people and body", "smileys and emotion", "symbols"),
        "travel and places",
    ),
}
CLASSES = tuple(name for names in SETS.values() for name in names)
# The sha256 of WEIGHTS; scripts/make_color.py prints it.
SHA256 = "f84394caf838bdbe8be2cfce54e4729ca3e508f41fbc89e38d6bf2de4b8538f4"


class Color(Extractor):
    """A small classifier of color images that needs no download.

    One network for three sets has 30 classes (`CLASSES`: the ten of CIFAR-10, ten kinds
    of land of EuroSAT, ten categories of emoji). Its accuracy on their test images is
    in weights/README.md beside this file. docs/scores.md compares how it and SqueezeNet
    rank degraded images.

    The 128 features have mean 0 and variance 1 over the training images. A Frechet
    distance on these features is not FID, and comparable only with distances on the
    same features. The network sees 32x32 pixels: details that this size does not show
    have no effect on a score.

    >>> extractor = kgan.metrics.extractors.Color()
    >>> outputs = extractor.extract(images)
    >>> outputs.features.shape, outputs.logits.shape
    ((64, 128), (64, 30))

    Raises:
        ValueError: if the weights in the package are damaged.
    """

    name = "color"
    resize = (
        f"Gray repeated to three channels, resized to {SIZE}x{SIZE} by antialiased "
        "bilinear interpolation unless they are of that size. Not FID."
    )
    feature_dim = 128
    has_logits = True

    def __init__(self) -> None:
        super().__init__()
        self.network = resnet8(len(CLASSES), self.feature_dim)
        file_digest = load_arrays(self.network, WEIGHTS, sha256=SHA256)
        self.digest = digest_of(file_digest, "color 1")

    def outputs(self, images: Any) -> Outputs:
        outputs = self.network(prepared(images, 3, (SIZE, SIZE)), training=False)
        return Outputs(outputs["features"], outputs["logits"])
