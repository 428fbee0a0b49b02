"""The space of examples that are known by their shape alone.

Nothing else in kgan tells images from points by a rank or a type of number.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kgan.spaces.graphs import Graphs
from kgan.spaces.images import Images
from kgan.spaces.labels import Labels, Scalar
from kgan.spaces.molecules import Molecules
from kgan.spaces.points import Points
from kgan.spaces.space import Space
from kgan.system.registry import resolve

# What requests and answers of a server can be, beside what a seed stands for.
_KINDS = (Graphs, Images, Labels, Molecules, Points, Scalar)
_NAMED = {kind.__name__: kind for kind in _KINDS}


def named(space: Space) -> dict[str, Any] | None:
    """A space as JSON, from which `get` makes it again; None for those of no name.

    >>> kgan.spaces.infer.named(kgan.spaces.Images((None, None, 3), multiple=16))
    {'name': 'Images', 'shape': [None, None, 3], 'multiple': 16}
    """
    name = type(space).__name__
    return {"name": name, **space.get_config()} if name in _NAMED else None


def get(identifier: dict[str, Any]) -> Space:
    """The space of what `named` returns.

    >>> kgan.spaces.infer.get({"name": "Images", "shape": [8, 8, 1]}).describe()
    'image 8x8x1'

    Raises:
        ValueError: for anything else.
    """
    return resolve(identifier, Space, _NAMED)


def of_shape(shape: Any) -> Space:
    """The space of examples of a shape: images of rank 3, points of rank 1.

    Raises:
        ValueError: for another shape; such a space must be named.
    """
    shape = tuple(shape)
    if len(shape) == 3:
        return Images(shape)
    if len(shape) == 1 and shape[0]:
        return Points(shape[0])
    raise ValueError(
        "Expected examples [height, width, channels], images, or [d], points. "
        f"Received: shape {shape}. Name the space of other examples."
    )


def of_array(examples: Any) -> Space:
    """The space of an array of examples as they are stored.

    Raises:
        ValueError: unless they are uint8 images [n, height, width, channels] or finite
            float32 points [n, d], n >= 1.
    """
    expected = {4: np.uint8, 2: np.float32}.get(examples.ndim)
    if not len(examples) or examples.dtype != expected:
        raise ValueError(
            "Expected uint8 images [n, height, width, channels] or float32 points "
            f"[n, d], n >= 1. Received: {examples.dtype} {examples.shape}. Images in "
            "other ranges: scale to 0..255 and convert with astype('uint8')."
        )
    if not np.isfinite(examples).all():
        raise ValueError("Expected finite examples. Received: NaN or infinity.")
    return of_shape(examples.shape[1:])
