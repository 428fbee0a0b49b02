"""The extractor of gray images that kgan contains."""

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
from kgan.networks.lenet import lenet

WEIGHTS = Path(__file__).parent / "weights" / "lenet.npz"
CLASSES = (
    *"0123456789",
    *("t-shirt", "trouser", "pullover", "dress", "coat"),
    *("sandal", "shirt", "sneaker", "bag", "ankle boot"),
)
# The sha256 of WEIGHTS; scripts/make_lenet.py prints it.
SHA256 = "dfeade71d0fd09f9515e9f3dcbc05c2efee19e4a2943a3027005751ef48b05c5"


class LeNet(Extractor):
    """A small classifier of digits and fashion that needs no download.

    One network for both sets has 20 classes (`CLASSES`: ten digits, then ten articles
    of Zalando). So all results have the same extractor, and samples of the wrong set
    are visible in the classes. Its accuracy on the test images is 99.42 % (MNIST) and
    90.17 % (Fashion-MNIST); see weights/README.md beside this file.

    The 64 features have mean 0 and variance 1 over the training images of both sets.
    Because they are few, 10,000 samples give a covariance of full rank.

    The network was trained on digits and clothes. For other gray images, its features
    are a rough measure: compare only scores on the same set. For color images see
    `Color`.

    >>> extractor = kgan.metrics.extractors.LeNet()
    >>> outputs = extractor.extract(images)
    >>> outputs.features.shape, outputs.logits.shape
    ((64, 64), (64, 20))

    Raises:
        ValueError: if the weights in the package are damaged.
    """

    name = "lenet"
    resize = (
        "Gray by the luma of ITU-R BT.601, resized to 28x28 by antialiased bilinear "
        "interpolation unless they are of that size."
    )
    feature_dim = 64
    has_logits = True

    def __init__(self) -> None:
        super().__init__()
        self.network = lenet(len(CLASSES))
        file_digest = load_arrays(self.network, WEIGHTS, sha256=SHA256)
        self.digest = digest_of(file_digest, "1")

    def first_class(self, dataset: str) -> int:
        return 10 if dataset == "fashion_mnist" else 0

    def outputs(self, images: Any) -> Outputs:
        outputs = self.network(prepared(images, 1, (28, 28)), training=False)
        return Outputs(outputs["features"], outputs["logits"])
