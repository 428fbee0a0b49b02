"""The extractor that comes with kgan."""

import hashlib
import io
from pathlib import Path

import numpy as np
import tensorflow as tf

from kgan.metrics.extractors.extractor import (
    Extractor,
    Outputs,
    as_channels,
    digest_of,
)
from kgan.networks.lenet import lenet

WEIGHTS = Path(__file__).parent / "weights" / "lenet.npz"
CLASSES = (
    *"0123456789",
    *("t-shirt", "trouser", "pullover", "dress", "coat"),
    *("sandal", "shirt", "sneaker", "bag", "ankle boot"),
)
# Of WEIGHTS; scripts/make_lenet.py prints it.
SHA256 = "dfeade71d0fd09f9515e9f3dcbc05c2efee19e4a2943a3027005751ef48b05c5"


class LeNet(Extractor):
    """A small classifier of digits and fashion that needs no download.

    One net for both sets, with 20 classes (`CLASSES`: ten digits, then ten articles of
    Zalando), so that a result has one extractor whatever it looks at, and samples that
    leave their set show. On the test images it is right for 99.42 % (MNIST) and 90.17 %
    (Fashion-MNIST); see weights/README.md beside this file.

    64 features, of mean 0 and variance 1 over the training images of both sets: few
    enough that 10,000 samples give a covariance of full rank.

    It has learned strokes and clothes. For other images its features are a rough
    measure that is only good for comparisons on the same set.

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

    def __init__(self):
        super().__init__()
        self.network = lenet(len(CLASSES))
        self.digest = digest_of(load_weights(self.network, WEIGHTS, SHA256), "1")

    def first_class(self, dataset):
        return 10 if dataset == "fashion_mnist" else 0

    def outputs(self, images):
        images = as_channels(images, 1)
        if images.shape[1:3] != (28, 28):
            images = tf.image.resize(images, (28, 28), antialias=True)
        made = self.network(images, training=False)
        return Outputs(made["features"], made["logits"])


def load_weights(network, path, sha256=None):
    """Sets the weights of `network` to those of an .npz file, by their paths.

    Args:
        network: a built `keras.Model`.
        path: the file.
        sha256: what the file's must be, or None.

    Returns:
        The file's sha256.

    Raises:
        ValueError: if it is another.
    """
    content = Path(path).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if sha256 not in (None, digest):
        raise ValueError(
            f"Expected {path} with the sha256 {sha256}. Received: {digest}: the file "
            "is damaged. Install kgan again."
        )
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        for weight in network.weights:
            weight.assign(arrays[weight.path].astype("float32"))
    return digest
