"""Signs of problems in a game.

Each sign is a function of measured numbers. It returns one sentence with the problem
and what to try, or None if there is no problem.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from kgan.system.finite import not_finite

# D counts as certain if D(x) is above this, or D(G(z)) is below 1 minus this.
CERTAIN = 0.95
# ADA aims at an r_t of 0.6.
OVERFITTED = 0.9
# Samples have collapsed if their diversity is below this share of real images'.
COLLAPSED = 0.5
# G is stuck if diversity does not grow by half within this many checks.
STAYS = 10
# G memorizes if the share of copies exceeds that among real images by more than this.
COPIES = 0.05
# V of a D that guesses, and how far below it noise can put the mean of an epoch.
_GUESSING, _NOISE = -math.log(4.0), 0.1

_SLOWER = "try learning rates 10 times lower, or the optimizers' clipnorm=1"


class Episode:
    """Reports a problem once, however long it lasts.

    The problem is reported when it was present `patience` times in a row. When it is
    absent, the episode ends, and the problem can be reported again.

    >>> episode = kgan.health.Episode(patience=2)
    >>> episode.update("G collapses")
    >>> episode.update("G collapses")
    'G collapses'
    >>> episode.update("G collapses")

    Args:
        patience: how many times in a row the problem must be present, at least 1.

    Raises:
        ValueError: for a patience below 1.
    """

    def __init__(self, patience: int) -> None:
        if patience < 1:
            raise ValueError(f"Expected patience >= 1. Received: patience={patience}.")
        self.patience = patience
        self.length = 0

    def update(self, sentence: str | None) -> str | None:
        """Returns the sentence if it should be reported now, else None.

        Args:
            sentence: the present problem, or None if there is no problem.
        """
        self.length = self.length + 1 if sentence else 0
        return sentence if self.length == self.patience else None


def divergence(terms: Mapping[str, Any]) -> str | None:
    """Reports terms that are NaN or infinite.

    Args:
        terms: name -> number, the terms of a game.
    """
    names = not_finite(terms.items())
    if not names:
        return None
    first = f"{names[0]} = {terms[names[0]]:g}"
    return f"the game diverges, {_and_more(first, names, 'term')}; {_SLOWER}"


def breakage(names: Sequence[str]) -> str:
    """Reports weights that are NaN or infinite.

    Args:
        names: the names of these weights, at least one.
    """
    first = f"{names[0]} is NaN or infinite"
    return f"the game diverges, {_and_more(first, names, 'weight')}; {_SLOWER}"


def _and_more(first: str, names: Sequence[str], kind: str):
    others = len(names) - 1
    if not others:
        return first
    return f"{first} and {others} other {kind}{'s' * (others > 1)} too"


def saturation(d_real: float, d_fake: float) -> str | None:
    """Reports a D that is certain about every example, which leaves G no gradient.

    Args:
        d_real: mean D(x), a probability in [0, 1].
        d_fake: mean D(G(z)), a probability in [0, 1].
    """
    if not (d_real > CERTAIN and d_fake < 1 - CERTAIN):
        return None
    return (
        f"the discriminator is saturated, D(x) = {d_real:.3f} and D(G(z)) = "
        f"{d_fake:.3f}, and G gets almost no gradient; try a learning rate 4 times "
        "lower for D, or dropout or noise in D"
    )


def deception(d_real: float, d_fake: float) -> str | None:
    """Reports a D that judges generated examples as real, because it does not learn.

    Args:
        d_real: mean D(x), a probability in [0, 1].
        d_fake: mean D(G(z)), a probability in [0, 1].
    """
    # A D that learns rates real examples higher; its noise is smaller than 0.1.
    if not (d_fake > CERTAIN or d_fake > d_real + 0.1):
        return None
    return (
        f"the generator fools D, D(G(z)) = {d_fake:.3f} and D(x) = {d_real:.3f}: D "
        "learns too slowly or not at all; check that its learning rate is not 0, then "
        "try one 4 times higher for D, or more discriminator_steps"
    )


def instability(value: float) -> str | None:
    """Reports a D that is worse than guessing, because the game oscillates.

    Args:
        value: V(D, G) in nats; -log 4 if D guesses.
    """
    if not value < _GUESSING - _NOISE:
        return None
    return (
        f"the game is unstable, its value {value:.3g} is below that of guessing, "
        f"-log 4 = {_GUESSING:.3g}; try learning rates 10 times lower"
    )


def overfitting(r_t: float, p: float) -> str | None:
    """Reports a D that knows its few images although ADA does all that it may.

    Args:
        r_t: mean sign of D's logits of augmented real images, in [-1, 1]; its target is
            0.6 (arXiv 2006.06676).
        p: the probability of augmentation, in [0, 1].
    """
    # Beyond 0.8, samples begin to look augmented (section 2.2 of the paper).
    if not (r_t > OVERFITTED and p >= 0.8):
        return None
    return (
        f"the discriminator overfits, r_t = {r_t:.2f} although ADA augments with p = "
        f"{p:.2f}; try more data, a smaller D, or a learning rate 4 times lower for D"
    )


def collapse(diversities: Sequence[float], real_diversity: float) -> str | None:
    """Reports samples that are much less diverse than real images.

    A new G may give the same image for all latents, and become diverse slowly. This is
    a collapse only if diversity does not grow for ten checks.

    Args:
        diversities: `effective_number` of the samples at each check so far.
        real_diversity: `effective_number` of the same number of real images.
    """
    now, enough = diversities[-1], COLLAPSED * real_diversity
    fell = max(diversities) >= enough
    stays = len(diversities) >= STAYS and now < 1.5 * diversities[-STAYS]
    if now >= enough or not (fell or stays):
        return None
    return (
        f"G collapses to few modes, the Vendi score of its samples is {now:.3g} where "
        f"as many real images have {real_diversity:.3g}; try a learning rate 4 times "
        "lower for G, or larger batches"
    )


def memorization(copies: float, real_copies: float, count: int) -> str | None:
    """Reports more copies of training images among samples than among real images.

    Args:
        copies: `share_of_copies` among the samples, in [0, 1].
        real_copies: `share_of_copies` among training images, where each image is
            compared with all others.
        count: the number of samples.
    """
    error = math.sqrt(real_copies * (1.0 - real_copies) / count)
    if not copies > real_copies + COPIES + 3.0 * error:
        return None
    return (
        f"G memorizes training images, {copies:.0%} of its samples are copies of a "
        f"training image and {real_copies:.0%} of real images are; try more data, "
        "random augmentation of all that D sees, or fewer epochs"
    )
