"""The objective, as a pair: what the discriminator and what the generator minimise.

A loss takes logits of any shape [batch, ...] (one per example, or one per patch),
averages over all of them, and returns a scalar in nats. Discriminators never end in a
sigmoid: the probability is D = sigmoid(logit), so

    -log D       = softplus(-logit)
    -log (1 - D) = softplus(logit)

The softplus stays finite and keeps its gradient where log(sigmoid(logit)) does not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from kgan.system.registry import Configured


def mean_of(function: Callable[..., Any], *logits: Any) -> Any:
    """The mean of a function of logits; of a list of scales, each counts the same.

    Of a function of real and fake logits, the mean over pairs of equal place.
    """
    if isinstance(logits[0], (list, tuple)):
        scales = [mean_of(function, *scale) for scale in zip(*logits, strict=True)]
        return sum(scales) / len(scales)
    # In float32, because bfloat16 has 8 bits of mantissa.
    floatx = keras.backend.floatx()
    return ops.mean(function(*(ops.cast(part, floatx) for part in logits)))


def identity(logits: Any) -> Any:
    """The logits."""
    return logits


class Loss(Configured):
    """A GAN objective: the losses of D and G, and what to log of the game.

    To write another loss, override `discriminator` and `generator`, register the class
    with `keras.saving.register_keras_serializable("kgan")`, and pass an instance to a
    model. `needs_real_logits` finds out by one trial call of `generator` without
    `real_logits` whether G's loss needs them; if not, `generator` receives None.

        >>> loss = kgan.losses.get("non_saturating")
        >>> real_logits, fake_logits = np.ones((4, 1)), -np.ones((4, 1))
        >>> round(float(loss.discriminator(real_logits, fake_logits)), 3)
        0.627
        >>> loss.needs_real_logits()
        False
    """

    def discriminator(self, real_logits: Any, fake_logits: Any) -> Any:
        """What D minimises.

        Args:
            real_logits, fake_logits: [batch, ...].

        Returns:
            A float32 scalar in nats, the mean over all logits.
        """
        raise NotImplementedError

    def generator(self, fake_logits: Any, real_logits: Any = None) -> Any:
        """What G minimises.

        Args:
            fake_logits: [batch, ...].
            real_logits: [batch, ...], for relativistic losses; None where
                `needs_real_logits` is False.

        Returns:
            A float32 scalar in nats, the mean over all logits.
        """
        raise NotImplementedError

    def monitor(self, real_logits: Any, fake_logits: Any) -> dict[str, Any]:
        """Scalars to log, by name. Empty where logits are not log-odds."""
        return {}

    def needs_real_logits(self) -> bool:
        """Whether G's loss needs the logits of real examples, by a trial without them.

        Where it does not, a pass of D is saved.
        """
        try:
            self.generator(tf.constant([[0.5], [-0.5]]), None)
        except Exception:
            # Whatever goes wrong without them: they are given.
            return True
        return False


class LossOfLogits(Loss):
    """A loss whose logits are no log-odds: it logs their means.

    Logs `real_logits` and `fake_logits`, the means of D(x) and of D(G(z)).
    """

    def monitor(self, real_logits: Any, fake_logits: Any) -> dict[str, Any]:
        return {
            "real_logits": mean_of(identity, real_logits),
            "fake_logits": mean_of(identity, fake_logits),
        }
