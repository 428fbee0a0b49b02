"""The objective, as a pair: what the discriminator and what the generator minimise.

A loss sees logits of any shape [batch, ...] (one per example, or one per patch),
averages over all of it, and answers in nats. Discriminators never end in a sigmoid: the
probability is D = sigmoid(logit), so

    -log D       = softplus(-logit)
    -log (1 - D) = softplus(logit)

which stays finite and keeps its gradient where log(sigmoid(logit)) does not.
"""

import math

import keras
from keras import ops

from kgan.registry import Configured, resolve


def _mean(x):
    return ops.mean(ops.cast(x, keras.backend.floatx()))


def _softplus(logits):
    # In float32 at least: bfloat16 has 8 bits of mantissa.
    return ops.softplus(ops.cast(logits, keras.backend.floatx()))


def value(real_logits, fake_logits):
    """The value of the game, V(D, G) = E[log D(x)] + E[log(1 - D(G(z)))], in nats.

    Equation 1 of Goodfellow et al. 2014 (arXiv 1406.2661). At most 0; -log 4 at the
    equilibrium D = 1/2.
    """
    return -_mean(_softplus(-real_logits)) - _mean(_softplus(fake_logits))


def jensen_shannon(value):
    """The Jensen-Shannon divergence that `value` stands for, (V + log 4) / 2, in nats.

    Exact for the best discriminator D*, where C(G) = -log 4 + 2 JSD(p_data || p_g)
    (theorem 1 of arXiv 1406.2661), and a lower bound of the divergence for any other D.
    Between 0 and log 2 for D*; negative where D is worse than guessing.
    """
    return (value + math.log(4.0)) / 2.0


class Loss(Configured):
    """A GAN objective: the two sides' losses and what is worth watching of the game.

    To write another, override `discriminator` and `generator`, register the class with
    `keras.saving.register_keras_serializable("kgan")`, and pass an instance to a model.
    """

    def discriminator(self, real_logits, fake_logits):
        """What D minimises: a scalar. Logits are [batch, ...]."""
        raise NotImplementedError

    def generator(self, fake_logits, real_logits=None):
        """What G minimises: a scalar. `real_logits` is for relativistic losses."""
        raise NotImplementedError

    def monitor(self, real_logits, fake_logits):
        """Scalars to watch, by name. Empty where logits are no log-odds."""
        return {}


@keras.saving.register_keras_serializable("kgan")
class Minimax(Loss):
    """The zero-sum game, min_G max_D V(D, G): equation 1 of arXiv 1406.2661.

    L_D = -E[log D(x)] - E[log(1 - D(G(z)))]
    L_G =  E[log(1 - D(G(z)))]

    G's gradient vanishes where D is sure of its fakes, which is why section 3 of the
    paper trains with `NonSaturating` instead.
    """

    def discriminator(self, real_logits, fake_logits):
        # -E[log D(x)] - E[log(1 - D(G(z)))] = -V(D, G)
        return -value(real_logits, fake_logits)

    def generator(self, fake_logits, real_logits=None):
        # E[log(1 - D(G(z)))]
        return -_mean(_softplus(fake_logits))

    def monitor(self, real_logits, fake_logits):
        """V(D, G) and its divergence, in nats; mean D(x) and D(G(z)) in [0, 1]."""
        v = value(real_logits, fake_logits)
        return {
            "value": v,
            "jsd": jensen_shannon(v),
            "d_real": _mean(ops.sigmoid(real_logits)),
            "d_fake": _mean(ops.sigmoid(fake_logits)),
        }


@keras.saving.register_keras_serializable("kgan")
class NonSaturating(Minimax):
    """G maximises log D(G(z)): section 3 of arXiv 1406.2661.

    L_D = -E[log D(x)] - E[log(1 - D(G(z)))]
    L_G = -E[log D(G(z))]

    The same fixed point as `Minimax`, with strong gradients early in training.
    """

    def generator(self, fake_logits, real_logits=None):
        # -E[log D(G(z))]
        return _mean(_softplus(-fake_logits))


_LOSSES = {"minimax": Minimax, "non_saturating": NonSaturating}


def get(identifier):
    """The loss that `identifier` means.

    "minimax", "non_saturating", a config, or a `Loss`.

    Raises:
        ValueError: if it is none of these; see `kgan.registry.resolve`.
    """
    return resolve(identifier, Loss, _LOSSES)
