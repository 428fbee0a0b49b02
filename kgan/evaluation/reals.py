"""The real examples that generated examples are compared with."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from kgan.data import Source, synthetic
from kgan.data.opening import splits_of
from kgan.data.pairs import UnpairedSource
from kgan.data.stacked import StackedSource
from kgan.random import seeds
from kgan.recipes.recipe import Data
from kgan.spaces import Labels, Space

# The largest number of training examples that the memorisation check searches.
TRAINING_LIMIT = 60_000
# The number of validation and of test examples for the Parzen estimate.
_HELD_OUT_LIMIT = 10_000


@dataclasses.dataclass(frozen=True, eq=False)
class Side:
    """A set of examples on one side of a comparison.

    >>> side = kgan.evaluation.Side("my digits", source.examples)
    >>> side.what, side.examples.shape
    ('my digits', (64, 28, 28, 1))

    Attributes:
        what: the origin of the examples, such as "mnist train".
        examples: uint8 images [n, height, width, channels], float32 points [n, d], or
            packed graphs, see `kgan.spaces.Space.packed`.
        kept: whether an extractor's outputs for the examples are cached on disk.
        labels: int32 [n], the class of each example; None if they have no classes.
    """

    what: str
    examples: np.ndarray
    kept: bool = True
    labels: np.ndarray | None = None

    def part(self, what: str, rows: slice) -> Side:
        """Returns some of the examples as another `Side`."""
        labels = None if self.labels is None else self.labels[rows]
        return Side(what, self.examples[rows], self.kept, labels)


class Reals:
    """The sides of real examples; each side is read at its first use.

    >>> reals = kgan.evaluation.Reals(kgan.recipes.Data("ring"), count=500)
    >>> reals.side("reference").examples.shape
    (500, 2)

    Args:
        data: what the generator learned from; or a `kgan.data.Source`, which has no
            other splits.
        count: the largest number of examples per side.

    Attributes:
        name: of the dataset.
        split: the split that the generator learned from; "all" for data without splits.
        space: of one example; of pairs, that of a target.
        shape: of one example.
        classes: the number of classes, or None without labels.
        pairs: whether target i belongs to source i.
        two_parts: whether the data are sources and targets, pairs or not.
        stacked: whether the channels are separate gray images, see `kgan.data.stacked`.

    Raises:
        ValueError: if the data cannot be opened.
    """

    def __init__(self, data: Data | Source, count: int) -> None:
        self._given = None
        if isinstance(data, Source):
            self._given = data
            data = Data(data.name, paired=not isinstance(data, UnpairedSource))
        self.data = data
        self.count = count
        self._source = self._open(data.split)
        self.name = Path(self._source.name).name
        # Of (images, labels), the examples are the first part; of (source, target),
        # which are both images, they are the second.
        spaces = self._source.spaces
        self.classes = self._source.num_classes
        self._part = 1 if len(spaces) == 2 and self.classes is None else 0
        self.space = spaces[self._part]
        self.shape = self.space.packed_shape
        self.two_parts = self._part == 1
        self.pairs = self.two_parts and data.paired
        self.stacked = isinstance(self._source, StackedSource)
        has_splits = self._given is None and splits_of(data.data, data.data_dir)
        self.split = data.split if has_splits else "all"
        self._sides, self._halves = {}, {}
        self._pairs = None

    def side(self, name: str) -> Side | None:
        """Returns a `Side`, or None if the data has no such side.

        Args:
            name: one of
                - "reference": a random sample, with seed 0, of the split that the
                  generator learned from;
                - "training": the first TRAINING_LIMIT examples of that split;
                - "known": all examples of that split;
                - "held_out": examples that the generator did not learn from: the split
                  test if there is one, else train[n:] if it learned from train[:n];
                - "unseen": "held_out" if there is one, else "reference";
                - "test": the first 10,000 examples of the split test;
                - "validation": train[n:] if the generator learned from train[:n], else
                  the last 10,000 examples of train;
                - "sources": what a translation is made from: examples of the split
                  `validation` of the data if it names one, else of the split that the
                  generator learned from; of single images, what a reconstruction is
                  made from: "unseen";
                - "target": the targets of "sources", one each: of single images,
                  the same images;
                - "noise": for images, independent pixels, uniform over all levels.

        Raises:
            KeyError: for another name.
        """
        if name not in self._sides:
            readers = {
                "reference": self._reference,
                "training": self._training,
                "known": self._known,
                "held_out": self._held_out,
                "unseen": self._unseen,
                "test": self._test,
                "validation": self._validation,
                "sources": lambda: self._of_pairs(0),
                "target": self._targets,
                "noise": self._noise,
            }
            self._sides[name] = readers[name]()
        return self._sides[name]

    def halves(self, name: str) -> tuple[Side, Side]:
        """Returns two disjoint halves of a side.

        Args:
            name: as for `side`.
        """
        if name not in self._halves:
            side = self.side(name)
            middle = len(side.examples) // 2
            self._halves[name] = (
                side.part(f"half of {side.what}", slice(middle)),
                side.part(f"other half of {side.what}", slice(middle, 2 * middle)),
            )
        return self._halves[name]

    def _reference(self):
        return self._drawn(self._source, self.split)

    def _training(self):
        return self._first(self._source, self.split, TRAINING_LIMIT)

    def _known(self):
        return self._first(self._source, self.split, self._source.size)

    def _held_out(self):
        if self.data.data in synthetic.SETS:
            points, modes = synthetic.SETS[self.data.data](seed=1)
            rows = slice(self.count)
            labels = None if self.classes is None else modes[rows]
            return Side(f"{self.name} of another seed", points[rows], labels=labels)
        for split in ("test", _rest_of(self.split)):
            source = self._other(split)
            if source is not None:
                return self._drawn(source, split)
        return None

    def _unseen(self):
        return self.side("held_out") or self.side("reference")

    def _test(self):
        source = self._other("test")
        return source and self._first(source, "test", _HELD_OUT_LIMIT)

    def _validation(self):
        split, note = _rest_of(self.split), ""
        if split is None:
            base = self.split.split("[")[0]
            whole = self._other(base)
            if whole is None or whole.size <= _HELD_OUT_LIMIT:
                return None
            split = f"{base}[{whole.size - _HELD_OUT_LIMIT}:]"
            note = ", which was learned from"
        source = self._other(split)
        side = source and self._first(source, split, _HELD_OUT_LIMIT)
        return side and side.part(side.what + note, slice(None))

    def _noise(self):
        rng = np.random.default_rng(seeds.derive(0, "noise"))
        reference = self.side("reference").examples
        noise = self.space.noise(rng, self.count, reference)
        return Side("noise", noise, labels=self.balanced(self.count))

    def _of_pairs(self, part: int):
        """The sources or the targets of the split to evaluate, drawn together."""
        if not self.two_parts:
            return self.side("unseen")
        if self._pairs is None:
            split = self.data.validation or self.data.split
            source = self._open(split)
            self._pairs = (
                f"{self.name} {split}" if self.split != "all" else self.name,
                source.spaces,
                source.parts(self.count, seed=0),
            )
        name, spaces, parts = self._pairs
        what = f"{('sources', 'targets')[part]} of {name}"
        return Side(what, _packed(spaces[part], parts[part]))

    def _targets(self):
        unpaired = self.two_parts and not self.pairs
        return None if unpaired else self._of_pairs(1)

    def balanced(self, count: int) -> np.ndarray | None:
        """Returns labels 0, 1, 2, ..., repeating; None for data without labels."""
        return None if self.classes is None else Labels(self.classes).request(count)

    def labels_for(self, space: Labels, count: int) -> np.ndarray:
        """Returns balanced labels for a generator that takes labels.

        Args:
            space: what the generator takes; the number of its classes may be unknown.
            count: how many.

        Raises:
            ValueError: if the classes of the data and of the generator differ in
                number, or neither says how many there are.
        """
        if self.classes is None and space.classes is None:
            raise ValueError(
                "Expected data with labels, because the generator takes labels, and "
                f"does not say how many classes it has. Received: {self.name}, read "
                "without labels. Choose a set with classes, and labels=True."
            )
        if None not in (self.classes, space.classes) and self.classes != space.classes:
            raise ValueError(
                f"Expected data of {space.classes} classes, as the generator has. "
                f"Received: {self.name} with {self.classes}. Choose the data that it "
                "learned from."
            )
        return (space if self.classes is None else Labels(self.classes)).request(count)

    def _drawn(self, source: Any, split: str):
        return self._side(source.parts(self.count, seed=0), split)

    def _first(self, source: Any, split: str, count: int):
        count = min(count, source.size)
        (batch,) = source.batches(count, shuffle=False).take(1)
        parts = batch if isinstance(batch, tuple) else (batch,)
        return self._side(tf.nest.map_structure(np.asarray, parts), split)

    def _side(self, parts: Sequence[Any], split: str):
        examples = _packed(self.space, parts[self._part])
        labels = None if self.classes is None else parts[1]
        return Side(f"{self.name} {split}", examples, labels=labels)

    def _other(self, split: str | None):
        """Returns the source of another split, or None if there is no such split."""
        learned_from_test = split == "test" and self.split.startswith("test")
        if split is None or self.split == "all" or learned_from_test:
            return None
        try:
            return self._open(split)
        except ValueError:
            return None

    def _open(self, split: str):
        if self._given is not None:
            return self._given
        return dataclasses.replace(self.data, flip=False).open(split)


def _packed(space: Space, part: Any):
    """Examples of the form inside the library as one array of the form outside."""
    return space.packed(space.to_public(part))


def _rest_of(split: str):
    """Returns train[n:] for train[:n], None for other splits."""
    match = re.fullmatch(r"(\w+)\[:(\d+%?)\]", split)
    return f"{match[1]}[{match[2]}:]" if match else None
