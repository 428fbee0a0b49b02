"""What a model that translates images answers in Python."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from kgan.spaces import Endpoint, Space


class Translating:
    """For games with the endpoint `translate`, of images."""

    def translate(self, images: Any, batch_size: int | None = None) -> np.ndarray:
        """What the (averaged) generator makes of images.

        Args:
            images: uint8, or float32 in [-1, 1], [n, *source_shape].
            batch_size: how many at a time.

        Returns:
            NumPy float32 array [n, *target_shape], images in [-1, 1].

        Raises:
            ValueError: for images of another shape.
        """
        return self.endpoint("translate")(batch_size, images=images)["images"]


def translation(
    network: keras.Model, takes: Space, gives: Space, source: int = 0, target: Any = 1
) -> Endpoint:
    """The endpoint of a network, images -> images.

    Args:
        network: the network.
        takes: the space of its images.
        gives: the space of its answers.
        source: which part of the data it takes.
        target: which part its answers should be, or None if there is none.
    """
    return Endpoint(
        lambda images: {"images": network(images, training=False)},
        {"images": takes},
        {"images": gives},
        source=source,
        target=target,
        network=network,
    )
