"""What a model that translates images answers in Python."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from kgan.spaces import Endpoint, Images


class Translating:
    """For games with the endpoint `translate`, of images."""

    def translate(self, images: Any, batch_size: int | None = None) -> np.ndarray:
        """What the (averaged) generator makes of images.

        Args:
            images: uint8, or float32 in [-1, 1], [n, height, width, channels], also
                larger than those that it has learned from.
            batch_size: how many at a time.

        Returns:
            NumPy float32 array of as many images, in [-1, 1].

        Raises:
            ValueError: for other channels, or sides that the network cannot halve.
        """
        return self.endpoint("translate")(batch_size, images=images)["images"]


def translation(
    network: keras.Model, multiple: int = 1, source: int = 0, target: int | None = 1
) -> Endpoint:
    """The endpoint of a network, images -> images.

    Args:
        network: the network.
        multiple: what the sides of its images are multiples of, where it takes images
            of any size.
        source: which part of the data it takes.
        target: which part its answers should be, or None if there is none.
    """
    takes, gives = (
        Images(tuple(shape[1:]), multiple)
        for shape in (network.input_shape, network.output_shape)
    )
    return Endpoint(
        lambda images: {"images": network(images, training=False)},
        {"images": takes},
        {"images": gives},
        source=source,
        target=target,
        network=network,
    )
