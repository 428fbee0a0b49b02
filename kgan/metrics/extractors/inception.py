"""The network that defines the Frechet inception distance and the inception score."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kgan.metrics.extractors.extractor import (
    Extractor,
    Outputs,
    as_channels,
    digest_of,
)
from kgan.system import cache, network

URL = (
    "https://openaipublic.blob.core.windows.net/diffusion/jul-2021/ref_batches/"
    "classify_image_graph_def.pb"
)
# The sha256 of classify_image_graph_def.pb in inception-2015-12-05.tgz, a file of
# 95,673,916 bytes.
SHA256 = "009d6814d1bc560d4e7b236e170e9b2d5ca6f4b57bd8037f6db05776204415c6"
_ENVIRONMENT = "KGAN_INCEPTION"

# The graph's tensors: the input, resized pixels in [0, 255], and the two outputs.
_RESIZED, _POOL, _LOGITS = "ResizeBilinear:0", "pool_3:0", "softmax/logits/MatMul"


class Inception(Extractor):
    """Inception of December 2015, the frozen TensorFlow graph that defines FID.

    The 2048 features are the tensor `pool_3` (Heusel et al. 2017, arXiv 1706.08500).
    The logits are these features times the kernel of the softmax layer, without its
    bias, as in the code of the inception score (Salimans et al. 2016, arXiv
    1606.03498).

    >>> extractor = kgan.metrics.extractors.Inception()  # doctest: +SKIP
    >>> extractor.extract(images).features.shape  # doctest: +SKIP
    (64, 2048)

    Args:
        path: the file classify_image_graph_def.pb. Default: the value of the
            environment variable KGAN_INCEPTION; without it, the file is downloaded (96
            MB) into `kgan.system.cache.directory()`.
        sha256: the sha256 that the file must have. None accepts any graph with the same
            tensors; its scores are not FID.

    Raises:
        ValueError: if the file is missing and cannot be downloaded, has another sha256,
            or is not a graph with the needed tensors.
    """

    name = "inception"
    resize = (
        "Rounded to 256 levels, gray repeated to three channels, resized to 299x299 by "
        "TensorFlow 1's bilinear interpolation (corners not aligned, no half-pixel "
        "centers, no antialiasing)."
    )
    feature_dim = 2048
    has_logits = True

    def __init__(
        self, path: str | Path | None = None, sha256: str | None = SHA256
    ) -> None:
        super().__init__()
        path = Path(path or os.environ.get(_ENVIRONMENT) or _download())
        content, file_digest = _read(path, sha256)
        self.digest = digest_of(file_digest, "1")
        if file_digest != SHA256:
            self.name = f"inception-{file_digest[:8]}"
        self._pool, self._kernel = _import(content, path)

    def outputs(self, images: Any) -> Outputs:
        pixels = tf.round((as_channels(images, 3) + 1.0) * 127.5)
        resized = resize_as_tf1(tf.clip_by_value(pixels, 0.0, 255.0), (299, 299))
        features = tf.numpy_function(self._pool, [resized], tf.float32, stateful=False)
        features = tf.ensure_shape(features, [None, self._kernel.shape[0]])
        return Outputs(features, tf.matmul(features, self._kernel))

    def extract(self, images: Any, batch_size: int = 50) -> Outputs:
        return super().extract(images, batch_size)


def resize_as_tf1(images: tf.Tensor, size: tuple[int, int]) -> tf.Tensor:
    """Resizes images by the default bilinear interpolation of TensorFlow 1.

    Pixel i of the result lies at i * (old size / new size) in the image: the first
    pixels coincide, and shrinking does not average over pixels.

    Args:
        images: float32 [n, height, width, channels].
        size: (height, width) of the result.

    Returns:
        float32 [n, *size, channels].
    """
    return tf.raw_ops.ResizeBilinear(
        images=images, size=size, align_corners=False, half_pixel_centers=False
    )


def _import(content: bytes, path: Path):
    """Returns a function from resized pixels to features, and the logits' kernel."""
    definition = tf.compat.v1.GraphDef()
    try:
        definition.ParseFromString(content)
    except Exception as error:
        raise ValueError(
            f"Expected a frozen TensorFlow graph. Received: {path}, which cannot be "
            f"parsed: {error}. {_how_to_get_it()}"
        ) from None
    for node in definition.node:
        # These shapes fix the batch size to 1.
        node.attr.pop("_output_shapes", None)
    names = {node.name for node in definition.node}
    needed = {name.split(":")[0] for name in (_RESIZED, _POOL, _LOGITS)}
    if not needed <= names:
        raise ValueError(
            f"Expected a graph with {', '.join(sorted(needed))}. Received: {path}, "
            f"without {', '.join(sorted(needed - names))}. {_how_to_get_it()}"
        )

    # TensorFlow functions refuse this graph, so it runs in a session: its batch
    # normalization op of 2015 was removed for graphs newer than version 9.
    graph = tf.Graph()
    with graph.as_default():
        resized = tf.compat.v1.placeholder(tf.float32, [None, None, None, 3])
        pool, matmul = tf.graph_util.import_graph_def(
            definition, {_RESIZED: resized}, [_POOL, _LOGITS], name=""
        )
    session = tf.compat.v1.Session(graph=graph)
    kernel = session.run(matmul.inputs[1])

    def features(images: np.ndarray) -> np.ndarray:
        pooled = session.run(pool, {resized: images})
        return pooled.reshape(len(images), len(kernel))

    return features, tf.constant(kernel)


def _read(path: Path, sha256: str | None):
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ValueError(
            f"Expected the Inception graph of 2015. Received: {path}, which cannot be "
            f"read: {error}. {_how_to_get_it()}"
        ) from None
    digest = hashlib.sha256(content).hexdigest()
    if sha256 not in (None, digest):
        raise ValueError(
            f"Expected the Inception graph of 2015 with the sha256 {sha256}. Received: "
            f"{path} with the sha256 {digest}. {_how_to_get_it()}"
        )
    return content, digest


def _download():
    folder = cache.directory() / "inception"
    cached = folder / URL.rpartition("/")[2]
    if not cached.exists() and not network.reachable(URL):
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
        "from inception-2015-12-05.tgz, and give its path to --inception or to the "
        f"environment variable {_ENVIRONMENT}. The extractor lenet works offline; its "
        "scores are comparable with each other, but not with published FIDs."
    )
