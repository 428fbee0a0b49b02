"""What one example is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from kgan.system.registry import Configured


class Space(Configured):
    """What goes into a model, or what comes out of it.

    A space knows the shape of one example, checks batches, draws requests, and
    converts between the form that the library computes with and the form that leaves
    the library: images are float32 in [-1, 1] inside and uint8 in [0, 255] outside.

    >>> space = kgan.spaces.of_shape((28, 28, 1))
    >>> space.describe()
    'image 28x28x1'
    >>> space == kgan.spaces.Images((28, 28, 1))
    True

    A batch is one tensor. A space of several tensors (`Graphs`) has dictionaries as
    batches; its `shape`, `dtype` and `public_dtype` are dictionaries too.

    Attributes:
        shape: of one example, without the batch; None where any size is right.
        dtype: of a batch inside the library.
        public_dtype: of a batch outside.
        drawn: whether a seed stands for examples when a model is asked. Latents are.
        backdrop: whether a picture of samples shows real examples behind them.
        shown: how many examples a picture has if nobody says.
        png: whether PNG files can show examples.
        from_png: whether examples can be read from PNG files.
        unit: what one example is called.
        limits: the least and the greatest value that examples take: a network that
            makes examples must be able to give both. None where data decide it.
        conversion: what to do about examples of another kind of number.
        default: an example that counts where none is given when a model is asked; None
            if one must be given.
    """

    shape: Any = ()
    dtype: Any = "float32"
    public_dtype: Any = "float32"
    drawn = False
    backdrop = False
    shown = 64
    png = False
    from_png = False
    unit = "example"
    limits: tuple[float, float] | None = None
    conversion = ""
    default: Any = None

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.get_config() == self.get_config()

    def __hash__(self) -> int:
        return hash((type(self), str(self.get_config())))

    def describe(self) -> str:
        """One example in words, such as `image 28x28x1`."""
        return f"{self.unit} {'x'.join(map(str, self.shape))}".strip()

    def named(self, names: Sequence[str] | None) -> Space:
        """The space with names of its classes; itself if it has no classes."""
        return self

    # Batches

    def specs(self, public: bool = False) -> Any:
        """The `tf.TensorSpec` of a batch of any size, a dictionary for several."""
        dtype = self.public_dtype if public else self.dtype
        return _map(
            lambda shape, kind: tf.TensorSpec([None, *shape], kind), self.shape, dtype
        )

    def check(self, batch: Any, assertions: bool = True) -> None:
        """Refuses a batch that is not of this space.

        Args:
            batch: of the form inside the library.
            assertions: whether values are checked too, in the graph; XLA cannot.

        Raises:
            ValueError: for another structure, shape or kind of number.
            tf.errors.InvalidArgumentError: in the graph, for values out of range.
        """
        specs = self.specs()
        try:
            tf.nest.assert_same_structure(specs, batch)
        except (TypeError, ValueError):
            raise ValueError(
                f"Expected batches of {self.describe()}: {_keys(specs)}. "
                f"Received: {_keys(batch)}."
            ) from None
        pairs = zip(tf.nest.flatten(specs), tf.nest.flatten(batch), strict=True)
        for spec, part in pairs:
            self._check_part(spec, part)
        if assertions:
            self.check_values(batch)

    def check_values(self, batch: Any) -> None:
        """Asserts in the graph that values are in range."""

    def check_known(self, batch: Any) -> None:
        """As `check`, of a batch whose values are known: outside of graphs.

        Raises:
            ValueError: also for values out of range.
        """
        try:
            self.check(batch)
        except tf.errors.InvalidArgumentError as error:
            sentence = error.message.split("kgan: ")[-1].splitlines()[0]
            sentence = sentence.rstrip("' ")
            raise ValueError(sentence[0].upper() + sentence[1:]) from None

    def doubt(self, batches: list[Any]) -> str | None:
        """What is strange about the first batches of data, though they pass the check.

        Args:
            batches: of the form inside the library, with known values.

        Returns:
            Sentences for the user; None if there is nothing to say.
        """
        return None

    def _check_part(self, spec: Any, part: Any):
        shape = tf.TensorShape(part.shape)
        if spec.shape[1:].is_compatible_with(shape) and shape.rank is not None:
            raise ValueError(
                f"Expected batches of {self.unit}s [batch, {dims(spec.shape[1:])}]. "
                f"Received: single ones [{dims(shape)}]. Batch them: "
                "data.batch(64, drop_remainder=True)."
            )
        if not spec.shape.is_compatible_with(shape):
            raise ValueError(
                f"Expected batches of {self.unit}s [batch, {dims(spec.shape[1:])}]. "
                f"Received: shape [batch, {dims(shape[1:])}]."
            )
        expected, given = tf.as_dtype(spec.dtype), tf.as_dtype(part.dtype)
        if expected.is_integer != given.is_integer:
            raise ValueError(
                f"Expected batches of {self.unit}s as {expected.name}. "
                f"Received: {given.name}. {self.conversion}".rstrip()
            )

    # The two forms

    def to_public(self, batch: Any) -> Any:
        """The form inside the library -> the form outside."""
        if tf.is_tensor(batch):
            return tf.cast(batch, self.public_dtype)
        return np.asarray(batch, self.public_dtype)

    def from_public(self, batch: Any) -> Any:
        """The form outside -> the form inside the library."""
        return batch

    # Requests

    def sample(self, n: Any, seed: Any) -> Any:
        """n examples by seed, in the form inside the library.

        The same in Python and in an exported graph.

        Args:
            n: how many; an integer, also as a tensor.
            seed: a 32-bit integer, also as a tensor; or a `keras.random.SeedGenerator`.
        """
        raise NotImplementedError(f"{type(self).__name__} cannot be drawn by seed.")

    def request(self, n: int) -> Any:
        """n examples to ask a server for, NumPy arrays of the form outside."""
        rng = np.random.default_rng(n)
        return _map(
            lambda spec: _random(rng, (n, *_filled(spec.shape[1:])), spec.dtype),
            self.specs(public=True),
        )

    def refused(self) -> list[Any]:
        """Batches of the form outside that a server has to refuse."""
        return []

    # Comparing

    @property
    def packed_shape(self) -> tuple[int | None, ...]:
        """The shape of one example in `packed`."""
        return tuple(self.shape)

    def packed(self, batch: Any) -> Any:
        """Examples as one array, as metrics take them.

        Args:
            batch: NumPy arrays of the form outside.

        Returns:
            An array [n, *packed_shape]; where a batch is one array, that array.
        """
        return batch

    def noise(self, rng: np.random.Generator, n: int, reference: np.ndarray) -> Any:
        """n examples without any likeness to real ones: what no model may score below.

        Args:
            rng: draws them.
            n: how many.
            reference: real examples, as `packed` returns them.

        Returns:
            As `reference`, uniform over its range.
        """
        low, high = reference.min(axis=0), reference.max(axis=0)
        shape = (n, *reference.shape[1:])
        return rng.uniform(low, high, shape).astype(reference.dtype)

    def vectors(self, batch: Any) -> np.ndarray:
        """Examples as vectors whose distances tell how alike they are.

        Args:
            batch: of the form inside the library.

        Returns:
            float64 [n, features].
        """
        parts = [np.asarray(part, "float64") for part in tf.nest.flatten(batch)]
        return np.concatenate([part.reshape(len(part), -1) for part in parts], axis=1)

    # Pictures

    def picture(self, columns: dict[str, Any], per_row: int | None = None) -> Any:
        """What examples look like.

        Args:
            columns: title -> examples [n, ...] of the form inside the library. Row i
                of the picture shows the i-th example of each column.
            per_row: how many rows of examples stand beside each other, if the space
                has a choice.

        Returns:
            uint8 [height, width, 1 to 4]; None if there is no picture of this space.
        """
        return None

    def table(self, batch: Any) -> list[dict[str, Any]] | None:
        """What can be said of examples in words and numbers, for a CSV file.

        Args:
            batch: of either form.

        Returns:
            A dictionary for each example: column -> text, number, or None for nothing;
            None for spaces whose examples are numbers alone.
        """
        return None


def _map(function: Any, *trees: Any):
    if isinstance(trees[0], dict):
        return {k: function(*(tree[k] for tree in trees)) for k in sorted(trees[0])}
    return function(*trees)


def _random(rng: np.random.Generator, shape: Any, dtype: Any):
    kind = tf.as_dtype(dtype)
    if kind.is_integer:
        return rng.integers(0, 2, shape).astype(kind.as_numpy_dtype)
    return rng.standard_normal(shape).astype(kind.as_numpy_dtype)


def _filled(shape: Any):
    return tuple(24 if side is None else int(side) for side in shape)


def dims(shape: Any) -> str:
    """The sides of a shape as text; `any` where a side is free."""
    return ", ".join("any" if d is None else str(d) for d in shape)


def _keys(tree: Any):
    if isinstance(tree, dict):
        return f"a dictionary of {', '.join(sorted(tree))}"
    return f"a {type(tree).__name__}" if isinstance(tree, (list, tuple)) else "a tensor"
