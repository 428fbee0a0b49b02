"""What a trained model can be asked."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kgan.random import seeds
from kgan.spaces.space import Space

# Rows that a network sees at a time, fewer if an example is large. Part of what a seed
# means: blocks of another size round otherwise.
BLOCK, _BLOCK_VALUES = 256, 2**24
# What requests call the seed and the count that stand for latents.
_RESERVED = (
    *("num_samples", "batch_size", "seed"),
    *("seed_from", "seed_to", "steps", "path"),
)


class Endpoint:
    """A question to a trained model: a function, and the spaces at its two ends.

    >>> photos = {"images": kgan.spaces.Images((None, None, 3))}
    >>> endpoint = kgan.Endpoint(lambda images: {"images": -images}, photos, photos)
    >>> endpoint(images=np.zeros((2, 5, 7, 3), "uint8"))["images"].max()
    np.float32(1.0)

    Samples in Python, pictures, scores and the signatures of an export are all derived
    from it. Where it takes latents, a seed can stand for them, see `sample`. Where the
    space of an argument has a default, such as a truncation of 1, the argument can be
    left out, or be one value for all examples.

    Args:
        function: tensors by name, of the form inside the library -> dict of tensors.
        takes: name -> `Space` of each argument.
        gives: name -> `Space` of each answer.
        seeded: what a server calls it where a seed stands for the latents.
        source: which part of the model's data it takes, to be shown in pictures.
        target: which part of the data its answers should be, or None; where it is
            `source`, the answers are reconstructions.
        network: the `keras.Model` that is all of it, for runtimes other than
            TensorFlow; None if there is more to it.

    Raises:
        ValueError: if it takes or gives nothing.
    """

    def __init__(
        self,
        function: Callable[..., dict[str, Any]],
        takes: dict[str, Space],
        gives: dict[str, Space],
        *,
        seeded: str | None = None,
        source: int = 0,
        target: int | None = None,
        network: keras.Model | None = None,
    ) -> None:
        if not takes or not gives:
            raise ValueError(
                "Expected an endpoint that takes and gives something. "
                f"Received: takes={list(takes)}, gives={list(gives)}."
            )
        _check_names(takes, gives)
        self.function = function
        self.takes = dict(takes)
        self.gives = dict(gives)
        self.seeded = seeded
        self.source, self.target = source, target
        self.network = network

    @property
    def drawn(self) -> list[str]:
        """The arguments that a seed can stand for."""
        return [name for name, space in self.takes.items() if space.drawn]

    @property
    def given(self) -> list[str]:
        """The arguments that must be given."""
        return [
            name
            for name, space in self.takes.items()
            if not space.drawn and space.default is None
        ]

    @property
    def optional(self) -> list[str]:
        """The arguments with a default."""
        return [k for k, space in self.takes.items() if space.default is not None]

    @property
    def seed_alone(self) -> bool:
        """Whether a seed stands for all that it must be given."""
        return bool(self.drawn) and not self.given

    @property
    def reconstructs(self) -> bool:
        """Whether its answers should be what it takes."""
        return self.target == self.source

    def answer(self, **inputs: Any) -> dict[str, Any]:
        """The function itself, in a graph: tensors -> dict of tensors.

        Raises:
            ValueError: if the answer is not of the spaces in `gives`.
        """
        answers = self.function(**self.completed(inputs))
        if not isinstance(answers, dict) or set(answers) != set(self.gives):
            named = isinstance(answers, dict)
            raise ValueError(
                "Expected an endpoint that answers with a dictionary of "
                f"{', '.join(self.gives)}. Received: "
                f"{sorted(answers) if named else type(answers).__name__}."
            )
        for name, space in self.gives.items():
            try:
                space.check(answers[name], assertions=False)
            except ValueError as error:
                raise ValueError(
                    f"The answer {name!r} of an endpoint is not in its space. {error}"
                ) from None
        return {name: answers[name] for name in self.gives}

    def __call__(self, batch_size: int | None = None, **inputs: Any) -> dict[str, Any]:
        """Asks for arrays, on the process's first device.

        Args:
            batch_size: rows at a time; default: `BLOCK`, fewer if they are large.
            **inputs: arrays [n, ...], of the form inside the library or outside; those
                with a default may be left out, or be one value for all.

        Returns:
            name -> NumPy array [n, ...] of the form inside the library, in float32.

        Raises:
            ValueError: for inputs that are missing, unknown, of other shapes or of
                different lengths; labels out of range.
        """
        names = dict.fromkeys([*self.drawn, *self.given, *inputs])
        inputs = {name: self._inside(name, inputs.get(name)) for name in names}
        return self._answers(inputs, batch_size)

    def completed(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """Inputs with those that have a default, [n], in a graph too.

        Args:
            inputs: name -> tensor [n, ...], of the form inside the library; of one row
                or n, where there is a default.
        """
        first = next(name for name in inputs if name not in self.optional)
        n = tf.shape(tf.nest.flatten(inputs[first])[0])[0]
        inputs = dict(inputs)
        for name in self.optional:
            space = self.takes[name]
            rows = inputs.get(name)
            if rows is None:
                rows = tf.constant([space.default], space.dtype)
            # One row for all, or each its own; `tf.repeat` takes three times as long.
            given = tf.shape(rows)[0]
            places = tf.range(tf.where(given == 1, n, given))
            inputs[name] = tf.gather(rows, tf.minimum(places, given - 1))
        return inputs

    def _answers(self, inputs: dict[str, Any], batch_size: int | None):
        """Asks with inputs that are checked, of the form inside the library."""
        inputs = self.completed(inputs)
        lengths = {name: _length(value) for name, value in inputs.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"Expected inputs of one length. Received: {lengths}.")
        n = lengths[next(iter(lengths))]
        if not n:
            raise ValueError(f"Expected at least one example. Received: {lengths}.")
        size = int(batch_size or self.block_rows(inputs))
        parts = [
            self._compiled(tf.nest.map_structure(lambda x: x[i : i + size], inputs))  # noqa: B023
            for i in range(0, n, size)
        ]
        answers = tf.nest.map_structure(_joined, *parts)
        for name, answer in answers.items():
            if _length(answer) != n:
                raise ValueError(
                    f"Expected one answer {name!r} per example, {n}. "
                    f"Received: {_length(answer)}."
                )
        return answers

    def sample(
        self,
        n: int | None = None,
        seed: int | None = None,
        batch_size: int | None = None,
        **given: Any,
    ) -> dict[str, Any]:
        """Asks with latents drawn by seed.

        Args:
            n: how many; not needed where something is given.
            seed: 32-bit integer; the same seed gives the same answers, here and from
                an exported model on a server. None draws new ones.
            batch_size: rows at a time.
            **given: the arguments that cannot be drawn, such as labels [n], and those
                with a default.

        Returns:
            As `__call__`.

        Raises:
            ValueError: if n is below 1, the seed is no 32-bit integer, or something
                that must be given is missing or unknown.
        """
        given = {name: self._inside(name, value) for name, value in given.items()}
        missing = [name for name in self.given if name not in given]
        if missing:
            raise ValueError(
                f"Expected {', '.join(missing)} beside the seed: "
                f"{', '.join(self.takes[m].describe() for m in missing)} for each "
                "example. Received: none."
            )
        rows = [name for name in given if name not in self.optional]
        if rows:
            length = _length(given[rows[0]])
            if n not in (None, length):
                raise ValueError(
                    f"Expected {', '.join(rows)} for each of n={n} examples. "
                    f"Received: {length}."
                )
            n = length
        if n is None or n < 1:
            raise ValueError(f"Expected n >= 1. Received: n={n}.")
        seed = next(seeds.stream(None)) if seed is None else seeds.check_seed(seed)
        return self._answers(self.draw(n, seed) | given, batch_size)

    def draw(self, n: Any, seed: Any) -> dict[str, Any]:
        """n examples of each argument that a seed stands for, by name.

        Args:
            n: how many; an integer, also as a tensor.
            seed: a 32-bit integer, also as a tensor. The i-th argument is drawn with
                the key (seed, i): a graph cannot hash.
        """
        return {
            name: self.takes[name].sample(n, (seed, i))
            for i, name in enumerate(self.drawn)
        }

    def block_rows(self, inputs: dict[str, Any]) -> Any:
        """How many rows of such inputs a network sees at a time, in a graph too."""
        known = [spec.shape[1:] for s in self.gives.values() for spec in _parts(s)]
        fixed = [shape.num_elements() for shape in known if shape.is_fully_defined()]
        sizes = [tf.size(x[:1]) for x in tf.nest.flatten(inputs)]
        largest = functools.reduce(tf.maximum, [*sizes, *fixed, 1])
        return tf.clip_by_value(_BLOCK_VALUES // largest, 1, BLOCK)

    @functools.cached_property
    def _compiled(self):
        # Traced once for all numbers of rows, as exports are.
        specs = {name: space.specs() for name, space in self.takes.items()}
        return tf.function(
            lambda inputs: self.answer(**inputs),
            input_signature=[specs],
            autograph=False,
        )

    def _inside(self, name: str, value: Any):
        if name not in self.takes:
            known = ", ".join(self.takes)
            raise ValueError(f"Expected {known}. Received: {name!r} too.")
        if value is None:
            raise ValueError(f"Expected {name}. Received: none.")
        space = self.takes[name]
        value = space.from_public(tf.nest.map_structure(tf.convert_to_tensor, value))
        if name in self.optional and not value.shape.rank:
            value = value[None]
        try:
            space.check_known(value)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
        return value


def _check_names(takes: dict[str, Space], gives: dict[str, Space]):
    for name in (*takes, *gives):
        if not name.isidentifier() or name in _RESERVED:
            raise ValueError(
                "Expected names of arguments and answers that are identifiers, other "
                f"than {', '.join(_RESERVED)}. Received: {name!r}."
            )


def _length(value: Any):
    return len(tf.nest.flatten(value)[0])


def _parts(space: Space):
    return tf.nest.flatten(space.specs())


def _joined(*parts: Any):
    """Blocks of one answer as one array; floats as float32."""
    array = np.concatenate([part.numpy() for part in parts])
    return array if array.dtype.kind in "iu" else array.astype("float32")
