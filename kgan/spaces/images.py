"""Images: float32 in [-1, 1] inside the library, uint8 at its borders."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kgan.spaces.space import Space, dims
from kgan.system.checks import check_whole

# Pixels per side, at most, when images are compared.
_COARSE = 16


@keras.saving.register_keras_serializable("kgan")
class Images(Space):
    """Images [height, width, channels].

    >>> space = kgan.spaces.Images((28, 28, 1))
    >>> space.to_public(model.generate(16)).dtype
    dtype('uint8')

    Args:
        shape: (height, width, channels). None for a side of any size.
        multiple: what sides of any size must be divisible by, as a U-Net asks for.

    Raises:
        ValueError: for another rank, no channels, or a multiple below 1.
    """

    public_dtype = "uint8"
    unit = "image"
    limits = (-1.0, 1.0)
    conversion = (
        "Convert them with kgan.spaces.to_float(images) in data.map, or let "
        "kgan.data.load read them."
    )

    def __init__(
        self, shape: tuple[int | None, int | None, int], multiple: int = 1
    ) -> None:
        shape = tuple(shape)
        sides = [side for side in shape if side is not None]
        if len(shape) != 3 or shape[-1] is None or min(sides) < 1:
            raise ValueError(
                "Expected images of shape (height, width, channels). "
                f"Received: shape={shape}."
            )
        self.shape = shape
        self.multiple = check_whole("multiple", multiple)

    @property
    def png(self) -> bool:
        """Whether PNG files can hold them: of two channels, one is shown."""
        return self.shape[-1] <= 4

    @property
    def colored(self) -> bool:
        """Whether the channels are red, green, blue, and perhaps opacity."""
        return self.shape[-1] in (3, 4)

    @property
    def from_png(self) -> bool:
        """Whether PNG files can be read as them: there are none of two channels."""
        return self.shape[-1] in (1, 3, 4)

    def describe(self) -> str:
        sides = "x".join("any" if side is None else str(side) for side in self.shape)
        more = f" of sides divisible by {self.multiple}" if self.multiple > 1 else ""
        return f"{self.unit} {sides}{more}"

    def get_config(self) -> dict[str, Any]:
        return {"shape": list(self.shape), "multiple": self.multiple}

    def check(self, batch: Any, assertions: bool = True) -> None:
        super().check(batch, assertions=False)
        shape = tf.TensorShape(batch.shape)
        for side in () if shape.rank is None else shape[1:3]:
            if side is not None and side % self.multiple:
                raise ValueError(
                    f"Expected images whose sides are divisible by {self.multiple}. "
                    f"Received: {dims(batch.shape[1:3])}. Crop or pad them first."
                )
        if assertions:
            self.check_values(batch)

    def check_values(self, batch: Any) -> None:
        if self.multiple > 1:
            fits = tf.reduce_all(tf.shape(batch)[1:3] % self.multiple == 0)
            message = (
                f"kgan: expected sides divisible by {self.multiple}, to which `kgan "
                f"translate --multiple {self.multiple}` pads images; received:"
            )
            tf.debugging.Assert(fits, [message, tf.shape(batch)[1:3]])
        # Also false for NaN.
        in_range = tf.reduce_all(tf.abs(batch) <= 1.0 + 1e-3)
        message = "kgan: expected pixels in [-1, 1]; received NaN or out of range."
        tf.debugging.Assert(in_range, [message])

    def check_known(self, batch: Any) -> None:
        self.check(batch, assertions=False)
        if not np.size(batch):
            return
        low, high = _range([batch])
        # Also false for NaN.
        if low >= -1.0 - 1e-3 and high <= 1.0 + 1e-3:
            return
        in_bytes = low >= 0.0 and 1.0 < high <= 255.0
        remedy = "images / 127.5 - 1" if in_bytes else "to [-1, 1]"
        raise ValueError(
            f"Expected pixels in [-1, 1]. Received: pixels from {low:g} to {high:g}. "
            f"{'Map them:' if in_bytes else 'Scale them'} {remedy}."
        )

    def doubt(self, batches: list[Any]) -> str | None:
        """Images without a pixel below 0 are probably in [0, 1], not in [-1, 1]."""
        low, high = _range(batches)
        if low < 0.0:
            return None
        return (
            f"the first images have pixels from {low:g} to {high:g}, and no pixel is "
            "below 0. Images in kgan are in [-1, 1]. If these are in [0, 1], map them: "
            "x * 2 - 1"
        )

    def to_public(self, batch: Any) -> Any:
        return to_uint8(batch)

    def from_public(self, batch: Any) -> Any:
        return to_float(batch)

    def request(self, n: int) -> Any:
        free = self.multiple * math.ceil(24 / self.multiple)
        shape = (n, *(free if side is None else side for side in self.shape))
        return np.random.default_rng(n).integers(0, 256, shape, dtype="uint8")

    def noise(self, rng: np.random.Generator, n: int, reference: np.ndarray) -> Any:
        """Independent pixels, uniform over all levels."""
        return rng.integers(0, 256, (n, *reference.shape[1:]), dtype="uint8")

    def vectors(self, batch: Any) -> np.ndarray:
        """Images averaged over boxes to at most 16 x 16 pixels.

        Fine noise, of which a bad generator makes more than there is in the data, is
        averaged away with the size.
        """
        images = np.asarray(batch)
        n = len(images)
        box = [math.ceil(side / _COARSE) for side in images.shape[1:3]]
        rows, columns = (s // b for s, b in zip(images.shape[1:3], box, strict=True))
        images = images[:, : rows * box[0], : columns * box[1]]
        images = images.reshape(n, rows, box[0], columns, box[1], -1)
        return images.mean((2, 4), dtype="float64").reshape(n, -1).astype("float64")

    def picture(self, columns: dict[str, Any], per_row: int | None = None) -> Any:
        parts = [to_uint8(np.nan_to_num(np.asarray(c))) for c in columns.values()]
        if max(part.shape[-1] for part in parts) > 4:
            return None
        parts = _of_one_channel_count(parts)
        n = len(parts[0])
        size = [max(part.shape[i] for part in parts) for i in (1, 2)]
        if any(part.shape[1:3] != tuple(size) for part in parts):
            parts = [np.stack([_enlarged(x, size) for x in part]) for part in parts]
        if len(parts) == 1:
            return tile(parts[0], per_row)
        # [n, columns, ...] -> one row of images per example
        rows = np.stack(parts, axis=1)
        per_row = per_row or max(1, round(math.sqrt(n / len(parts))))
        return tile(rows.reshape(-1, *rows.shape[2:]), per_row * len(parts))


def _range(batches: list[Any]):
    """The least and the greatest pixel."""
    arrays = [np.asarray(batch, "float32") for batch in batches]
    low, high = min(a.min() for a in arrays), max(a.max() for a in arrays)
    return float(low), float(high)


def to_uint8(images: Any) -> Any:
    """Floats in [-1, 1] -> uint8 in [0, 255], rounded to the nearest level and clipped.

    Args:
        images: an array, or a tensor, also in a graph. uint8 passes.

    Returns:
        An array of an array, a tensor of a tensor.
    """
    if tf.is_tensor(images):
        if images.dtype == tf.uint8:
            return images
        scaled = tf.round((tf.cast(images, tf.float32) + 1.0) * 127.5)
        return tf.cast(tf.clip_by_value(scaled, 0.0, 255.0), tf.uint8)
    images = np.asarray(images)
    if images.dtype == np.uint8:
        return images
    scaled = np.round((images.astype("float32") + np.float32(1.0)) * np.float32(127.5))
    return np.clip(scaled, 0, 255).astype("uint8")


def to_float(images: Any) -> Any:
    """uint8 in [0, 255] -> float32 tensor in [-1, 1]; floats pass, as float32."""
    images = tf.convert_to_tensor(images)
    if images.dtype == tf.uint8:
        # By a factor: servers turn a division into one, and would round otherwise.
        return tf.cast(images, tf.float32) * np.float32(1.0 / 127.5) - 1.0
    return tf.cast(images, tf.float32)


def tile(images: Any, columns: int | None = None, margin: int = 2) -> Any:
    """One image of many.

    Args:
        images: uint8 [n, height, width, channels].
        columns: images in a row; default: about as many as rows.
        margin: white pixels between images and around them.

    Returns:
        uint8 [rows * (height + margin) + margin, ..., channels].
    """
    n, height, width, channels = images.shape
    columns = columns or math.ceil(math.sqrt(n))
    rows = math.ceil(n / columns)
    step = np.array([height + margin, width + margin])
    canvas_shape = (*(step * [rows, columns] + margin), channels)
    canvas = np.full(canvas_shape, 255, "uint8")
    for i, image in enumerate(images):
        top, left = step * divmod(i, columns) + margin
        canvas[top : top + height, left : left + width] = image
    return canvas


def beside(left: Any, right: Any, gap: int = 12) -> Any:
    """Two uint8 images of one height side by side, on white."""
    space = np.full((left.shape[0], gap, left.shape[2]), 255, "uint8")
    return np.concatenate([left, space, right], axis=1)


def _of_one_channel_count(parts: Any):
    """Beside images of other channels, all are shown in color, without opacity."""
    if len({part.shape[-1] for part in parts}) == 1:
        return parts
    return [
        part[..., :3] if part.shape[-1] >= 3 else np.repeat(part[..., :1], 3, axis=-1)
        for part in parts
    ]


def _enlarged(image: np.ndarray, size: Any):
    """Each pixel as a block, so that a small source fills the place of a large one."""
    times = [max(1, s // i) for s, i in zip(size, image.shape[:2], strict=True)]
    large = image.repeat(times[0], axis=0).repeat(times[1], axis=1)
    canvas = np.full((*size, image.shape[2]), 255, "uint8")
    large = large[: size[0], : size[1]]
    canvas[: large.shape[0], : large.shape[1]] = large
    return canvas
