"""Networks whose weights are averages over the steps of another's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import keras
import tensorflow as tf

from kgan.objectives import schedules
from kgan.objectives.schedules import Schedule, at


class Averaging:
    """How far back averaged networks reach.

    At each step w_ema <- d w_ema + (1 - d) w, for weights and buffers.

    Args:
        decay: in (0, 1): d = min(decay, (1 + t) / (ramp + t)) at step t, so that the
            first steps are forgotten.
        ramp: above 1. Until `decay` limits it, the average reaches back over the last
            t / (ramp - 1) steps or so: the polynomial-decay averaging of Shamir and
            Zhang 2013 (arXiv 1212.1824), their eta being ramp - 2. With 2 it is the
            plain mean of all steps.
        half_life: instead of `decay`: d = 0.5^(batch / half_life), in images; a number
            or a `Schedule`. Linear(0, h, h / 0.05) is StyleGAN2's ramp (arXiv
            1912.04958).

    Raises:
        ValueError: for arguments out of range, or both a decay and a half-life.
    """

    def __init__(
        self,
        decay: float | None = None,
        ramp: float = 10.0,
        half_life: float | Schedule | None = None,
    ) -> None:
        if decay is not None and not 0.0 < decay < 1.0:
            raise ValueError(
                f"Expected 0 < ema_decay < 1, or None. Received: ema_decay={decay}."
            )
        if not ramp > 1.0:
            raise ValueError(f"Expected ema_ramp > 1. Received: ema_ramp={ramp}.")
        if decay is not None and half_life is not None:
            raise ValueError(
                "Expected ema_decay or ema_half_life, not both. Received: "
                f"ema_decay={decay}, ema_half_life={half_life}."
            )
        if half_life is not None and not isinstance(half_life, (int, float)):
            half_life = schedules.get(half_life)
        if isinstance(half_life, (int, float)) and not half_life > 0:
            raise ValueError(
                "Expected ema_half_life > 0, in images. "
                f"Received: ema_half_life={half_life}."
            )
        self.decay, self.ramp, self.half_life = decay, ramp, half_life
        self.pairs: list[tuple[keras.Model, keras.Model]] = []

    def average(self, networks: Iterable[keras.Model]) -> list[keras.Model]:
        """Begins to average networks, if there is to be an average at all.

        Returns:
            The networks that follow them.
        """
        if self.decay is None and self.half_life is None:
            return []
        self.pairs = [(copy_of(network), network) for network in networks]
        return [average for average, _ in self.pairs]

    def of(self, network: keras.Model) -> keras.Model | None:
        """The average of a network, or None."""
        return next((a for a, followed in self.pairs if followed is network), None)

    def follow(self, step: Any, images_seen: Any, batch: Any) -> None:
        """Moves all averages, weights and buffers, towards what they follow.

        Args:
            step: t, the steps made, this one included.
            images_seen: images seen before this step.
            batch: images of a step.
        """
        d = self.rate(step, images_seen, batch)
        # w_ema <- d w_ema + (1 - d) w
        for average, network in self.pairs:
            for w_ema, w in zip(average.weights, network.weights, strict=True):
                w_ema.assign_sub(tf.cast(1.0 - d, w.dtype) * (w_ema - w))

    def rate(self, step: Any, images_seen: Any, batch: Any) -> tf.Tensor:
        """d at a step; arguments as for `follow`."""
        t = tf.cast(step, keras.backend.floatx())
        if self.half_life is None:
            return tf.minimum((1.0 + t) / (self.ramp + t), self.decay)
        half_life = tf.cast(at(self.half_life, images_seen), t.dtype)
        # With a half-life of 0 the average is the network itself.
        return 0.5 ** (tf.cast(batch, t.dtype) / tf.maximum(half_life, 1e-8))


def copy_of(network: keras.Model) -> keras.Model:
    """A network of the same weights, which no optimizer trains."""
    copy = keras.models.clone_model(network)
    copy.set_weights(network.get_weights())
    copy.trainable = False
    # What `summary` of a model shows.
    copy.name = f"ema_{network.name}"
    return copy
