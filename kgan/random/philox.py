"""Random numbers that are the same on every device, also under XLA."""

from __future__ import annotations

import contextlib
import contextvars
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf

# A context variable, because each replica is traced in its own thread.
_compiling = contextvars.ContextVar("compiling", default=False)


@contextlib.contextmanager
def compiled_by_xla(compiled: bool) -> Iterator[None]:
    """A context that says whether XLA compiles the function that draws numbers.

    TensorFlow's kernels and XLA both have Philox, but count differently: the same seed
    gives other numbers. In this context, `uniform` and `normal` write the Philox of
    TensorFlow's kernels in integer operations, and XLA fuses these into one kernel.

    Args:
        compiled: whether XLA compiles the function that is traced in this context.
    """
    token = _compiling.set(compiled)
    try:
        yield
    finally:
        _compiling.reset(token)


def uniform(
    shape: Any,
    seed: Any,
    low: float = 0.0,
    high: float = 1.0,
    dtype: str = "float32",
) -> tf.Tensor:
    """Numbers from U(low, high), in [low, high).

    Args:
        shape: integers, or an int32 tensor [rank].
        seed: two integers, as a tensor or list.
        low, high: the range.
        dtype: a floating type. Only float32 numbers are the same under XLA.

    Returns:
        Tensor of `shape`.
    """
    if _compiling.get() and dtype == "float32":
        bits, count = _philox(shape, seed)
        numbers = tf.reshape(_unit(tf.reshape(bits, [-1]))[:count], shape)
        return numbers * (high - low) + low
    numbers = _drawn(tf.raw_ops.StatelessRandomUniformV2, shape, seed, dtype)
    return numbers if (low, high) == (0.0, 1.0) else numbers * (high - low) + low


def normal(shape: Any, seed: Any, dtype: str = "float32") -> tf.Tensor:
    """Numbers from N(0, 1). Arguments as for `uniform`."""
    if not (_compiling.get() and dtype == "float32"):
        return _drawn(tf.raw_ops.StatelessRandomNormalV2, shape, seed, dtype)
    bits, count = _philox(shape, seed)
    # Box and Muller 1958: two uniform numbers give two normal numbers.
    pairs = _unit(tf.reshape(bits, [-1, 2]))
    radius = tf.sqrt(-2.0 * tf.math.log(tf.maximum(pairs[:, 0], 1e-7)))
    angle = 2.0 * math.pi * pairs[:, 1]
    numbers = tf.stack([tf.sin(angle) * radius, tf.cos(angle) * radius], axis=1)
    return tf.reshape(tf.reshape(numbers, [-1])[:count], shape)


def uniform_of(examples: tf.Tensor) -> tf.Tensor:
    """Numbers from U(0, 1) that the examples themselves decide.

    Equal examples get equal numbers, whatever their place, batch, epoch and device.

    Args:
        examples: uint8 [batch, ...], of a fixed shape without the batch.

    Returns:
        float32 [batch, ...], of the same shape: multiples of 2^-16 in [0, 1).
    """
    examples = tf.convert_to_tensor(examples)
    shape = examples.shape[1:]
    size = shape.num_elements()
    levels = tf.reshape(tf.cast(examples, tf.int64), [-1, size])
    # h = sum_i m_i x_i mod 2^64, the universal hash of Carter and Wegman 1979
    generator = np.random.default_rng(_HASH_SEED)
    multipliers = generator.integers(-(2**63), 2**63 - 1, size, dtype="int64")
    hashes = tf.bitcast(tf.reduce_sum(levels * multipliers, axis=1), tf.uint64)
    groups = tf.range((size + 7) // 8, dtype=tf.int64)
    # [batch, groups]: each example enciphers 0, 1, 2, ... beside its hash.
    low, high = _halves(hashes[:, None] + tf.zeros_like(groups, tf.uint64))
    place = tf.cast(groups, tf.uint32) + tf.zeros_like(low)
    key = [tf.constant(part, tf.uint32) for part in _SEED_KEY]
    words = _rounds([place, tf.zeros_like(low), low, high], key)
    # Two numbers of 16 bits per word of 32.
    halves = tf.bitcast(tf.stack(words, axis=-1), tf.uint16)
    numbers = tf.cast(tf.reshape(halves, [-1, 8 * groups.shape[0]]), tf.float32)
    return tf.reshape(numbers[:, :size] / 2.0**16, [-1, *shape])


# Philox 4x32-10: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
_MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
_WEYL = (0x9E3779B9, 0xBB67AE85)
_ROUNDS = 10
_HASH_SEED = 2008
# TensorFlow's stateless kernels hash the user's seed with this key.
_SEED_KEY = (0x3EC8F720, 0x02461E29)
# Its number of Philox, which kernels take.
_ALGORITHM = 1


def _drawn(kernel: Any, shape: Any, seed: Any, dtype: str):
    """What `tf.random` draws with alg="philox", in a few operations instead of 40."""
    given = {"alg": _ALGORITHM, "dtype": dtype}
    low, high = _SEED_KEY
    hashed = tf.raw_ops.StatelessRandomUniformFullIntV2(
        shape=[2],
        key=tf.constant([(high << 32) + low], tf.uint64),
        counter=tf.cast(seed, tf.uint64),
        **{**given, "dtype": tf.uint64},
    )
    key, counter = tf.unstack(hashed)
    counter = tf.stack([tf.constant(0, tf.uint64), counter])
    shape = tf.convert_to_tensor(shape, tf.int32)
    return kernel(shape=shape, key=tf.reshape(key, [1]), counter=counter, **given)


def _philox(shape: Any, seed: Any):
    """(random uint32 [ceil(n / 4), 4], n) for the n numbers of `shape`."""
    count = tf.reduce_prod(shape)
    seed = tf.cast(tf.cast(seed, tf.int64), tf.uint64)
    key = [tf.constant(part, tf.uint32) for part in _SEED_KEY]
    hashed = _rounds([*_halves(seed[0]), *_halves(seed[1])], key)
    groups = tf.range(tf.cast((count + 3) // 4, tf.int64))
    low, high = _halves(tf.cast(groups, tf.uint64))
    rest = [tf.fill(tf.shape(low), part) for part in hashed[2:]]
    return tf.stack(_rounds([low, high, *rest], hashed[:2]), axis=1), count


def _rounds(counter: list[Any], key: list[Any]):
    """Enciphers a counter of four words, each uint32 of one shape."""
    xor = tf.bitwise.bitwise_xor
    a, b, c, d = counter
    for i in range(_ROUNDS):
        key_i = [k + tf.constant(i * w % 2**32, tf.uint32) for k, w in zip(key, _WEYL)]  # noqa: B905
        low_a, high_a = _halves(tf.cast(a, tf.uint64) * _MULTIPLIERS[0])
        low_c, high_c = _halves(tf.cast(c, tf.uint64) * _MULTIPLIERS[1])
        a, b = xor(xor(high_c, b), key_i[0]), low_c
        c, d = xor(xor(high_a, d), key_i[1]), low_a
    return [a, b, c, d]


def _halves(x: Any):
    """The low and the high 32 bits of uint64 numbers."""
    half = tf.constant(32, tf.uint64)
    return tf.cast(x, tf.uint32), tf.cast(tf.bitwise.right_shift(x, half), tf.uint32)


def _unit(bits: Any):
    """uint32 -> float32 in [0, 1), from the low 23 bits."""
    mantissa = tf.bitwise.bitwise_and(bits, tf.constant(0x7FFFFF, tf.uint32))
    one = tf.constant(0x3F800000, tf.uint32)
    return tf.bitcast(tf.bitwise.bitwise_or(mantissa, one), tf.float32) - 1.0
