"""Real images that Health compares samples with."""

import numpy as np

from kgan import health

# Samples, and as many real images.
SAMPLES = 256
# Training images to find copies of, and of these, to find copies among.
_EXAMPLES, _LEFT_OUT = 10_000, 1000


class Reference:
    """What samples are compared with.

    Args:
        source: a `kgan.data.Source`.
    """

    def __init__(self, source):
        size = min(SAMPLES, source.size)
        parts = []
        for batch in source.batches(size, seed=0).take(-(-_EXAMPLES // size)):
            batch = batch[0] if isinstance(batch, tuple) else batch
            parts.append(health.comparable(batch))
        first = parts[0]
        self.width = health.bandwidth(first) if size > 1 else 0.0
        self.diversity = health.effective_number(first, self.width)
        self.examples = np.unique(np.concatenate(parts), axis=0)
        left_out = self.examples[:: -(-len(self.examples) // _LEFT_OUT)]
        self.copies = health.share_of_copies(left_out, self.examples, left_out=True)
