"""What lies between latents, as one picture."""

from __future__ import annotations

import numpy as np

from kgan.random import seeds
from kgan.spaces import latents
from kgan.spaces.endpoint import Endpoint
from kgan.spaces.images import beside, tile, to_uint8


def interpolation_picture(
    endpoint: Endpoint, rows: int = 8, steps: int = 10, seed: int = 0
) -> np.ndarray:
    """Rows from one latent to another: figure 3 of Goodfellow et al. 2014.

    On the left along the straight line, on the right along the great circle, see
    `kgan.spaces.latents.interpolate`.

    Args:
        endpoint: one that takes latents alone and gives images.
        rows: pairs of latents.
        steps: images from one to the other, at least 2.
        seed: integer, fixes the pairs.

    Returns:
        uint8 [height, width, channels].
    """
    (name,) = endpoint.drawn
    space = endpoint.takes[name]
    seed = seeds.derive(seed, "interpolation")
    ends = np.asarray(space.prior.sample((2, rows, space.dim), seed))
    halves = []
    for path in ("linear", "spherical"):
        z = latents.interpolate(*ends, steps, path)
        answer = endpoint(**{name: z.reshape(rows * steps, -1)})
        (images,) = answer.values()
        halves.append(tile(to_uint8(images), columns=steps))
    return beside(*halves)


def can_interpolate(endpoint: Endpoint) -> bool:
    """Whether an endpoint has such a picture: latents in, images out, nothing else."""
    gives = list(endpoint.gives.values())
    alone = len(endpoint.drawn) == 1 and endpoint.seed_alone
    return alone and len(gives) == 1 and gives[0].png
