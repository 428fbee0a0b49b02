"""Pairs of images: a source and a target."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from kgan.data import degradations
from kgan.data.sources import Source
from kgan.data.windows import Window
from kgan.random import seeds
from kgan.spaces import Images, Space

_log = logging.getLogger("kgan")
# Examples, at most, that are looked at before training.
_LOOKED_AT = 8


class AlignedSource(Source):
    """Pairs of two sets: example i of one belongs to example i of the other.

        >>> night = kgan.data.ArraySource(np.zeros((8, 4, 4, 1), "uint8"))
        >>> day = kgan.data.ArraySource(np.full((8, 4, 4, 1), 255, "uint8"))
        >>> pairs = kgan.data.pairs.AlignedSource(night, day)
        >>> [part.mean().item() for part in pairs.parts(4)]
        [-1.0, 1.0]

    Args:
        source, target: read by index; of one size.

    Raises:
        ValueError: for sets of different sizes.
    """

    def __init__(self, source: Source, target: Source) -> None:
        if source.size != target.size:
            raise ValueError(
                "Expected as many targets as sources, because they are pairs. "
                f"Received: {source.size} of {source.name}, {target.size} of "
                f"{target.name}. If they are no pairs, say paired=False (--no-paired)."
            )
        skipped = max(source.skipped, target.skipped)
        name = _of_both(source, target)
        super().__init__(name, source.size, source.space, skipped=skipped)
        self.batched = source.batched and target.batched
        self._both = source, target

    @property
    def spaces(self) -> tuple[Space, ...]:
        return tuple(half.space for half in self._both)

    def fetch(self, element: Any, key: Any = None) -> tuple[Any, ...]:
        return tuple(half.fetch(element)[0] for half in self._both)


class UnpairedSource(Source):
    """Two sets without pairs: any example of one beside any of the other.

    An epoch is a pass over the larger set. The smaller one begins again as often as
    needed, each time in a new order. Both orders are functions of (seed, epoch).

        >>> summer = kgan.data.ArraySource(np.zeros((9, 4, 4, 1), "uint8"))
        >>> winter = kgan.data.ArraySource(np.full((5, 4, 4, 1), 255, "uint8"))
        >>> kgan.data.pairs.UnpairedSource(summer, winter).size
        9

    Args:
        source, target: with one number of channels.

    Raises:
        ValueError: for different numbers of channels.
    """

    def __init__(self, source: Source, target: Source) -> None:
        numbers = [half.image_shape[-1] for half in (source, target)]
        if numbers[0] != numbers[1]:
            raise ValueError(
                "Expected one number of channels in both sets. "
                f"Received: {numbers[0]} in {source.name}, {numbers[1]} in "
                f"{target.name}. Choose the number to convert to with channels "
                "(--channels)."
            )
        super().__init__(
            _of_both(source, target),
            max(source.size, target.size),
            source.space,
            skipped=source.skipped + target.skipped,
        )
        self.batched = source.batched and target.batched
        self.keyed = source.keyed or target.keyed
        self._both = source, target

    @property
    def spaces(self) -> tuple[Space, ...]:
        return tuple(half.space for half in self._both)

    def stream(
        self, batch_size: int, shuffle: bool, seed: int
    ) -> Callable[[tf.Tensor, tf.Tensor], tf.data.Dataset]:
        own = (seed, seeds.derive(seed, "target"))
        streams = [
            _repeated(half, batch_size, shuffle, number, self.size // batch_size)
            for half, number in zip(self._both, own, strict=True)
        ]

        def stream(epoch: Any, batch: Any):
            first, second = (stream(epoch, batch) for stream in streams)
            return tf.data.Dataset.zip({"source": first, "target": second})

        return stream

    def ordered(self) -> tf.data.Dataset:
        first, second = (half.ordered().repeat() for half in self._both)
        both = tf.data.Dataset.zip({"source": first, "target": second})
        return both.take(self.size)

    def fetch(self, element: Any, key: Any = None) -> tuple[Any, ...]:
        # Other bits, so that crops and flips of the two are independent.
        other = None if key is None else tf.bitwise.invert(key)
        source, target = self._both
        first = source.fetch(element["source"], key)
        return first[0], target.fetch(element["target"], other)[0]


class DerivedSource(Source):
    """Pairs whose sources are made of their targets.

        >>> color = kgan.data.ArraySource(np.zeros((8, 16, 16, 3), "uint8"))
        >>> pairs = kgan.data.pairs.DerivedSource(color, "downscale4")
        >>> [space.describe() for space in pairs.spaces]
        ['image 4x4x3', 'image 16x16x3']

    Args:
        target: images.
        degradation: a name of `kgan.data.degradations`.

    Raises:
        ValueError: if there is no such degradation, or images of this shape do not
            allow it.
    """

    def __init__(self, target: Source, degradation: str) -> None:
        made = degradations.get(degradation)
        if not isinstance(target.space, Images):
            raise ValueError(
                f"Expected images to degrade. Received: {target.name}, which has "
                f"{target.space.unit}s."
            )
        super().__init__(
            f"{degradation} of {target.name}",
            target.size,
            Images(made.shape(target.image_shape)),
            skipped=target.skipped,
        )
        self.batched, self.keyed = target.batched, target.keyed
        self.stream, self.ordered = target.stream, target.ordered
        self._target, self._degrade = target, made.apply
        self._warn_of_nothing_to_learn()

    @property
    def spaces(self) -> tuple[Space, ...]:
        return self.space, self._target.space

    def fetch(self, element: Any, key: Any = None) -> tuple[Any, ...]:
        target = self._target.fetch(element, key)[0]
        target = tf.ensure_shape(target, [*target.shape[:-3], *self.spaces[1].shape])
        return self._degrade(target), target

    def _warn_of_nothing_to_learn(self):
        """Warns of sources that are their targets, such as gray of gray images."""
        source, target = self.spaces
        if source.shape[:2] != target.shape[:2]:
            return
        first = self.ordered().take(_LOOKED_AT).map(self.fetch)
        if all(np.array_equal(*np.broadcast_arrays(*pair)) for pair in first):
            _log.warning(
                "kgan: the first examples are equal as sources and as targets (%s), so "
                "there is nothing to learn from them",
                self.name,
            )


class WindowedSource(Source):
    """Random crops and flips of a set; both images of a pair have the same ones.

        >>> windows = kgan.data.pairs.WindowedSource(source, crop=24, flip=True)
        >>> windows.image_shape
        (24, 24, 1)

    Args:
        base: images, images with labels, or pairs.
        crop, flip: as for `kgan.data.windows.Window`.

    Raises:
        ValueError: if an image is smaller than the crop, the images of a pair have
            different sizes, or there are no images.
    """

    def __init__(
        self, base: Source, crop: int | None = None, flip: bool = False
    ) -> None:
        self._window = Window(crop, flip)
        shapes = [s.shape for s in base.spaces if isinstance(s, Images)]
        if not shapes:
            raise ValueError(
                f"Expected images to crop or flip. Received: {base.name}, which has "
                f"{base.space.unit}s."
            )
        if crop and any(shape[:2] != shapes[0][:2] for shape in shapes):
            raise ValueError(
                "Expected pairs of images of one size, to crop both alike. Received: "
                f"{' and '.join(space.describe() for space in base.spaces)}. Choose "
                "the size to resize both to with image_size (--image-size)."
            )
        self._spaces = tuple(
            Images(self._window.cut(s.shape)) if isinstance(s, Images) else s
            for s in base.spaces
        )
        super().__init__(
            base.name,
            base.size,
            self._spaces[0],
            num_classes=base.num_classes,
            skipped=base.skipped,
            class_names=base.class_names,
        )
        self.batched, self.keyed = base.batched, True
        self.stream, self.ordered = base.stream, base.ordered
        self.class_counts = base.class_counts
        self._base = base

    @property
    def spaces(self) -> tuple[Space, ...]:
        return self._spaces

    def fetch(self, element: Any, key: Any = None) -> tuple[Any, ...]:
        parts = zip(self.spaces, self._base.fetch(element, key), strict=True)
        return tuple(
            self._window(part, key) if isinstance(space, Images) else part
            for space, part in parts
        )


def _repeated(half: Source, batch_size: int, shuffle: bool, seed: int, steps: int):
    """The stream of one half, which has its own epochs, at steps of all batches."""
    # A set smaller than a batch is read as a whole, as often as needed.
    rows = min(batch_size, half.size)
    own = half.size // rows
    stream = half.stream(rows, shuffle, seed)

    def repeated(epoch: Any, batch: Any):
        first = (epoch * steps + batch) * batch_size
        step, skipped = first // rows, first % rows
        elements = stream(step // own, step % own)
        if rows == batch_size:
            return elements
        elements = elements.unbatch().skip(skipped)
        return elements.batch(batch_size, drop_remainder=True)

    return repeated


def _of_both(source: Source, target: Source):
    return f"{source.name} and {target.name}"
