"""The game of 2014, in log-odds."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

from kgan.objectives.losses.loss import Loss, identity, mean_of


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
    return -mean_of(_minus_log, real_logits) - mean_of(ops.softplus, fake_logits)


def jensen_shannon(value: Any) -> Any:
    """The Jensen-Shannon divergence of a game's value: (V + log 4) / 2, in nats.

    Exact for the best discriminator D*, where C(G) = -log 4 + 2 JSD(p_data || p_g)
    (theorem 1 of arXiv 1406.2661); a lower bound of the divergence for any other D.
    Between 0 and log 2 for D*; negative where D is worse than guessing.

    Args:
        value: V(D, G) in nats.
    """
    return (value + math.log(4.0)) / 2.0


@keras.saving.register_keras_serializable("kgan")
class Minimax(Loss):
    """The zero-sum game, min_G max_D V(D, G): equation 1 of arXiv 1406.2661.

    L_D = -E[log D(x)] - E[log(1 - D(G(z)))]
    L_G =  E[log(1 - D(G(z)))]

    G's gradient vanishes where D rejects every fake. So section 3 of the paper trains
    with `NonSaturating` instead.

    With one-sided label smoothing s (Salimans et al. 2016, arXiv 1606.03498, section
    3.4), the target of real examples is 1 - s: the first term becomes
    -E[(1 - s) log D(x) + s log(1 - D(x))], and D(x) does not go beyond 1 - s.

        >>> round(float(kgan.losses.Minimax().generator(np.zeros((4, 1)))), 3)
        -0.693

    Args:
        label_smoothing: s in [0, 1); 0.1 in the paper of 2016.

    Raises:
        ValueError: for another s.
    """

    def __init__(self, label_smoothing: float = 0.0) -> None:
        if not 0.0 <= label_smoothing < 1.0:
            raise ValueError(
                "Expected label_smoothing in [0, 1). "
                f"Received: label_smoothing={label_smoothing}."
            )
        self.label_smoothing = float(label_smoothing)

    def discriminator(self, real_logits: Any, fake_logits: Any) -> Any:
        # -E[log D(x)] - E[log(1 - D(G(z)))] = -V(D, G)
        loss = -value(real_logits, fake_logits)
        if self.label_smoothing:
            # log D - log(1 - D) is the logit.
            loss += self.label_smoothing * mean_of(identity, real_logits)
        return loss

    def generator(self, fake_logits: Any, real_logits: Any = None) -> Any:
        # E[log(1 - D(G(z)))]
        return -mean_of(ops.softplus, fake_logits)

    def monitor(self, real_logits: Any, fake_logits: Any) -> dict[str, Any]:
        """V(D, G) and its divergence, in nats; mean D(x) and D(G(z)) in [0, 1]."""
        v = value(real_logits, fake_logits)
        return {
            "value": v,
            "jsd": jensen_shannon(v),
            "d_real": mean_of(ops.sigmoid, real_logits),
            "d_fake": mean_of(ops.sigmoid, fake_logits),
        }

    def get_config(self) -> dict[str, Any]:
        return {"label_smoothing": self.label_smoothing}


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
        return mean_of(_minus_log, fake_logits)
