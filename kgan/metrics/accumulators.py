"""What a metric keeps of a stream of batches, merged over replicas.

Keras reads a metric's variable as the sum over the replicas. Sums merge so by
themselves. Kept examples merge too if each replica writes its own to places that are
zero on all others: the places follow the order of the global batch, as every replica
learns how many examples each of them received. So the stream that is read back, and
with it the score, is that of one replica.
"""

import keras
import tensorflow as tf


class Accumulator(keras.metrics.Metric):
    """State of one side of a metric.

    Its variables are made by `build`, or by the first update outside of `strategy.run`,
    within which none can be made.
    """

    def __init__(self, name):
        super().__init__(name=name)
        self.built = False

    def build(self, shape):
        """Makes the variables, in the strategy's scope, for examples of `shape`."""
        self.shape = tuple(int(side) for side in shape)
        # Every replica knows the whole stream's length, so no sum over replicas.
        self.seen = self.add_variable(
            (), "zeros", "int64", aggregation="only_first_replica", name="seen"
        )
        self.built = True

    def count(self):
        """The number of examples so far, an integer."""
        return int(self.seen.numpy()) if self.built else 0

    def _accept(self, examples, dtype):
        """`examples` as a tensor of `dtype`, once they and the state are checked."""
        examples = tf.cast(tf.convert_to_tensor(examples), dtype)
        shape = tuple(examples.shape[1:])
        if not self.built:
            if _replicas() > 1:
                raise ValueError(
                    f"Expected {self.name} to be built before strategy.run: call the "
                    f"metric's build({shape}) in strategy.scope()."
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
                "runs it; it was built outside."
            )
        return examples


class Rows(Accumulator):
    """The examples themselves, in the order of the stream.

    Args:
        capacity: the largest number of examples, for which memory is set aside: 4 bytes
            a number in float32, on each replica.
        dtype: "float32" or "float64".
    """

    def __init__(self, capacity, dtype, name):
        super().__init__(name)
        if capacity < 1:
            raise ValueError(f"Expected capacity >= 1. Received: capacity={capacity}.")
        self.capacity, self.row_dtype = capacity, dtype

    def build(self, shape):
        super().build(shape)
        full = (self.capacity, *self.shape)
        self.rows = self.add_variable(full, "zeros", self.row_dtype, name="rows")

    def update_state(self, examples):
        """Appends a batch.

        Raises:
            tf.errors.InvalidArgumentError: beyond the capacity.
        """
        examples = self._accept(examples, self.row_dtype)
        here = tf.shape(examples, tf.int64)[0]
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        none = tf.zeros((), tf.int64)
        each = sum_over_replicas(tf.one_hot(replica, _replicas(), here, none))
        start = tf.convert_to_tensor(self.seen) + tf.reduce_sum(each[:replica])
        tf.debugging.assert_less_equal(
            start + here,
            tf.constant(self.capacity, tf.int64),
            f"kgan: expected at most capacity={self.capacity} {self.name} examples; "
            "received more. Give the metric a larger capacity, or reset_state() first.",
        )
        # A variable read as a sum has no scatter_update of its own.
        tf.raw_ops.ResourceScatterUpdate(
            resource=self.rows.handle,
            indices=start + tf.range(here),
            updates=examples,
        )
        self.seen.assign_add(tf.reduce_sum(each))

    def numpy(self):
        """The examples so far [n, ...] of all replicas."""
        return tf.convert_to_tensor(self.rows)[: self.count()].numpy()


class Moments(Accumulator):
    """Count, mean and covariance of vectors, by sums in float64.

    The sums are of differences from the first batch's mean: of vectors far from 0, the
    square of the mean would swallow the covariance's digits.
    """

    def build(self, shape):
        super().build(shape)
        (d,) = self.shape
        self.shift = self.add_variable(
            (d,), "zeros", "float64", aggregation="only_first_replica", name="shift"
        )
        self.total = self.add_variable((d,), "zeros", "float64", name="total")
        self.products = self.add_variable((d, d), "zeros", "float64", name="products")

    def update_state(self, vectors):
        """Adds a batch [n, d]."""
        vectors = self._accept(vectors, tf.float64)
        here = tf.shape(vectors, tf.int64)[0]
        count = sum_over_replicas(here)
        mean = sum_over_replicas(tf.reduce_sum(vectors, axis=0))
        mean = tf.math.divide_no_nan(mean, tf.cast(count, tf.float64))
        first = tf.equal(tf.convert_to_tensor(self.seen), 0)
        self.shift.assign(tf.where(first, mean, tf.convert_to_tensor(self.shift)))
        centred = vectors - tf.convert_to_tensor(self.shift)
        self.total.assign_add(tf.reduce_sum(centred, axis=0))
        self.products.assign_add(tf.matmul(centred, centred, transpose_a=True))
        self.seen.assign_add(count)

    def numpy(self):
        """(mean [d], unbiased covariance [d, d], count) of all replicas."""
        n = self.count()
        offset = tf.convert_to_tensor(self.total).numpy() / max(n, 1)
        products = tf.convert_to_tensor(self.products).numpy()
        # sum (x - s)(x - s)' = sum (x - mean)(x - mean)' + n (mean - s)(mean - s)'
        products -= n * offset[:, None] * offset
        return self.shift.numpy() + offset, products / max(n - 1, 1), n


def sum_over_replicas(tensor):
    """The sum of `tensor` over the replicas, which all call this, on each of them."""
    if _replicas() == 1:
        return tensor
    context = tf.distribute.get_replica_context()
    return context.all_reduce(tf.distribute.ReduceOp.SUM, tensor)


def _replicas():
    if tf.distribute.get_replica_context() is None:
        raise ValueError("Expected update_state to be called within strategy.run.")
    return tf.distribute.get_strategy().num_replicas_in_sync
