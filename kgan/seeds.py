"""Many independent seeds out of one."""

import numpy as np


def stream(seed, purpose=""):
    """An endless iterator of integer seeds in [0, 2^31) for initializers and layers.

    Args:
        seed: an integer, or None for a fresh start from the system's entropy.
        purpose: a word; other words give independent streams of the same seed, so that
            a change of the generator's depth leaves the discriminator's weights alone.
    """
    entropy = None if seed is None else [seed, *purpose.encode()]
    generator = np.random.default_rng(np.random.SeedSequence(entropy))
    while True:
        yield int(generator.integers(2**31))


def derive(seed, purpose):
    """One integer seed in [0, 2^31) for `purpose`."""
    return next(stream(seed, purpose))


def of_blocks(seed):
    """An endless iterator of the seeds of a large sample's blocks.

    First `seed`, a 32-bit integer; then a stream of it: not seed + k, which would
    repeat images when one sample follows another.
    """
    yield seed
    # A stream begins with what is not negative.
    yield from stream(seed % 2**32, "samples")
