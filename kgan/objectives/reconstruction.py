"""How far examples are from what an autoencoder gives back of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import ops


def l1(examples: Any, outputs: Any) -> Any:
    """The mean of |v - D(v)| over the coordinates of each example.

        >>> kgan.reconstruction.l1(np.zeros((2, 3)), np.full((2, 3), 0.5)).numpy()
        array([0.5, 0.5], dtype=float32)

    Args:
        examples: v [batch, ...].
        outputs: D(v), of the same shape.

    Returns:
        float32 [batch], in the unit of a coordinate; a pixel's range is 2.
    """
    return _mean(ops.abs, examples, outputs)


def l2(examples: Any, outputs: Any) -> Any:
    """The mean of (v - D(v))^2 over the coordinates of each example.

        >>> kgan.reconstruction.l2(np.zeros((2, 3)), np.full((2, 3), 0.5)).numpy()
        array([0.25, 0.25], dtype=float32)

    Args:
        examples: v [batch, ...].
        outputs: D(v), of the same shape.

    Returns:
        float32 [batch], in the squared unit of a coordinate.
    """
    return _mean(ops.square, examples, outputs)


_RECONSTRUCTIONS = {"l1": l1, "l2": l2}


def get(name: str) -> Callable[[Any, Any], Any]:
    """The function that `name` means.

        >>> kgan.reconstruction.get("l1").__name__
        'l1'

    Args:
        name: "l1" or "l2", the paper's eta of 1 or 2 (BEGAN, arXiv 1703.10717).

    Raises:
        ValueError: for any other name.
    """
    if name not in _RECONSTRUCTIONS:
        raise ValueError(
            f"Expected a reconstruction loss: {', '.join(_RECONSTRUCTIONS)}. "
            f"Received: {name!r}."
        )
    return _RECONSTRUCTIONS[name]


def _mean(function: Callable[[Any], Any], examples: Any, outputs: Any):
    # In float32, because bfloat16 has 8 bits of mantissa.
    floatx = keras.backend.floatx()
    difference = ops.cast(examples, floatx) - ops.cast(outputs, floatx)
    return ops.mean(function(difference), axis=tuple(range(1, len(difference.shape))))
