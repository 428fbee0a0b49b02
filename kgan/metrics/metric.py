"""What every score has in common."""

import keras
import numpy as np
import tensorflow as tf

from kgan.metrics.accumulators import Rows


class Metric(keras.metrics.Metric):
    """A score of generated examples.

    Two ways to one number: `score` takes whole arrays; `update_state` takes a stream of
    batches, under a `tf.distribute` strategy too, whose score `result` and `values`
    tell. How it is cut into batches, or dealt to replicas, does not matter.

    Under a strategy of several replicas, call `build` in its scope, `update_state`
    within `strategy.run`, and `result` outside of it.

    Attributes:
        needs: what it scores: "features", "logits", "channel_logits" (of each channel
            as a gray image), "images" or "points".
        sides: the sets of examples it looks at; real and generated ones are accepted by
            all.
        better: name of each value -> "lower" or "higher".
    """

    needs = "features"
    sides = ("real", "fake")
    better = {}

    def build(self, shape):
        """Makes the variables, for examples of `shape` (without the batch axis)."""
        for side in self.sides:
            self._accumulators[side].build(shape)

    def update_state(self, real=None, fake=None, **others):
        """Adds a batch of each side that is given; their sizes may differ.

        Args:
            real: array or tensor [n, ...] of real examples.
            fake: array or tensor [m, ...] of generated examples.
            **others: other sides, such as `training=`.

        Raises:
            ValueError: for other shapes than before, a side that the metric does not
                have, or, under a strategy, a metric that is not built.
            tf.errors.InvalidArgumentError: beyond the capacity, if there is one.
        """
        for side, batch in {"real": real, "fake": fake, **others}.items():
            if batch is None or (side in Metric.sides and side not in self.sides):
                continue
            if side not in self.sides:
                raise ValueError(
                    f"Expected {self.name} to be given {', '.join(self.sides)}. "
                    f"Received: {side}."
                )
            self._accumulators[side].update_state(batch)

    def result(self, seed=0):
        """name -> float64, the score of the stream since the last `reset_state`."""
        return {k: np.float64(v.value) for k, v in self.values(seed).items()}

    def values(self, seed=0):
        """name -> `Value`, the score of the stream since the last `reset_state`.

        Raises:
            RuntimeError: within a `tf.function`, or on one of several replicas.
        """
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        alone = replicas == 1 or tf.distribute.in_cross_replica_context()
        if not tf.executing_eagerly() or not alone:
            raise RuntimeError(
                f"Expected the result of {self.name} to be asked for outside of "
                "tf.function and strategy.run, once the stream has ended."
            )
        return self._values(seed)

    def score(self, real, fake, *, seed=0):
        """name -> `Value`, of whole arrays.

        Args:
            real: array [n, ...] of real examples; None if the metric does not look at
                them.
            fake: array [m, ...] of generated examples.
            seed: fixes what is drawn at random.

        Raises:
            ValueError: for examples that cannot be scored; the message says why.
        """
        raise NotImplementedError

    def _values(self, seed):
        raise NotImplementedError


class SampleMetric(Metric):
    """A score that needs all examples at once, kept up to a capacity.

    Args:
        capacity: the largest number of examples of a side. Memory is set aside for as
            many once the first batch of that side comes.
    """

    def __init__(self, capacity=10_000, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.capacity = capacity
        self._accumulators = {
            side: Rows(capacity, self.dtype, side) for side in self.sides
        }

    def get_config(self):
        return {**super().get_config(), "capacity": self.capacity}

    def _values(self, seed):
        kept = {s: a.numpy() for s, a in self._accumulators.items() if a.count()}
        return self.score(**{"real": None, "fake": None, **kept}, seed=seed)
