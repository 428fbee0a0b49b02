"""Checks and conversions inside the graph of a signature."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf


def scalars(*names: str, dtype: tf.DType = tf.int32) -> dict[str, tf.TensorSpec]:
    """Inputs that are one value each: name -> `tf.TensorSpec`."""
    return {name: tf.TensorSpec([], dtype) for name in names}


def scalar(value: tf.Tensor) -> tf.Tensor:
    """Returns `value`; fails unless it is one number."""
    return tf.ensure_shape(value, [])


def at_most(value: tf.Tensor, limit: int, name: str, least: int = 1) -> tf.Tensor:
    """Returns the scalar `value`; fails unless it is from `least` to `limit`."""
    value = scalar(value)
    fits = (value >= least) & (value <= limit)
    return _require(
        fits, value, f"Expected {name} from {least} to {limit}. Received:", value
    )


def one_of(value: tf.Tensor, names: Sequence[str], name: str) -> tf.Tensor:
    """Returns the scalar string `value`; fails unless it is one of `names`."""
    value = scalar(value)
    fits = tf.reduce_any(tf.equal(value, list(names)))
    sentence = f"Expected {name} to be one of {', '.join(names)}. Received:"
    return _require(fits, value, sentence, value)


def rows_at_most(value: tf.Tensor, limit: int, name: str) -> tf.Tensor:
    """Returns the tensor `value`; fails if it has more than `limit` rows."""
    rows = tf.shape(value)[0]
    sentence = f"Expected at most {limit} {name} at a time. Received:"
    return _require(rows <= limit, value, sentence, rows)


def one_for_each(value: tf.Tensor, n: tf.Tensor, name: str) -> tf.Tensor:
    """Returns `value` with n rows: one row n times; fails for another number."""
    rows = tf.shape(value)[0]
    sentence = f"Expected one of {name} for all steps, or one for each. Received:"
    value = _require((rows == 1) | (rows == n), value, sentence, rows)
    return tf.repeat(value, tf.where(rows == 1, n, 1), axis=0)


def all_or_one(value: tf.Tensor, n: tf.Tensor, name: str, default: Any) -> tf.Tensor:
    """Returns `value` with n rows: one row n times, of no row the default n times."""
    rows = tf.shape(value)[0]
    sentence = f"Expected one of {name} for all, one for each, or none. Received:"
    fits = (rows == n) | (rows <= 1)
    value = _require(fits, value, sentence, rows)
    value = tf.concat([value, tf.constant([default], value.dtype)], 0)
    times = tf.where(rows == n, 1, n)
    return tf.repeat(value[: tf.maximum(rows, 1)], times, axis=0)


def finite(value: tf.Tensor, name: str) -> tf.Tensor:
    """Returns `value`; fails if it has NaN or infinity."""
    fits = tf.reduce_all(tf.math.is_finite(value))
    return _require(fits, value, f"Expected finite {name}. Received: NaN or infinity.")


def _require(condition: tf.Tensor, value: tf.Tensor, *sentence: Any):
    check = tf.debugging.Assert(condition, list(sentence))
    # The check comes before everything that needs the value, such as its memory.
    with tf.control_dependencies([check]):
        return tf.identity(value)


def in_blocks(
    function: Callable[[dict[str, tf.Tensor]], dict[str, tf.Tensor]],
    inputs: dict[str, tf.Tensor],
    rows: int,
    dtypes: dict[str, Any],
) -> dict[str, tf.Tensor]:
    """Applies `function` to one block of rows at a time, and joins the results.

    So a large request needs only the memory of one block and of the results. The
    rounding is that of `Endpoint`, which takes the same blocks.

    Args:
        function: tensors [block, ...] by name -> tensors [block, ...] by name.
        inputs: tensors [n, ...] by name.
        rows: the number of rows per block.
        dtypes: name -> dtype of each result.

    Returns:
        Tensors [n, ...] by name.
    """
    n = tf.shape(next(iter(inputs.values())))[0]
    blocks = (n + rows - 1) // rows
    arrays = {
        name: tf.TensorArray(dtype, blocks, infer_shape=False)
        for name, dtype in dtypes.items()
    }

    def step(i: tf.Tensor, arrays: dict[str, tf.TensorArray]):
        block = {k: x[i * rows : (i + 1) * rows] for k, x in inputs.items()}
        answers = function(block)
        return i + 1, {k: array.write(i, answers[k]) for k, array in arrays.items()}

    _, arrays = tf.while_loop(
        lambda i, _: i < blocks, step, (0, arrays), parallel_iterations=1
    )
    return {name: array.concat() for name, array in arrays.items()}


def as_png(images: tf.Tensor) -> tf.Tensor:
    """Encodes images as PNG files.

    Args:
        images: uint8 [n, height, width, 1 to 4]. Of two channels, only the first is
            encoded, as gray.

    Returns:
        Strings [n].
    """
    return tf.io.encode_png(images[..., :1] if images.shape[-1] == 2 else images)


def from_png(files: tf.Tensor, shape: Sequence[int | None]) -> tf.Tensor:
    """Decodes PNG files; fails for files of another type or size.

    The size is read from the header before the file is decoded, so that a few bytes
    that claim to be a huge image need no memory.

    Args:
        files: strings [n].
        shape: (height, width, channels). None for a side of any size: then all files
            of a request must have the size of the first.

    Returns:
        uint8 [n, *shape].
    """
    height, width, channels = shape
    first = _size(files[:1])[0] if None in (height, width) else None
    wanted = [
        first[i] if side is None else side for i, side in enumerate((width, height))
    ]

    def decode(file: tf.Tensor):
        size = _size(file[None])[0]
        sentence = "Expected a PNG file of width and height"
        fits = tf.reduce_all(size == wanted)
        file = _require(fits, file, sentence, wanted, "Received:", size)
        return tf.ensure_shape(tf.io.decode_png(file, channels), shape)

    spec = tf.TensorSpec(shape, tf.uint8)
    return tf.map_fn(decode, files, fn_output_signature=spec)


def _size(files: tf.Tensor):
    """Width and height of PNG files, int32 [n, 2]; fails for other files."""
    # A PNG file begins with these eight bytes; bytes 16 to 24 are width and height.
    is_png = tf.strings.substr(files, 0, 8) == b"\x89PNG\r\n\x1a\n"
    length = tf.strings.length(files)
    fits = tf.reduce_all(is_png & (length > 24))
    sentence = "Expected a PNG file. Received: another file, of this many bytes:"
    files = _require(fits, files, sentence, length)
    header = tf.strings.substr(files, 16, 8)
    return tf.io.decode_raw(header, tf.int32, little_endian=False)
