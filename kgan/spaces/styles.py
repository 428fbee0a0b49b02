"""What a generator of styles is asked with: styles, their layers, and seeds."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kgan.spaces.space import Space
from kgan.system.checks import check_whole


@keras.saving.register_keras_serializable("kgan")
class Styles(Space):
    """Styles w [dim], what a mapping network makes of latents: finite float32.

    Unlike latents they have no prior: a seed cannot draw them.

    >>> kgan.spaces.Styles(64).describe()
    'style 64'

    Args:
        dim: the number of coordinates, at least 1.

    Raises:
        ValueError: for a dim below 1.
    """

    unit = "style"

    def __init__(self, dim: int) -> None:
        self.shape = (check_whole("dim", dim),)

    def get_config(self) -> dict[str, Any]:
        return {"dim": self.shape[0]}

    def from_public(self, batch: Any) -> Any:
        return tf.cast(batch, self.dtype)

    def check_values(self, batch: Any) -> None:
        finite = tf.reduce_all(tf.math.is_finite(batch))
        tf.debugging.Assert(finite, ["kgan: expected finite styles; received others."])

    def refused(self) -> list[Any]:
        return [np.full((1, *self.shape), np.nan, "float32")]


class _Whole(Space):
    """One int32 number per example."""

    dtype = "int32"
    public_dtype = "int32"

    def from_public(self, batch: Any) -> Any:
        batch = tf.convert_to_tensor(batch)
        return tf.cast(batch, "int32") if batch.dtype.is_integer else batch


@keras.saving.register_keras_serializable("kgan")
class Layers(_Whole):
    """Numbers of layers that take a style, int32 from 0 to `count` - 1.

    >>> kgan.spaces.Layers(8).describe()
    'layer from 0 to 7'

    Args:
        count: the number of layers, at least 1.

    Raises:
        ValueError: for a count below 1.
    """

    unit = "layer"
    conversion = "Layers are whole numbers."

    def __init__(self, count: int) -> None:
        self.count = check_whole("count", count)

    def describe(self) -> str:
        return f"{self.unit} from 0 to {self.count - 1}"

    def get_config(self) -> dict[str, Any]:
        return {"count": self.count}

    def check_values(self, batch: Any) -> None:
        known = tf.reduce_all((batch >= 0) & (batch < self.count))
        message = f"kgan: expected layers from 0 to {self.count - 1}; received:"
        tf.debugging.Assert(known, [message, batch])

    def check_known(self, batch: Any) -> None:
        self.check(batch, assertions=False)
        low, high = np.min(batch), np.max(batch)
        if not 0 <= low <= high < self.count:
            received = low if low == high else f"{low} to {high}"
            raise ValueError(
                f"Expected layers from 0 to {self.count - 1}. Received: {received}."
            )

    def request(self, n: int) -> Any:
        return (np.arange(n) % self.count).astype("int32")

    def refused(self) -> list[Any]:
        return [np.array([layer], "int32") for layer in (self.count, -1)]


@keras.saving.register_keras_serializable("kgan")
class Seeds(_Whole):
    """32-bit seeds, each of which stands for the first example that it draws.

    An endpoint that takes latents has one seed for all examples of a request. One that
    mixes the latents of chosen seeds takes seeds instead.

    >>> seeds, latents = kgan.spaces.Seeds(), kgan.spaces.Latents(3)
    >>> seeds.first_of(latents, np.array([5, 6, 5])).shape
    TensorShape([3, 3])
    """

    unit = "seed"
    conversion = "Seeds are whole numbers of 32 bits."

    def first_of(self, space: Space, batch: Any) -> tf.Tensor:
        """The first example of each seed, [n, ...], in a graph too.

        Args:
            space: of what the seeds draw; one tensor.
            batch: int32 [n].
        """
        spec = tf.TensorSpec(space.shape, space.dtype)
        return tf.map_fn(
            lambda seed: space.sample(1, seed)[0],
            tf.convert_to_tensor(batch),
            fn_output_signature=spec,
        )

    def request(self, n: int) -> Any:
        return np.arange(n, 2 * n, dtype="int32")
