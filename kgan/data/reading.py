"""How examples are read."""

from __future__ import annotations

import dataclasses
import os

from kgan.system.chemistry import ATOMS


@dataclasses.dataclass(frozen=True)
class Reading:
    """How the examples of one set are read, the same for each kind of set.

        >>> kgan.data.reading.Reading(size=64).size
        (64, 64)

    Args:
        split: the split of a TFDS set, or the subfolder of a folder of splits.
        size: (height, width) in pixels to crop and resize to, an integer for squares,
            or None for the size of the data.
        channels: 1, 3, 4, or None for the channels of the data.
        labels: whether examples have labels.
        data_dir, skip_corrupt, in_memory: as for `kgan.data.load`.
        crop: pixels per side of random crops, which allow images of several sizes; or
            None.
        nodes: the largest number of atoms of a molecule.
        atoms: the elements of molecules.

    Raises:
        ValueError: for another number of channels, or a size below 1.
    """

    split: str | None = "train"
    size: int | tuple[int, int] | None = None
    channels: int | None = None
    labels: bool = False
    data_dir: str | os.PathLike | None = None
    skip_corrupt: bool = False
    in_memory: bool | None = None
    crop: int | None = None
    nodes: int = 9
    atoms: tuple[str, ...] = ATOMS

    def __post_init__(self) -> None:
        if self.channels not in (None, 1, 3, 4):
            raise ValueError(
                f"Expected channels 1, 3 or 4. Received: channels={self.channels}."
            )
        if self.size is None:
            return
        size = self.size
        height, width = (size, size) if isinstance(size, int) else size
        if height < 1 or width < 1:
            raise ValueError(
                f"Expected image_size >= 1, or (height, width). Received: {size}."
            )
        object.__setattr__(self, "size", (int(height), int(width)))
