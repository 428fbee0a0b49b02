"""The real examples that generated ones are measured against."""

import dataclasses
import re
from pathlib import Path

import numpy as np

from kgan import seeds
from kgan.data import open_source, synthetic
from kgan.data.stacked import StackedSource
from kgan.data.tfds_source import is_prepared_directory
from kgan.images import to_uint8

# Of the training set that the memorisation check searches.
TRAINING_LIMIT = 60_000
# Of the validation and test sets of the Parzen estimate.
_HELD_OUT_LIMIT = 10_000


@dataclasses.dataclass(frozen=True, eq=False)
class Side:
    """A set of examples on one side of a comparison.

    Attributes:
        what: where it comes from, such as "mnist train".
        examples: uint8 images, or float32 points.
        kept: whether it is worth keeping on disk what an extractor says of it.
    """

    what: str
    examples: np.ndarray
    kept: bool = True


class Reals:
    """The sides of real examples, each read when it is first asked for.

    Args:
        data: a `kgan.recipes.Data`: what the generator learned from.
        count: examples of a side, at most.

    Attributes:
        name: of the dataset.
        split: that the generator learned from.
        shape: of one example.
        stacked: whether its channels are gray images, see `kgan.data.stacked`.

    Raises:
        ValueError: if the data cannot be opened.
    """

    def __init__(self, data, count):
        self.data = data
        self.count = count
        self._source = self._open(data.split)
        self.name = Path(self._source.name).name
        self.shape = self._source.image_shape
        self.stacked = isinstance(self._source, StackedSource)
        named = data.data not in synthetic.SETS and not _is_folder(data.data)
        self.split = data.split if named else "all"
        self._sides, self._halves = {}, {}

    def side(self, name):
        """A `Side`, or None if the data has none such.

        Args:
            name: one of
                - "reference": of the split that was learned from, by seed 0;
                - "training": all of that split, at most TRAINING_LIMIT;
                - "held_out": what was not learned from: the split test, else what the
                  split train[:n] leaves, else none;
                - "test": the first 10,000 of the split test;
                - "validation": the last 10,000 of train, or what train[:n] leaves;
                - "noise": independent pixels, uniform over all levels.
        """
        if name not in self._sides:
            self._sides[name] = getattr(self, f"_{name}")()
        return self._sides[name]

    def halves(self, name):
        """Two disjoint halves of a side, as `Side`s."""
        if name not in self._halves:
            side = self.side(name)
            middle = len(side.examples) // 2
            self._halves[name] = (
                Side(f"half of {side.what}", side.examples[:middle]),
                Side(f"other half of {side.what}", side.examples[middle : 2 * middle]),
            )
        return self._halves[name]

    def _reference(self):
        return self._drawn(self._source, self.split)

    def _training(self):
        return self._first(self._source, self.split, TRAINING_LIMIT)

    def _held_out(self):
        if self.data.data in synthetic.SETS:
            points, _ = synthetic.SETS[self.data.data](seed=1)
            return Side(f"{self.name} of another seed", points[: self.count])
        for split in ("test", _rest_of(self.split)):
            source = self._other(split)
            if source is not None:
                return self._drawn(source, split)
        return None

    def _test(self):
        source = self._other("test")
        return source and self._first(source, "test", _HELD_OUT_LIMIT)

    def _validation(self):
        split, learned = _rest_of(self.split), ""
        if split is None:
            base = self.split.split("[")[0]
            whole = self._other(base)
            if whole is None or whole.size <= _HELD_OUT_LIMIT:
                return None
            split = f"{base}[{whole.size - _HELD_OUT_LIMIT}:]"
            learned = ", which was learned from"
        source = self._other(split)
        side = source and self._first(source, split, _HELD_OUT_LIMIT)
        return side and Side(side.what + learned, side.examples)

    def _noise(self):
        rng = np.random.default_rng(seeds.derive(0, "noise"))
        reference = self.side("reference").examples
        shape = (self.count, *self.shape)
        if reference.dtype == np.uint8:
            return Side("noise", rng.integers(0, 256, shape, dtype="uint8"))
        low, high = reference.min(axis=0), reference.max(axis=0)
        return Side("noise", rng.uniform(low, high, shape).astype("float32"))

    def _drawn(self, source, split):
        examples = source.some(self.count, seed=0)
        return Side(f"{self.name} {split}", _stored(examples))

    def _first(self, source, split, count):
        count = min(count, source.size)
        (examples,) = source.batches(count, shuffle=False).take(1)
        return Side(f"{self.name} {split}", _stored(np.asarray(examples)))

    def _other(self, split):
        """The source of another split, or None if the data has none such."""
        learned_from_test = split == "test" and self.split.startswith("test")
        if split is None or self.split == "all" or learned_from_test:
            return None
        try:
            return self._open(split)
        except ValueError:
            return None

    def _open(self, split):
        data = self.data
        return open_source(
            data.data,
            split=split,
            image_size=data.image_size,
            channels=data.channels,
            data_dir=data.data_dir,
            skip_corrupt=data.skip_corrupt,
        )


def _stored(examples):
    return to_uint8(examples) if examples.ndim == 4 else examples


def _is_folder(data):
    path = Path(data).expanduser()
    return path.is_dir() and not is_prepared_directory(path)


def _rest_of(split):
    """train[n:] of train[:n], or None."""
    found = re.fullmatch(r"(\w+)\[:(\d+%?)\]", split)
    return f"{found[1]}[{found[2]}:]" if found else None
