"""q(z | x) = N(mu, diag(sigma^2)), as an encoder gives it: a code of two halves.

Kingma and Welling 2013, "Auto-encoding variational Bayes" (arXiv 1312.6114).
"""

from __future__ import annotations

from typing import Any

import keras


def moments(code: Any) -> tuple[Any, Any]:
    """mu and log sigma^2, each [batch, d].

    Args:
        code: [batch, 2 d], mu before log sigma^2.
    """
    mean, log_variance = keras.ops.split(code, 2, axis=1)
    return mean, log_variance


def reparametrized(code: Any, epsilon: Any) -> Any:
    """z = mu + sigma epsilon, equation 10, [batch, d].

    Args:
        code: [batch, 2 d].
        epsilon: [batch, d], of N(0, I).
    """
    mean, log_variance = moments(code)
    sigma = keras.ops.exp(0.5 * log_variance)
    return mean + sigma * keras.ops.cast(epsilon, code.dtype)


def gaussian_kl(mean: Any, log_variance: Any) -> Any:
    """KL(N(mu, diag(sigma^2)) || N(0, I)) [batch], in nats: appendix B.

    >>> from kgan.objectives.posterior import gaussian_kl
    >>> float(gaussian_kl(np.ones((1, 2)), np.zeros((1, 2)))[0])
    1.0

    Args:
        mean: mu [batch, d].
        log_variance: log sigma^2 [batch, d].
    """
    # KL = 1/2 sum_j (mu_j^2 + sigma_j^2 - 1 - log sigma_j^2)
    spread = mean**2 + keras.ops.exp(log_variance) - 1.0 - log_variance
    return 0.5 * keras.ops.sum(spread, axis=1)
