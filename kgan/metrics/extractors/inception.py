"""The network that defines the Frechet inception distance and the inception score."""

import hashlib
import os
from pathlib import Path

import keras
import tensorflow as tf

from kgan import cache, online
from kgan.metrics.extractors.extractor import (
    Extractor,
    Outputs,
    as_channels,
    digest_of,
)

URL = (
    "https://openaipublic.blob.core.windows.net/diffusion/jul-2021/ref_batches/"
    "classify_image_graph_def.pb"
)
# Of classify_image_graph_def.pb in inception-2015-12-05.tgz, 95,673,916 bytes.
SHA256 = "009d6814d1bc560d4e7b236e170e9b2d5ca6f4b57bd8037f6db05776204415c6"
_ENVIRONMENT = "KGAN_INCEPTION"

# Where the graph takes resized pixels in [0, 255], and what is read off.
_RESIZED, _POOL, _LOGITS = "ResizeBilinear:0", "pool_3:0", "softmax/logits/MatMul"


class Inception(Extractor):
    """Inception of December 2015, as the frozen TensorFlow graph that defines FID.

    Features are `pool_3`, 2048 of them (Heusel et al. 2017, arXiv 1706.08500). Logits
    are those features times the softmax layer's kernel, without its bias, as the
    inception score's authors compute them (Salimans et al. 2016, arXiv 1606.03498).

    Args:
        path: the file classify_image_graph_def.pb. Default: the environment variable
            KGAN_INCEPTION, else it is downloaded (96 MB) and kept in
            `kgan.cache.directory()`.
        sha256: what the file's must be; None takes any graph with the same tensors, and
            its scores are then no FID.

    Raises:
        ValueError: if the file is missing and cannot be downloaded, is another, or is
            no graph with the tensors needed.
    """

    name = "inception"
    resize = (
        "Rounded to 256 levels, gray repeated to three channels, resized to 299x299 by "
        "TensorFlow 1's bilinear interpolation (corners not aligned, no half-pixel "
        "centers, no antialiasing)."
    )
    feature_dim = 2048
    has_logits = True

    def __init__(self, path=None, sha256=SHA256):
        super().__init__()
        path = Path(path or os.environ.get(_ENVIRONMENT) or _download())
        content, found = _read(path, sha256)
        self.digest = digest_of(found, "1")
        if found != SHA256:
            self.name = f"inception-{found[:8]}"
        self._pool, self._kernel = _import(content, path)

    def outputs(self, images):
        pixels = tf.round((as_channels(images, 3) + 1.0) * 127.5)
        resized = resize_as_tf1(tf.clip_by_value(pixels, 0.0, 255.0), (299, 299))
        features = tf.numpy_function(self._pool, [resized], tf.float32, stateful=False)
        features = tf.ensure_shape(features, [None, self._kernel.shape[0]])
        return Outputs(features, tf.matmul(features, self._kernel))

    def extract(self, images, batch_size=50):
        return super().extract(images, batch_size)


def resize_as_tf1(images, size):
    """Bilinear interpolation as TensorFlow 1 did by default.

    The pixel i of the result lies at i * (old size / new size) of the image: the first
    pixels coincide, and nothing is averaged when images shrink.

    Args:
        images: float32 [n, height, width, channels].
        size: (height, width).
    """
    return tf.raw_ops.ResizeBilinear(
        images=images, size=size, align_corners=False, half_pixel_centers=False
    )


def _import(content, path):
    """(function of resized pixels -> features, the logits' kernel) of a graph."""
    definition = tf.compat.v1.GraphDef()
    try:
        definition.ParseFromString(content)
    except Exception as error:
        raise ValueError(f"{path} is no frozen TensorFlow graph: {error}") from None
    for node in definition.node:
        # Shapes of batches of one.
        node.attr.pop("_output_shapes", None)
    names = {node.name for node in definition.node}
    needed = {name.split(":")[0] for name in (_RESIZED, _POOL, _LOGITS)}
    if not needed <= names:
        raise ValueError(
            f"Expected a graph with {', '.join(sorted(needed))}. Received: {path}, "
            f"without {', '.join(sorted(needed - names))}."
        )

    # A session, because functions refuse the graph: it has an op that was removed for
    # graphs made after version 9, batch normalization as of 2015.
    graph = tf.Graph()
    with graph.as_default():
        resized = tf.compat.v1.placeholder(tf.float32, [None, None, None, 3])
        pool, matmul = tf.graph_util.import_graph_def(
            definition, {_RESIZED: resized}, [_POOL, _LOGITS], name=""
        )
    session = tf.compat.v1.Session(graph=graph)
    kernel = session.run(matmul.inputs[1])

    def features(images):
        made = session.run(pool, {resized: images})
        return made.reshape(len(images), len(kernel))

    return features, tf.constant(kernel)


def _read(path, sha256):
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ValueError(
            f"The Inception graph cannot be read: {error}. {_how_to_get_it()}"
        ) from None
    found = hashlib.sha256(content).hexdigest()
    if sha256 not in (None, found):
        raise ValueError(
            f"Expected the Inception graph of 2015 with the sha256 {sha256}. Received: "
            f"{path} with {found}. {_how_to_get_it()}"
        )
    return content, found


def _download():
    folder = cache.directory() / "inception"
    kept = folder / URL.rpartition("/")[2]
    if not kept.exists() and not online.reachable(URL):
        raise ValueError(
            f"The Inception graph is not in {folder}, and there is no network to "
            f"download it. {_how_to_get_it()}"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return keras.utils.get_file(
            origin=URL,
            file_hash=SHA256,
            cache_dir=str(folder.parent),
            cache_subdir=folder.name,
        )
    except Exception as error:
        raise ValueError(
            f"The Inception graph could not be downloaded: {error}. {_how_to_get_it()}"
        ) from None


def _how_to_get_it():
    return (
        f"Get classify_image_graph_def.pb on a machine with a network, from {URL} or "
        "out of inception-2015-12-05.tgz, and name it by --inception or the "
        f"environment variable {_ENVIRONMENT}. Without it, the extractor lenet works "
        "offline; its scores compare with each other, not with published FIDs."
    )
