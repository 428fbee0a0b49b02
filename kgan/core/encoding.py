"""What a model with an encoder answers in Python."""

from __future__ import annotations

from typing import Any

import numpy as np


class Encoding:
    """For games with the endpoints `reconstruct` and `encode`, of images."""

    def reconstruct(self, images: Any, batch_size: int | None = None) -> np.ndarray:
        """What the model makes of the code of each image.

        Args:
            images: uint8, or float32 in [-1, 1], [n, *image_shape].
            batch_size: how many at a time.

        Returns:
            NumPy float32 array [n, *image_shape], images in [-1, 1].
        """
        return self.endpoint("reconstruct")(batch_size, images=images)["images"]

    def encode(
        self, images: Any, batch_size: int | None = None
    ) -> dict[str, np.ndarray]:
        """What the encoder says of images.

        Args:
            images: uint8, or float32 in [-1, 1], [n, *image_shape].
            batch_size: how many at a time.

        Returns:
            name -> NumPy float32 array [n, latent_dim]: `latents`, or `mean` and
            `log_variance` of q(z | x).
        """
        return self.endpoint("encode")(batch_size, images=images)
