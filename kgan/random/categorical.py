"""Draws of types that a gradient can go through."""

from __future__ import annotations

from typing import Any

from keras import ops

# How logits become what a discriminator sees.
RELAXATIONS = ("softmax", "gumbel", "straight_through")


def drawn(logits: Any, noise: Any) -> Any:
    """One type for each row of logits, drawn from their softmax: one-hot.

    The largest of logits + g is such a draw, for g of a Gumbel distribution: Maddison
    et al. 2014 (arXiv 1411.0030). Without a gradient.

    >>> logits = np.float32([[0.0, 1.0], [0.0, 1.0]])
    >>> noise = np.float32([[0.0, 0.0], [3.0, 0.5]])
    >>> kgan.random.categorical.drawn(logits, noise).numpy().tolist()
    [[0.0, 1.0], [1.0, 0.0]]

    Args:
        logits: [..., types].
        noise: g, of the same shape, see `kgan.latents.Gumbel`.
    """
    types = logits.shape[-1]
    return ops.one_hot(ops.argmax(logits + noise, axis=-1), types, dtype=logits.dtype)


def relaxed(
    logits: Any, noise: Any, how: str = "softmax", temperature: float = 1.0
) -> Any:
    """Types with a gradient, for a network that is to judge them.

    - "softmax": the probabilities, softmax(logits / t);
    - "gumbel": softmax((logits + g) / t), a draw that is nearly one-hot for a small t:
      Jang et al. 2016 (arXiv 1611.01144), Maddison et al. 2016 (arXiv 1611.00712);
    - "straight_through": the draw `drawn` itself, with the gradient of "gumbel".

    >>> logits, noise = np.zeros((1, 2), "float32"), np.float32([[0.0, np.log(3.0)]])
    >>> relaxed = kgan.random.categorical.relaxed
    >>> np.round(relaxed(logits, noise, "gumbel"), 3).tolist()
    [[0.25, 0.75]]
    >>> relaxed(logits, noise, "straight_through").numpy().tolist()
    [[0.0, 1.0]]

    Args:
        logits, noise: as for `drawn`.
        how: one of `RELAXATIONS`.
        temperature: t, above 0.

    Raises:
        ValueError: for another `how`.
    """
    if how not in RELAXATIONS:
        raise ValueError(
            f"Expected {', '.join(map(repr, RELAXATIONS))}. Received: {how!r}."
        )
    logits, noise = ops.convert_to_tensor(logits), ops.convert_to_tensor(noise)
    if how == "softmax":
        return ops.softmax(logits / temperature)
    soft = ops.softmax((logits + noise) / temperature)
    if how == "gumbel":
        return soft
    # soft - soft is exactly 0, so that the draw stays one-hot.
    return ops.stop_gradient(drawn(logits, noise)) + (soft - ops.stop_gradient(soft))
