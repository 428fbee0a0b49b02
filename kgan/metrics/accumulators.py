"""The state that a metric collects from a stream of batches, merged over replicas.

Keras reads a metric's variable as the sum over the replicas, so sums need no further
merging. Stored examples are merged in the same way: each replica writes its examples to
rows that stay zero on all other replicas. Every replica learns how many examples each
replica received, and the rows follow the order of the global batch. The stored stream
and its score therefore equal those of a single replica.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf


class Accumulator(keras.metrics.Metric):
    """State of one side of a metric.

    `build` creates the variables. Without `build`, the first update creates them; this
    works only outside `strategy.run`, where TensorFlow can create variables.

    Args:
        name: the name of the side, such as "real".
    """

    def __init__(self, name: str) -> None:
        super().__init__(name=name)
        self.built = False

    def build(self, shape: Sequence[int]) -> None:
        """Creates the variables in the strategy's scope.

        Args:
            shape: of one example, without the batch axis.
        """
        self.shape = tuple(int(side) for side in shape)
        # Every replica counts the whole stream, so replicas must not be summed.
        self.seen = self.add_variable(
            (), "zeros", "int64", aggregation="only_first_replica", name="seen"
        )
        self.built = True

    def count(self) -> int:
        """The number of examples so far."""
        return int(self.seen.numpy()) if self.built else 0

    def _accept(self, examples: Any, dtype: Any):
        """Checks `examples` and the state; returns the examples as `dtype`."""
        examples = tf.cast(tf.convert_to_tensor(examples), dtype)
        shape = tuple(examples.shape[1:])
        if not self.built:
            if _replicas() > 1:
                raise ValueError(
                    f"Expected {self.name} to be built before strategy.run. Received: "
                    "a metric without variables. Call the metric's "
                    f"build({shape}) in strategy.scope()."
                )
            with tf.init_scope():
                self.build(shape)
        if shape != self.shape:
            raise ValueError(
                f"Expected {self.name} examples of shape {self.shape}. "
                f"Received: a batch of shape {tuple(examples.shape)}."
            )
        mirrored = isinstance(self.seen.value, tf.distribute.DistributedValues)
        if _replicas() > 1 and not mirrored:
            raise ValueError(
                f"Expected {self.name} to be built in the scope of the strategy that "
                "runs it. Received: a metric that was built outside that scope. Call "
                "its build in strategy.scope()."
            )
        return examples


class Rows(Accumulator):
    """The examples themselves, in the order of the stream.

    Args:
        capacity: the largest number of examples. Each replica reserves memory for all
            of them: 4 bytes per number in float32.
        dtype: "float32" or "float64".
        name: the name of the side, such as "real".

    Raises:
        ValueError: for a capacity below 1.
    """

    def __init__(self, capacity: int, dtype: str, name: str) -> None:
        super().__init__(name)
        if capacity < 1:
            raise ValueError(f"Expected capacity >= 1. Received: capacity={capacity}.")
        self.capacity, self.row_dtype = capacity, dtype

    def build(self, shape: Sequence[int]) -> None:
        super().build(shape)
        full = (self.capacity, *self.shape)
        self.rows = self.add_variable(full, "zeros", self.row_dtype, name="rows")

    def update_state(self, examples: Any) -> None:
        """Appends a batch.

        Args:
            examples: array or tensor [n, ...].

        Raises:
            ValueError: for another shape than before, or a metric that is not built.
            tf.errors.InvalidArgumentError: for more examples than the capacity.
        """
        examples = self._accept(examples, self.row_dtype)
        count = tf.shape(examples, tf.int64)[0]
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        zero = tf.zeros((), tf.int64)
        # [replicas]: how many examples each replica received.
        counts = sum_over_replicas(tf.one_hot(replica, _replicas(), count, zero))
        start = tf.convert_to_tensor(self.seen) + tf.reduce_sum(counts[:replica])
        tf.debugging.assert_less_equal(
            start + count,
            tf.constant(self.capacity, tf.int64),
            f"kgan: expected at most capacity={self.capacity} {self.name} examples; "
            "received more. Give the metric a larger capacity, or reset_state() first.",
        )
        # Keras variables that are read as a sum have no scatter_update method.
        tf.raw_ops.ResourceScatterUpdate(
            resource=self.rows.handle,
            indices=start + tf.range(count),
            updates=examples,
        )
        self.seen.assign_add(tf.reduce_sum(counts))

    def numpy(self) -> np.ndarray:
        """The examples of all replicas so far, [n, ...]."""
        return tf.convert_to_tensor(self.rows)[: self.count()].numpy()


class Moments(Accumulator):
    """Count, mean and covariance of vectors, from sums in float64.

    The mean of the first batch is subtracted from each vector before it is summed.
    Otherwise, for vectors far from 0, the square of the mean is so large that rounding
    destroys the digits of the covariance.
    """

    def build(self, shape: Sequence[int]) -> None:
        super().build(shape)
        (d,) = self.shape
        self.shift = self.add_variable(
            (d,), "zeros", "float64", aggregation="only_first_replica", name="shift"
        )
        self.total = self.add_variable((d,), "zeros", "float64", name="total")
        self.products = self.add_variable((d, d), "zeros", "float64", name="products")

    def update_state(self, vectors: Any) -> None:
        """Adds a batch of vectors [n, d]; raises as `Rows.update_state`."""
        vectors = self._accept(vectors, tf.float64)
        count = sum_over_replicas(tf.shape(vectors, tf.int64)[0])
        mean = sum_over_replicas(tf.reduce_sum(vectors, axis=0))
        mean = tf.math.divide_no_nan(mean, tf.cast(count, tf.float64))
        first = tf.equal(tf.convert_to_tensor(self.seen), 0)
        self.shift.assign(tf.where(first, mean, tf.convert_to_tensor(self.shift)))
        centred = vectors - tf.convert_to_tensor(self.shift)
        self.total.assign_add(tf.reduce_sum(centred, axis=0))
        self.products.assign_add(tf.matmul(centred, centred, transpose_a=True))
        self.seen.assign_add(count)

    def numpy(self) -> tuple[np.ndarray, np.ndarray, int]:
        """(mean [d], unbiased covariance [d, d], count) of all replicas."""
        n = self.count()
        offset = tf.convert_to_tensor(self.total).numpy() / max(n, 1)
        products = tf.convert_to_tensor(self.products).numpy()
        # sum (x - s)(x - s)' = sum (x - mean)(x - mean)' + n (mean - s)(mean - s)'
        products -= n * offset[:, None] * offset
        return self.shift.numpy() + offset, products / max(n - 1, 1), n


def sum_over_replicas(tensor: tf.Tensor) -> tf.Tensor:
    """Returns the sum of `tensor` over the replicas; every replica must call this."""
    if _replicas() == 1:
        return tensor
    context = tf.distribute.get_replica_context()
    return context.all_reduce(tf.distribute.ReduceOp.SUM, tensor)


def _replicas():
    if tf.distribute.get_replica_context() is None:
        raise ValueError(
            "Expected update_state to be called within strategy.run. Received: a call "
            "outside of it."
        )
    return tf.distribute.get_strategy().num_replicas_in_sync
