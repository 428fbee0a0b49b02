"""Signs of trouble.

Each is a function of what was measured, and answers with one sentence that says what
was seen and what to try, or with None.
"""

import math

# Probabilities beyond which D counts as certain.
CERTAIN = 0.95
# Samples less diverse than this, as a share of real images, have collapsed.
COLLAPSED = 0.5
# Looks after which diversity that does not rise, by half at least, will not.
STAYS = 10
# Copies among samples, beyond those among real images, that count as learnt by heart.
COPIES = 0.05
# V of a D that guesses, and what an epoch's mean may be below it by noise.
_GUESSING, _NOISE = -math.log(4.0), 0.1

_SLOWER = "try learning rates 10 times lower, or the optimizers' clipnorm=1"


class Episode:
    """Lets a sentence that is true for a while be said once.

    Args:
        patience: how many times in a row it must be true before it is said, at least 1.
            Once false, the episode is over.
    """

    def __init__(self, patience):
        if patience < 1:
            raise ValueError(f"Expected patience >= 1. Received: patience={patience}.")
        self.patience = patience
        self.length = 0

    def update(self, sentence):
        """The sentence when it is to be said, else None.

        Args:
            sentence: what is true now, or None.
        """
        self.length = self.length + 1 if sentence else 0
        return sentence if self.length == self.patience else None


def not_finite(terms):
    """The names of the terms that are NaN or infinite.

    Args:
        terms: name -> number.
    """
    return [name for name, value in terms.items() if not math.isfinite(value)]


def divergence(terms):
    """Whether terms are NaN or infinite."""
    names = not_finite(terms)
    if not names:
        return None
    seen = f"{names[0]} = {terms[names[0]]:g}"
    return f"the game diverges, {_and_more(seen, names, 'term')}; {_SLOWER}"


def breakage(names):
    """Weights of these names are NaN or infinite.

    Args:
        names: at least one.
    """
    seen = f"{names[0]} is NaN or infinite"
    return f"the game diverges, {_and_more(seen, names, 'weight')}; {_SLOWER}"


def _and_more(seen, names, kind):
    others = len(names) - 1
    if not others:
        return seen
    return f"{seen} and {others} other {kind}{'s' * (others > 1)} too"


def saturation(d_real, d_fake):
    """Whether D is certain of every example: then G has next to no gradient.

    Args:
        d_real: mean D(x), a probability.
        d_fake: mean D(G(z)).
    """
    if not (d_real > CERTAIN and d_fake < 1 - CERTAIN):
        return None
    return (
        f"the discriminator is saturated, D(x) = {d_real:.3f} and D(G(z)) = "
        f"{d_fake:.3f}, and teaches G little; try a learning rate 4 times lower for D, "
        "or dropout or noise in D"
    )


def deception(d_real, d_fake):
    """Whether D takes fakes for real, as one that does not learn does.

    Args:
        d_real: mean D(x), a probability.
        d_fake: mean D(G(z)).
    """
    # A D that learns puts real examples above fakes; 0.1 is beyond its noise.
    if not (d_fake > CERTAIN or d_fake > d_real + 0.1):
        return None
    return (
        f"the generator fools D, D(G(z)) = {d_fake:.3f} beside D(x) = {d_real:.3f}: D "
        "learns too slowly or not at all; try a learning rate 4 times higher for D (is "
        "it 0?), or more discriminator_steps"
    )


def instability(value):
    """Whether D is worse than one that guesses: its certainty swings to and fro.

    Args:
        value: V(D, G) in nats.
    """
    if not value < _GUESSING - _NOISE:
        return None
    return (
        f"the game is unstable, its value {value:.3g} is below that of guessing, "
        f"-log 4 = {_GUESSING:.3g}; try learning rates 10 times lower"
    )


def collapse(diversities, real_diversity):
    """Whether samples have fallen to much less diversity than real images.

    A G that begins with one image for all latents, and slowly tells them apart, has not
    collapsed; one that stays there for ten looks has.

    Args:
        diversities: `effective_number` of the samples at each look so far.
        real_diversity: that of as many real images.
    """
    now, enough = diversities[-1], COLLAPSED * real_diversity
    fell = max(diversities) >= enough
    stays = len(diversities) >= STAYS and now < 1.5 * diversities[-STAYS]
    if now >= enough or not (fell or stays):
        return None
    return (
        f"G collapses to few modes, the Vendi score of its samples is {now:.3g} where "
        f"that of as many real images is {real_diversity:.3g}; try a learning rate 4 "
        "times lower for G, or larger batches"
    )


def memorization(copies, real_copies, count):
    """Whether more of the samples are copies than real images are of each other.

    Args:
        copies: `share_of_copies` among the samples.
        real_copies: that among training images left out one at a time.
        count: the number of samples.
    """
    error = math.sqrt(real_copies * (1.0 - real_copies) / count)
    if not copies > real_copies + COPIES + 3.0 * error:
        return None
    return (
        f"G learns training images by heart, {copies:.0%} of its samples are copies of "
        f"one where {real_copies:.0%} of real images are; try more data, random "
        "augmentation of all that D sees, or fewer epochs"
    )
