"""The three forms of examples in requests and answers: tensors by name.

A space of several tensors becomes `<name>_<part>`, one tensor per part.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from kgan.serving.graph import as_png, finite, from_png, rows_at_most
from kgan.spaces import Space

PNG = "png_bytes"


class Outside:
    """Examples as they leave the library: images as uint8, labels as int32.

    Args:
        spaces: name -> `Space`: what an endpoint takes, or what it gives.
        limit: the largest number of rows per request.
    """

    public = True

    def __init__(self, spaces: dict[str, Space], limit: int) -> None:
        self.spaces = spaces
        self.limit = limit

    def specs(self) -> dict[str, tf.TensorSpec]:
        """The tensors of all spaces: name -> `tf.TensorSpec`."""
        return self._of_all(self.space_specs)

    def space_specs(self, name: str, space: Space) -> dict[str, tf.TensorSpec]:
        """The tensors of one space: name -> `tf.TensorSpec`."""
        return flat(name, space.specs(public=self.public))

    def decode(self, tensors: dict[str, Any]) -> dict[str, Any]:
        """Tensors by name -> batches by name, in the form inside; bad tensors fail."""
        return {n: self.decode_one(n, s, tensors) for n, s in self.spaces.items()}

    def decode_one(self, name: str, space: Space, tensors: dict[str, Any]) -> Any:
        """Tensors by name -> the batch of one space, in the form inside."""
        specs = self.space_specs(name, space)
        parts = {k: self._checked(k, spec, tensors[k]) for k, spec in specs.items()}
        batch = space.from_public(gathered(name, space, parts))
        space.check_values(batch)
        return batch

    def encode(self, public: dict[str, Any]) -> dict[str, Any]:
        """Batches by name, in the form outside -> tensors by name."""
        return self._of_all(lambda name, space: flat(name, public[name]))

    def request(self, n: int) -> dict[str, Any]:
        """A request for n examples of each space: arrays by name."""
        return self._of_all(lambda name, space: flat(name, space.request(n)))

    def refused(self) -> list[dict[str, Any]]:
        """Requests of one example, each with one tensor that must be refused."""
        bad = [flat(n, value) for n, s in self.spaces.items() for value in s.refused()]
        return [self.request(1) | wrong for wrong in bad]

    def _checked(self, name: str, spec: tf.TensorSpec, tensor: Any):
        tensor = tf.ensure_shape(tensor, spec.shape)
        tensor = rows_at_most(tensor, self.limit, name)
        return finite(tensor, name) if tensor.dtype.is_floating else tensor

    def _of_all(self, function: Callable[[str, Space], dict[str, Any]]):
        tensors = {}
        for name, space in self.spaces.items():
            tensors |= function(name, space)
        return tensors


class Inside(Outside):
    """Examples as the library computes with them: float32, images in [-1, 1]."""

    public = False

    def space_specs(self, name: str, space: Space) -> dict[str, tf.TensorSpec]:
        specs = super().space_specs(name, space)
        return {
            k: tf.TensorSpec(s.shape, _of_32_bits(s.dtype)) for k, s in specs.items()
        }

    def request(self, n: int) -> dict[str, Any]:
        def one(name: str, space: Space):
            inside = space.from_public(space.request(n))
            return {k: _array_of_32_bits(x) for k, x in flat(name, inside).items()}

        return self._of_all(one)

    def encode(self, inside: dict[str, Any]) -> dict[str, Any]:
        tensors = super().encode(inside)
        return {k: tf.cast(x, _of_32_bits(x.dtype)) for k, x in tensors.items()}


class Files(Outside):
    """Examples as they leave the library, but images as PNG files."""

    @staticmethod
    def is_file(space: Space) -> bool:
        """Whether examples of a space travel as files."""
        return space.png

    def space_specs(self, name: str, space: Space) -> dict[str, tf.TensorSpec]:
        if self.is_file(space):
            return {self._key(name): tf.TensorSpec([None], tf.string)}
        return super().space_specs(name, space)

    def decode_one(self, name: str, space: Space, tensors: dict[str, Any]) -> Any:
        if not self.is_file(space):
            return super().decode_one(name, space, tensors)
        files = tf.ensure_shape(tensors[self._key(name)], [None])
        files = rows_at_most(files, self.limit, "files")
        return space.from_public(from_png(files, space.shape))

    def encode(self, public: dict[str, Any]) -> dict[str, Any]:
        def one(name: str, space: Space):
            if not self.is_file(space):
                return flat(name, public[name])
            return {self._key(name): tf.ensure_shape(as_png(public[name]), [None])}

        return self._of_all(one)

    def request(self, n: int) -> dict[str, Any]:
        def one(name: str, space: Space):
            if not self.is_file(space):
                return flat(name, space.request(n))
            return {self._key(name): as_png(space.request(n)).numpy()}

        return self._of_all(one)

    def refused(self) -> list[dict[str, Any]]:
        files = [
            self._key(name)
            for name, space in self.spaces.items()
            if self.is_file(space)
        ]
        bad = [{key: np.array([b"GIF89a"], object)} for key in files]
        bad += [
            flat(name, value)
            for name, space in self.spaces.items()
            for value in space.refused()
            if not self.is_file(space)
        ]
        return [self.request(1) | wrong for wrong in bad]

    def _key(self, name: str):
        several = sum(map(self.is_file, self.spaces.values())) > 1
        return f"{name}_{PNG}" if several else PNG


class ReadFiles(Files):
    """The same in requests: there are no PNG files of two channels to be read."""

    @staticmethod
    def is_file(space: Space) -> bool:
        return space.from_png


def flat(name: str, tree: Any) -> dict[str, Any]:
    """The batch `tree` of the space `name` as tensors by name."""
    if isinstance(tree, dict):
        return {f"{name}_{part}": tree[part] for part in sorted(tree)}
    return {name: tree}


def gathered(name: str, space: Space, tensors: dict[str, Any]) -> Any:
    """The batch of the space `name`, taken from tensors by name."""
    if isinstance(space.shape, dict):
        return {part: tensors[f"{name}_{part}"] for part in sorted(space.shape)}
    return tensors[name]


def _of_32_bits(dtype: Any):
    return tf.float32 if tf.as_dtype(dtype).is_floating else tf.as_dtype(dtype)


def _array_of_32_bits(x: Any):
    array = np.asarray(x)
    return array.astype("float32") if array.dtype.kind not in "iu" else array
