"""A generator of any kind, reduced to drawing examples."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from kgan.random import seeds
from kgan.recipes.recipe import Data
from kgan.spaces import Labels, Space
from kgan.spaces.images import tile
from kgan.spaces.interpolation import MIXED, interpolation_picture
from kgan.system.finite import all_finite

# The number of examples per seed, fewer for large examples, so that an export can
# answer each request. Other numbers would change the examples of a seed in `draw`.
_BLOCK, _BLOCK_BYTES = 500, 2**28


class Said(NamedTuple):
    """What a model itself says of images.

    >>> said = kgan.evaluation.samples.Said(lambda images, seed: images[:, 0, 0, 0])
    >>> said.ask(np.ones((2, 4, 4, 1), "uint8"), 0)
    array([1, 1], dtype=uint8)

    Attributes:
        ask: function of uint8 images [n, height, width, channels] and a seed ->
            float32 or int32 [n].
        of: what the numbers say, in words, where only equal ones are comparable; None
            if it does not matter, or is not known.
    """

    ask: Callable[[np.ndarray, int], np.ndarray]
    of: str | None = None


class Samples:
    """A generator of any kind, reduced to drawing examples.

    >>> samples = kgan.evaluation.open_samples(model)
    >>> samples.draw(4, seed=1).shape
    (4, 28, 28, 1)

    Args:
        source: the path, address or name of the generator.
        kind: "run", "keras", "savedmodel", "server" or "model".
        weights: "EMA", "raw", "as exported" or "as served".
        space: of one example.
        trained: what is known about the training: recipe, model, epoch, steps.
        data: the `kgan.recipes.Data` that the generator was trained on, or None.
        block: function of (count, seed, **given) -> examples [count, ...].
        interpolate: function of (seed_from, seed_to, steps, path, **given) -> images
            [steps, height, width, channels], or None if the generator cannot
            interpolate.
        takes: name -> `kgan.spaces.Space` of what the generator takes beside a seed:
            labels, or images to translate.
        says: what the model itself says of real images, by what metrics call it
            ("scores", "classes", "log_weights"; see `kgan.metrics.ModelMetric`).
        reconstructs: whether examples should be the images that the generator takes.
        mix: function of (count, seed, labels, labels_to, share) -> images [count,
            height, width, channels], or None if there is nothing between two classes,
            see `kgan.spaces.interpolation.mixing`.
    """

    def __init__(
        self,
        source: Any,
        kind: str,
        weights: str,
        space: Space,
        trained: dict[str, Any],
        data: Data | None,
        block: Callable[..., np.ndarray],
        interpolate: Callable[..., np.ndarray] | None = None,
        takes: Mapping[str, Space] | None = None,
        says: Mapping[str, Said] | None = None,
        reconstructs: bool = False,
        mix: Callable[..., np.ndarray] | None = None,
    ) -> None:
        self.source = str(source)
        self.kind = kind
        self.weights = weights
        self.space = space
        self.trained = trained
        self.data = data
        self._block = block
        self._interpolate = interpolate
        self.takes = dict(takes or {})
        self.says = dict(says or {})
        self.reconstructs = reconstructs
        self._mix = mix

    def draw(self, count: int, seed: int = 0, **given: Any) -> Any:
        """Returns the first `count` examples of `seed`.

        A run and its export return the same examples.

        Args:
            count: the number of examples, at least 1.
            seed: integer >= 0.
            **given: at least `count` examples of each of `takes`, of the form outside
                the library. Default of labels whose number is known: 0, 1, 2, ...,
                repeating; a server does not say it.

        Returns:
            uint8 images [count, height, width, channels], with levels 0 to 255;
            float32 points [count, d]; or graphs, a dictionary of types.

        Raises:
            ValueError: for other numbers, if images to translate are missing or too
                few, or if the generator returns NaN or infinity.
        """
        if count < 1 or seed < 0:
            raise ValueError(
                "Expected count >= 1 and seed >= 0. "
                f"Received: count={count}, seed={seed}."
            )
        given = self._complete(given, count)
        # The first block equals what `generate` and an export's `sample` return.
        numbers = seeds.of_blocks(seed)
        parts = []
        size = _block_size(self.space.shape)
        for start in range(0, count, size):
            stop = min(start + size, count)
            inputs = {name: values[start:stop] for name, values in given.items()}
            part = self._block(stop - start, next(numbers), **inputs)
            if not all(map(all_finite, tf.nest.flatten(part))):
                raise ValueError(
                    "Expected finite examples. Received: NaN or infinite values from "
                    f"the generator of {self.source}, because its training diverged. "
                    "Use an earlier checkpoint."
                )
            parts.append(self.space.to_public(part))
        return tf.nest.map_structure(lambda *part: np.concatenate(part), *parts)

    def say(self, what: str, images: np.ndarray, seed: int = 0) -> np.ndarray:
        """Returns what the model says of images.

        A run, its export and its server get the same requests, as for `draw`.

        Args:
            what: one of `says`.
            images: uint8 [n, height, width, channels].
            seed: integer >= 0; fixes draws.

        Returns:
            float32 [n], or int32 for classes.
        """
        numbers = seeds.of_blocks(seed)
        size = _block_size(images.shape[1:])
        starts = range(0, len(images), size)
        ask = self.says[what].ask
        return np.concatenate(
            [ask(images[i : i + size], next(numbers)) for i in starts]
        )

    def _complete(self, given: dict[str, Any], count: int):
        """What is given, with balanced labels where none are."""
        labels = {
            name: space.request(count)
            for name, space in self.takes.items()
            if isinstance(space, Labels) and space.classes
        }
        given = {**labels, **given}
        lengths = {name: len(given.get(name, ())) for name in self.takes}
        if given.keys() != self.takes.keys() or min(lengths.values(), default=count) < (
            count
        ):
            needs = [f"{k} ({s.describe()})" for k, s in self.takes.items()]
            names = [f"{len(values)} {name}" for name, values in given.items()]
            raise ValueError(
                f"Expected {', '.join(needs) or 'nothing'} for each of {count} "
                f"examples of {self.source}. Received: {', '.join(names) or 'none'}."
            )
        return given

    @property
    def labels(self) -> tuple[str, Labels] | None:
        """The name and the space of the labels that the generator takes, or None."""
        kinds = [(k, s) for k, s in self.takes.items() if isinstance(s, Labels)]
        return kinds[0] if len(kinds) == 1 else None

    def interpolations(
        self,
        rows: int,
        steps: int,
        seed: int = 0,
        labels: Sequence[int] | None = None,
    ) -> np.ndarray:
        """Returns `kgan.spaces.interpolation.interpolation_picture`.

        Args:
            rows: the number of pairs of seeds, at least 1.
            steps: the number of images per pair, both ends included, at least 2.
            seed: integer >= 0, fixes the pairs.
            labels: classes, for a generator that takes labels: each pair has a row for
                each of them.

        Returns:
            uint8 [height, width, channels], with one row of images per pair and label.

        Raises:
            ValueError: for other numbers, labels that are missing or not taken, or an
                export that cannot interpolate.
        """
        _check_rows(rows, steps, seed)
        if self._interpolate is None:
            raise ValueError(
                "Expected a generator of images from latents, alone or with labels. "
                f"Received: {self.source}, which cannot interpolate."
            )
        if (labels is None) != (self.labels is None):
            raise ValueError(
                f"Expected {'no labels' if labels else 'labels'} for interpolations of "
                f"{self.source}, which takes {', '.join(self.takes) or 'none'}. "
                f"Received: labels={labels}."
            )
        given = [{self.labels[0]: label} for label in labels or ()] or [{}]
        return interpolation_picture(self._interpolate, rows, steps, seed, given)

    def transitions(
        self, rows: int, steps: int, seed: int, label_from: int, label_to: int
    ) -> np.ndarray:
        """Returns a picture of what lies between two classes.

        All images of a row have the same latents, those of `draw`.

        Args:
            rows: the number of latents, at least 1.
            steps: the number of images per row, both classes included, at least 2.
            seed: integer >= 0, fixes the latents.
            label_from, label_to: the classes at the left and at the right.

        Returns:
            uint8 [height, width, channels].

        Raises:
            ValueError: for other numbers, or a generator that mixes no classes.
        """
        _check_rows(rows, steps, seed)
        if self._mix is None:
            raise ValueError(
                "Expected a generator with an endpoint between classes, which takes "
                f"{', '.join(MIXED)}. Received: {self.source}, which has none: its "
                "labels are whole numbers. Interpolate latents within classes: "
                f"--label {label_from} {label_to}."
            )
        number = next(seeds.of_blocks(seed))
        ends = {
            "labels": np.full(rows, label_from, "int32"),
            "labels_to": np.full(rows, label_to, "int32"),
        }
        shares = np.linspace(0.0, 1.0, steps, dtype="float32")
        columns = [
            self._mix(rows, number, **ends, share=np.full(rows, share, "float32"))
            for share in shares
        ]
        # [steps, rows, ...] -> [rows, steps, ...]
        images = self.space.to_public(np.stack(columns, axis=1))
        return tile(images.reshape(-1, *images.shape[2:]), steps)

    def about(self, count: int, seed: int, examples: np.ndarray) -> dict[str, Any]:
        """Returns the entry `samples` of a `Result` for examples of this generator.

        Args:
            count: the number of examples.
            seed: of the examples.
            examples: the examples, for their sha256.
        """
        return {
            "source": self.source,
            "kind": self.kind,
            "weights": self.weights,
            **self.trained,
            "count": count,
            "seed": seed,
            "sha256": hashlib.sha256(np.ascontiguousarray(examples)).hexdigest(),
        }


def _check_rows(rows: int, steps: int, seed: int):
    if rows < 1 or steps < 2 or seed < 0:
        raise ValueError(
            "Expected rows >= 1, steps >= 2 and seed >= 0. "
            f"Received: rows={rows}, steps={steps}, seed={seed}."
        )


def _block_size(shape: Any):
    """The number of examples of a shape per request."""
    # A translation may leave open the size of its images.
    shapes = shape.values() if isinstance(shape, dict) else (shape,)
    values = sum(math.prod(side or 1 for side in one) for one in shapes)
    return max(1, min(_BLOCK, _BLOCK_BYTES // values))
