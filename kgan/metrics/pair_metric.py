"""The base classes of scores that compare each made image with its target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from kgan.metrics.accumulators import Rows
from kgan.metrics.examples import images
from kgan.metrics.metric import Metric
from kgan.metrics.value import Value
from kgan.system.checks import check_whole

CHANNELS = ("rgb", "y")
# ITU-R BT.601: Y = 16 + 219 (.299 R + .587 G + .114 B) / 255, from 16 to 235.
_LUMA = np.array([65.481, 128.553, 24.966]) / 255.0
# Values of images that are compared at a time.
_CHUNK = 2**23


class PairMetric(Metric):
    """The mean of one number per pair of a made image and its target.

    A subclass sets `better`, whose first name is that of the score, and writes
    `of_pairs`. The sides are `target` and `fake`; example i of one side belongs to
    example i of the other. A stream keeps one number per pair, and not the images.

    >>> metric = kgan.metrics.get("l1")
    >>> metric.update_state(target=images[:8], fake=images[:8])
    >>> float(metric.result()["l1"])
    0.0

    Args:
        capacity: the largest number of pairs of a stream.

    Raises:
        ValueError: for a capacity below 1.
    """

    needs = "images"
    sides = ("target", "fake")
    stand_in = "target"

    def __init__(
        self, capacity: int = 50_000, name: str | None = None, dtype: str | None = None
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.capacity = capacity
        self._accumulators = {"pairs": Rows(capacity, "float64", "pairs of")}

    def of_pairs(self, target: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
        """Returns one number per pair, float64 [n], also in a graph.

        Args:
            target: float32 [n, height, width, channels] in [-1, 1].
            fake: images of the same shape.
        """
        raise NotImplementedError

    def build(self, shape: Any) -> None:
        """Creates the variables.

        Args:
            shape: of one image; any image gives one number.
        """
        self._accumulators["pairs"].build(())

    def update_state(
        self, real: Any = None, fake: Any = None, *, target: Any = None, **others: Any
    ) -> None:
        """Adds a batch of pairs.

        Args:
            real: not used.
            fake: array or tensor [n, height, width, channels] in [-1, 1].
            target: images of the same shape.
            **others: no other side is accepted.

        Raises:
            ValueError: if one of both is missing, for different shapes, or for another
                side.
            tf.errors.InvalidArgumentError: for more pairs than the capacity.
        """
        if fake is None or target is None or others:
            given = {"fake": fake, "target": target, **others}
            names = [name for name, batch in given.items() if batch is not None]
            raise ValueError(
                f"Expected {self.name} to be given fake and target in one call. "
                f"Received: {', '.join(names) or 'none'}."
            )
        target, fake = _tensor(target), _tensor(fake)
        _check_pairs(target.shape, fake.shape)
        self.check(tuple(fake.shape[1:]))
        self._accumulators["pairs"].update_state(self.of_pairs(target, fake))

    def each(self, target: np.ndarray, fake: np.ndarray) -> np.ndarray:
        """Returns one number per pair, float64 [n].

        Args:
            target: [n, height, width, channels] in [-1, 1].
            fake: images of the same shape.

        Raises:
            ValueError: for other shapes or pixels, or NaN.
        """
        target, fake = images(target, "targets"), images(fake, "generated images")
        _check_pairs(target.shape, fake.shape)
        self.check(fake.shape[1:])
        step = max(_CHUNK // fake[0].size, 1)
        starts = range(0, len(fake), step)
        parts = [(target[i : i + step], fake[i : i + step]) for i in starts]
        numbers = [self.of_pairs(_tensor(a), _tensor(b)) for a, b in parts]
        return np.concatenate([np.asarray(part, "float64") for part in numbers])

    def score(
        self,
        real: np.ndarray | None,
        fake: np.ndarray,
        *,
        target: np.ndarray | None = None,
        seed: int = 0,
    ) -> dict[str, Value]:
        """See `Metric.score`.

        Args:
            real: not used.
            fake: made images [n, height, width, channels] in [-1, 1].
            target: the target of each of them.
            seed: not used.

        Raises:
            ValueError: as `each`.
        """
        return self._value_of(self.each(target, fake))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "capacity": self.capacity}

    def _values(self, seed: int):
        pairs = self._accumulators["pairs"]
        if not pairs.count():
            raise ValueError(f"Expected pairs for {self.name}. Received: none.")
        return self._value_of(pairs.numpy())

    def _value_of(self, numbers: np.ndarray):
        n = len(numbers)
        equal = np.count_nonzero(np.isinf(numbers))
        error, how = None, f"no error: {equal} of {n} pairs are equal"
        if not equal:
            error = float(numbers.std() / np.sqrt(n))
            how = f"standard error over {n} pairs"
        (name,) = self.better
        return {name: Value(float(numbers.mean()), error, how)}


class PixelMetric(PairMetric):
    """A score of pairs after the protocol of a paper: which channel, which border.

    Images are rounded to the 256 levels that files have. Channel "rgb" compares all
    channels. Channel "y" compares the luma of ITU-R BT.601 in 16 ... 235, rounded to
    levels, as super-resolution papers do; a gray image is taken as it is.

    >>> kgan.metrics.get("psnr").channel
    'rgb'

    Args:
        channel: "rgb" or "y".
        crop: pixels to leave out at each border; in super-resolution, the scale.
        capacity: as for `PairMetric`.

    Raises:
        ValueError: for another channel, a crop below 0 or a capacity below 1.
    """

    least = 1  # pixels per side, after the crop

    def __init__(
        self,
        channel: str = "rgb",
        crop: int = 0,
        capacity: int = 50_000,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(capacity, name=name, dtype=dtype)
        if channel not in CHANNELS:
            raise ValueError(
                f"Expected channel to be one of {', '.join(CHANNELS)}. "
                f"Received: channel={channel!r}."
            )
        self.channel = channel
        self.crop = check_whole("crop", crop, least=0)

    def check(self, shape: Sequence[int]) -> None:
        least = self.least + 2 * self.crop
        if min(shape[:2]) < least:
            raise ValueError(
                f"Expected images of at least {least}x{least} pixels for {self.name} "
                f"with crop={self.crop}. Received: {shape[0]}x{shape[1]}. Choose a "
                "smaller crop, or another metric."
            )
        if self.channel == "y" and shape[2] not in (1, 3):
            raise ValueError(
                f"Expected images of 1 or 3 channels for {self.name} with channel='y'. "
                f"Received: {shape[2]} channels. Choose channel='rgb'."
            )

    def levels(self, batch: tf.Tensor) -> tf.Tensor:
        """Images in [-1, 1] -> float64 levels 0 ... 255 that the protocol compares."""
        levels = tf.round((tf.cast(batch, tf.float64) + 1.0) * 127.5)
        if self.channel == "y" and batch.shape[-1] == 3:
            luma = tf.reduce_sum(levels * _LUMA, axis=-1, keepdims=True)
            levels = tf.round(luma + 16.0)
        if self.crop:
            inside = slice(self.crop, -self.crop)
            levels = levels[:, inside, inside]
        return levels

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        return {**config, "channel": self.channel, "crop": self.crop}


def _check_pairs(target: Any, fake: Any):
    target, fake = tf.TensorShape(target), tf.TensorShape(fake)
    if fake.rank != 4 or not target.is_compatible_with(fake):
        raise ValueError(
            "Expected a target for each generated image, both [n, height, width, "
            f"channels]. Received: targets {tuple(target)}, generated {tuple(fake)}."
        )


def _tensor(batch: Any):
    return tf.cast(tf.convert_to_tensor(batch), tf.float32)
