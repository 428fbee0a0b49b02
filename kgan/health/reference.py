"""Real images that the callback `Health` compares samples with."""

from __future__ import annotations

from typing import Any

import numpy as np

from kgan.health.likeness import bandwidth, effective_number, share_of_copies

# The number of samples, and of the real images that measure diversity.
SAMPLES = 256
# The number of training images that samples may copy, and how many of these images
# give the share of copies among real images.
_EXAMPLES, _LEFT_OUT = 10_000, 1000


class Reference:
    """Diversity and copies among real images, to compare samples with.

    Args:
        source: a `kgan.data.Source`.

    Attributes:
        width: the `bandwidth` of up to 256 real images.
        diversity: the `effective_number` of these images.
        examples: float vectors [n, d] of up to about 10,000 training images, without
            duplicates.
        copies: the `share_of_copies` among real images, in [0, 1].
    """

    def __init__(self, source: Any) -> None:
        size = min(SAMPLES, source.size)
        parts = []
        for batch in source.batches(size, seed=0).take(-(-_EXAMPLES // size)):
            batch = batch[0] if isinstance(batch, tuple) else batch
            parts.append(source.space.vectors(batch))
        first = parts[0]
        self.width = bandwidth(first) if size > 1 else 0.0
        self.diversity = effective_number(first, self.width)
        self.examples = np.unique(np.concatenate(parts), axis=0)
        left_out = self.examples[:: -(-len(self.examples) // _LEFT_OUT)]
        self.copies = share_of_copies(left_out, self.examples, left_out=True)
