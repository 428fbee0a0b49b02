"""The base classes of all scores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from kgan.metrics.accumulators import Rows
from kgan.metrics.value import Value
from kgan.spaces import Space


class Conditions(NamedTuple):
    """Facts about the data from which a metric chooses its settings.

    >>> facts = kgan.metrics.Conditions("ring", 500, lambda dataset: 0)
    >>> kgan.metrics.made_for("kernel_distance", facts).subset_size
    500

    Attributes:
        dataset: the name of the set, such as "ring" or "stacked_mnist".
        fewest: the number of examples of the smallest side.
        first_class: dataset -> index of its first class in an extractor's logits.
        space: of one example; None if it is not known.
    """

    dataset: str
    fewest: int
    first_class: Callable[[str], int]
    space: Space | None = None


class Metric(keras.metrics.Metric):
    """A score of generated examples.

    There are two ways to compute the same number. `score` takes whole arrays.
    `update_state` takes a stream of batches, also under a `tf.distribute` strategy;
    `result` and `values` then return the score of the stream. The score does not
    depend on the batch sizes or on the number of replicas.

    Under a strategy of several replicas, call `build` in its scope, `update_state`
    within `strategy.run`, and `result` outside of `strategy.run`.

    >>> metric = kgan.metrics.get("precision_recall")
    >>> metric.update_state(real[:32], fake[:32])
    >>> metric.update_state(real[32:], fake[32:])
    >>> float(metric.result()["recall"])
    1.0

    Attributes:
        needs: what the metric scores: "features", "logits", "channel_logits" (the
            logits of each channel as a gray image), "images", "points", "molecules"
            (see `MoleculeMetric`), or what a model says of real images, see
            `ModelMetric`: "scores", "classes" or "log_weights".
        sides: the sets of examples that the metric uses. Every metric accepts the sides
            `real` and `fake`, and ignores one that it does not use. Others are `target`
            (example i is what `fake` has to be like in i), `labels` (the classes of
            `fake`), `real_labels` (those of `real`), and real examples by the names of
            `kgan.evaluation.Reals`.
        better: name of each value -> "lower" or "higher".
        noise_reaches: names of values of one property alone, such as diversity, that
            noise can have too. Every other value is unusable where noise reaches it,
            see `kgan.results.usability`.
        real_side: which real examples are the side `real`, see `kgan.evaluation.Reals`.
        stand_in: which real examples replace the generated ones to compute the best
            possible score; None: one half of the real examples is compared with the
            other half.
    """

    needs = "features"
    sides = ("real", "fake")
    better = {}
    noise_reaches = ()
    real_side = "reference"
    stand_in = "held_out"

    @classmethod
    def made_for(cls, conditions: Conditions) -> Metric:
        """Returns the metric with settings that fit the data."""
        return cls()

    def needs_of(self, side: str) -> str:
        """Returns what the metric needs of one side: `needs`, or "labels"."""
        return "labels" if side.endswith("labels") else self.needs

    def misfit(self, dataset: str) -> str | None:
        """Returns one sentence why the metric cannot score a dataset, or None."""
        return None

    def check(self, shape: Sequence[int]) -> None:
        """Raises ValueError if examples of this shape cannot be scored."""

    def build(self, shape: Sequence[int]) -> None:
        """Creates the variables.

        Args:
            shape: of one example, without the batch axis.
        """
        for side in self.sides:
            labels = self.needs_of(side) == "labels"
            self._accumulators[side].build(() if labels else shape)

    def update_state(self, real: Any = None, fake: Any = None, **others: Any) -> None:
        """Adds a batch to each given side; the batches may differ in size.

        Args:
            real: array or tensor [n, ...] of real examples.
            fake: array or tensor [m, ...] of generated examples.
            **others: batches of other sides, such as `training=`.

        Raises:
            ValueError: for other shapes than before, a side that the metric does not
                have, or, under a strategy, a metric that is not built.
            tf.errors.InvalidArgumentError: for more examples than the capacity, if the
                metric has one.
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

    def result(self, seed: int = 0) -> dict[str, np.float64]:
        """Returns name -> float64, the score since the last `reset_state`.

        Args:
            seed: fixes random draws.

        Raises:
            RuntimeError: as `values`.
        """
        return {k: np.float64(v.value) for k, v in self.values(seed).items()}

    def values(self, seed: int = 0) -> dict[str, Value]:
        """Returns name -> `Value`, the score since the last `reset_state`.

        Args:
            seed: fixes random draws.

        Raises:
            RuntimeError: within a `tf.function`, or on one of several replicas.
        """
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        alone = replicas == 1 or tf.distribute.in_cross_replica_context()
        if not tf.executing_eagerly() or not alone:
            raise RuntimeError(
                f"Expected result or values of {self.name} to be called outside of "
                "tf.function and strategy.run. Received: a call within one of them. "
                "Call it once the stream has ended."
            )
        return self._values(seed)

    def score(
        self, real: np.ndarray | None, fake: np.ndarray, *, seed: int = 0
    ) -> dict[str, Value]:
        """Returns name -> `Value`, the score of whole arrays.

        Args:
            real: array [n, ...] of real examples; None if the metric does not use real
                examples.
            fake: array [m, ...] of generated examples.
            seed: fixes random draws.

        Raises:
            ValueError: for examples that cannot be scored; the message says why.
        """
        raise NotImplementedError

    def _values(self, seed: int):
        raise NotImplementedError


class SampleMetric(Metric):
    """A score that needs all examples at once, up to a capacity.

    Args:
        capacity: the largest number of examples per side. The first batch of a side
            reserves memory for this number.
        name: what results call it.
        dtype: as for a Keras metric; of the stored examples.

    Raises:
        ValueError: for a capacity below 1.
    """

    def __init__(
        self, capacity: int = 10_000, name: str | None = None, dtype: str | None = None
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.capacity = capacity
        self._accumulators = {
            side: Rows(capacity, self.dtype, side) for side in self.sides
        }

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "capacity": self.capacity}

    def _values(self, seed: int):
        sides = {s: a.numpy() for s, a in self._accumulators.items() if a.count()}
        return self.score(**{"real": None, "fake": None, **sides}, seed=seed)
