"""The objective, as a pair: what the discriminator and what the generator minimise.

A loss takes logits of any shape [batch, ...] (one per example, or one per patch),
averages over all of them, and returns a scalar in nats. Discriminators never end in a
sigmoid: the probability is D = sigmoid(logit), so

    -log D       = softplus(-logit)
    -log (1 - D) = softplus(logit)

The softplus stays finite and keeps its gradient where log(sigmoid(logit)) does not.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from kgan.system.registry import Configured, resolve


def _mean(function: Callable[[Any], Any], logits: Any):
    """The mean of a function of logits; of a list of scales, each counts the same."""
    if isinstance(logits, (list, tuple)):
        return sum(_mean(function, scale) for scale in logits) / len(logits)
    # In float32, because bfloat16 has 8 bits of mantissa.
    return ops.mean(function(ops.cast(logits, keras.backend.floatx())))


def _minus_log(logits: Any):
    """-log D = softplus(-logit)."""
    return ops.softplus(-logits)


def value(real_logits: Any, fake_logits: Any) -> Any:
    """The value of the game, V(D, G) = E[log D(x)] + E[log(1 - D(G(z)))], in nats.

    Equation 1 of Goodfellow et al. 2014 (arXiv 1406.2661). At most 0; -log 4 at the
    equilibrium D = 1/2.

        >>> round(float(kgan.losses.value(np.zeros(4), np.zeros(4))), 3)
        -1.386

    Args:
        real_logits, fake_logits: [batch, ...], the log-odds of D(x) and D(G(z)).

    Returns:
        A float32 scalar.
    """
    return -_mean(_minus_log, real_logits) - _mean(ops.softplus, fake_logits)


def jensen_shannon(value: Any) -> Any:
    """The Jensen-Shannon divergence of a game's value: (V + log 4) / 2, in nats.

    Exact for the best discriminator D*, where C(G) = -log 4 + 2 JSD(p_data || p_g)
    (theorem 1 of arXiv 1406.2661); a lower bound of the divergence for any other D.
    Between 0 and log 2 for D*; negative where D is worse than guessing.

    Args:
        value: V(D, G) in nats.
    """
    return (value + math.log(4.0)) / 2.0


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


@keras.saving.register_keras_serializable("kgan")
class Minimax(Loss):
    """The zero-sum game, min_G max_D V(D, G): equation 1 of arXiv 1406.2661.

    L_D = -E[log D(x)] - E[log(1 - D(G(z)))]
    L_G =  E[log(1 - D(G(z)))]

    G's gradient vanishes where D rejects every fake. So section 3 of the paper trains
    with `NonSaturating` instead.

        >>> round(float(kgan.losses.Minimax().generator(np.zeros((4, 1)))), 3)
        -0.693
    """

    def discriminator(self, real_logits: Any, fake_logits: Any) -> Any:
        # -E[log D(x)] - E[log(1 - D(G(z)))] = -V(D, G)
        return -value(real_logits, fake_logits)

    def generator(self, fake_logits: Any, real_logits: Any = None) -> Any:
        # E[log(1 - D(G(z)))]
        return -_mean(ops.softplus, fake_logits)

    def monitor(self, real_logits: Any, fake_logits: Any) -> dict[str, Any]:
        """V(D, G) and its divergence, in nats; mean D(x) and D(G(z)) in [0, 1]."""
        v = value(real_logits, fake_logits)
        return {
            "value": v,
            "jsd": jensen_shannon(v),
            "d_real": _mean(ops.sigmoid, real_logits),
            "d_fake": _mean(ops.sigmoid, fake_logits),
        }


@keras.saving.register_keras_serializable("kgan")
class NonSaturating(Minimax):
    """G maximises log D(G(z)): section 3 of arXiv 1406.2661.

    L_D = -E[log D(x)] - E[log(1 - D(G(z)))]
    L_G = -E[log D(G(z))]

    The fixed point is that of `Minimax`; the gradients are stronger early in training.

        >>> loss = kgan.losses.NonSaturating()
        >>> round(float(loss.generator(np.zeros((4, 1)))), 3)
        0.693
    """

    def generator(self, fake_logits: Any, real_logits: Any = None) -> Any:
        # -E[log D(G(z))]
        return _mean(_minus_log, fake_logits)


_LOSSES = {"minimax": Minimax, "non_saturating": NonSaturating}


def get(identifier: Any) -> Loss:
    """The loss that `identifier` means.

        >>> loss = kgan.losses.get("minimax")

    Args:
        identifier: "minimax", "non_saturating", a Keras config, or a `Loss`.

    Raises:
        ValueError: for any other `identifier`; see `kgan.system.registry.resolve`.
    """
    return resolve(identifier, Loss, _LOSSES)
