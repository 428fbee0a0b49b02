"""Shows codes of images in TensorBoard's embedding projector."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
from tensorboard.plugins import projector

from kgan.callbacks.board import BoardCallback
from kgan.spaces import Endpoint, Images, Latents, Points
from kgan.spaces.images import tile, to_uint8
from kgan.system import image_files
from kgan.system.files import atomic_file

# TensorBoard refuses larger sprite images.
_LARGEST_SPRITE = 8192


class Projector(BoardCallback):
    """Shows the codes of images as a cloud of points: TensorBoard's page Projector.

    The codes are those of the model's endpoint from images to numbers, such as `encode`
    of a `VAE`, whose first answer is the mean. Each point is drawn as its image; with
    labels, it can be colored by its class. The page is written at the end of training
    to projector/ under `log_dir`.

    >>> model = kgan.VAE((28, 28, 1), latent_dim=2, hidden=(8,))
    >>> page = kgan.callbacks.Projector("logs/vae", images)
    >>> page.set_model(model)
    >>> page.on_train_end()
    >>> np.loadtxt("logs/vae/projector/codes.tsv").shape
    (64, 2)

    Args:
        log_dir: the directory of `keras.callbacks.TensorBoard`.
        images: uint8, or float32 in [-1, 1], [n, height, width, channels]. At most
            10,000 points can be moved with ease.
        labels: integers [n], or None.

    Raises:
        ValueError: for labels of another length; when training begins, if the model has
            no such endpoint.
    """

    def __init__(self, log_dir: str | Path, images: Any, labels: Any = None) -> None:
        super().__init__(log_dir)
        self.images = to_uint8(np.asarray(images))
        self.labels = None if labels is None else np.asarray(labels).reshape(-1)
        if self.labels is not None and len(self.labels) != len(self.images):
            raise ValueError(
                "Expected one label per image. "
                f"Received: {len(self.labels)} labels of {len(self.images)} images."
            )

    @staticmethod
    def endpoint_of(model: keras.Model) -> Endpoint | None:
        """The first endpoint from images alone to numbers, or None."""
        for endpoint in model.built_endpoints().values():
            takes = [isinstance(space, Images) for space in endpoint.takes.values()]
            first = next(iter(endpoint.gives.values()))
            if takes == [True] and isinstance(first, (Points, Latents)):
                return endpoint
        return None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        endpoint = self.endpoint_of(self.model)
        self.check_endpoint(endpoint, "from images to numbers", "codes of images")

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        endpoint = self.endpoint_of(self.model)
        (images,) = endpoint.takes
        codes = next(iter(endpoint(**{images: self.images}).values()))
        folder = self.log_dir / "projector"
        config = projector.ProjectorConfig()
        entry = config.embeddings.add(tensor_name="codes")
        entry.tensor_path = "projector/codes.tsv"
        with atomic_file(folder / "codes.tsv") as path:
            np.savetxt(path, codes, fmt="%.6g", delimiter="\t")
        if self.labels is not None:
            entry.metadata_path = "projector/labels.tsv"
            with atomic_file(folder / "labels.tsv") as path:
                np.savetxt(path, self.labels, fmt="%d")
        sprite = tile(self.images, margin=0)
        if max(sprite.shape[:2]) <= _LARGEST_SPRITE:
            entry.sprite.image_path = "projector/sprite.png"
            entry.sprite.single_image_dim.extend(self.images.shape[2:0:-1])
            image_files.save(folder / "sprite.png", sprite)
        projector.visualize_embeddings(str(self.log_dir), config)
        super().on_train_end(logs)
