"""Which images a network can make that doubles a small grid of pixels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

# More doublings make images that no memory holds.
_MOST = 11


class Grids(NamedTuple):
    """The first grids of a network, and how often it doubles them.

    >>> grids = kgan.networks.grids.Grids(range(4, 8), range(2, 8), (28, 32))
    >>> grids.doublings((28, 28, 1))
    2

    Attributes:
        bases: pixels of the shorter side of the first grid.
        usual: numbers of doublings among which the nearest size is looked for; the
            first is the fewest that the network can do.
        examples: sides that work, for messages.
    """

    bases: range
    usual: range
    examples: tuple[int, ...]

    def doublings(self, image_shape: Sequence[int]) -> int:
        """How many times the network doubles its first grid to make `image_shape`.

        Args:
            image_shape: (height, width, channels).

        Raises:
            ValueError: if the network cannot make `image_shape`; the message has the
                nearest sizes that work.
        """
        if len(image_shape) != 3 or not 1 <= image_shape[2] <= 4:
            raise ValueError(
                "Expected image_shape=(height, width, channels) with 1 to 4 channels. "
                f"Received: image_shape={tuple(image_shape)}."
            )
        for count in range(self.usual.start, _MOST + 1):
            sides = [side / 2**count for side in image_shape[:2]]
            if all(side == int(side) for side in sides) and min(sides) in self.bases:
                return count
        nearest = ", ".join(str(self._nearest(side)) for side in image_shape[:2])
        raise ValueError(
            f"Expected sides that double a grid of {self.bases[0]} to {self.bases[-1]} "
            f"pixels, such as {', '.join(map(str, self.examples))}. Received: "
            f"image_shape={tuple(image_shape)}. The nearest that works is ({nearest}): "
            "resize the data with image_size."
        )

    def _nearest(self, side: int):
        sizes = [base * 2**n for base in self.bases for n in self.usual]
        return min(sizes, key=lambda size: (abs(size - side), -size))
