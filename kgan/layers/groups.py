"""Groups of examples within a batch."""

from __future__ import annotations

from typing import Any

from keras import ops


def in_groups(examples: Any, size: int) -> Any:
    """[batch, ...] -> [batch / size, size, ...]: groups of consecutive examples.

    Args:
        examples: a tensor.
        size: of a group, at least 1.

    Raises:
        ValueError: for a batch of known size that has no whole number of groups.
    """
    batch = examples.shape[0]
    if batch is not None and batch % size:
        raise ValueError(
            f"Expected batches divisible by {size}, the size of a group, on each "
            f"replica. Received: a batch of {batch}. Choose another batch size or "
            "group, and drop the remainder of the data."
        )
    return ops.reshape(examples, (-1, size, *examples.shape[1:]))
