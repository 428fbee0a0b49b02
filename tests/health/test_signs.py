import math

import pytest

from kgan import health


def test_an_episode_is_told_of_once():
    episode = health.Episode(patience=2)
    seen = ["a", "b", "c", None, "d", None, "e", "f", "g"]
    told = [episode.update(sentence) for sentence in seen]
    assert told == [None, "b", None, None, None, None, None, "f", None]
    with pytest.raises(ValueError, match="patience=0"):
        health.Episode(0)


@pytest.mark.parametrize(
    ("d_real", "d_fake", "saturated", "fooled"),
    [
        (0.5, 0.5, False, False),  # equilibrium
        (0.9, 0.1, False, False),
        (0.96, 0.04, True, False),
        (0.94, 0.04, False, False),
        (0.96, 0.06, False, False),
        (0.54, 0.99, False, True),  # D is frozen
        (0.99, 0.99, False, True),
        (0.4, 0.45, False, False),  # noise about the equilibrium
        (0.3, 0.45, False, True),  # D is wrong
        (math.nan, math.nan, False, False),
    ],
)
def test_balance(d_real, d_fake, saturated, fooled):
    assert bool(health.saturation(d_real, d_fake)) == saturated
    assert bool(health.deception(d_real, d_fake)) == fooled


def test_value_of_the_game():
    assert health.instability(-math.log(4)) is None
    assert health.instability(-1.48) is None
    assert health.instability(-0.5) is None
    assert "its value -2.39 is below that of guessing, -log 4 = -1.39" in (
        health.instability(-2.39)
    )


def test_overfitting():
    assert health.overfitting(0.6, 1.0) is None
    assert health.overfitting(0.95, 0.7) is None
    assert "r_t = 0.95 although" in health.overfitting(0.95, 0.85)


def test_collapse():
    assert health.collapse([50.0], 100.0) is None
    assert "samples is 12.3 where" in health.collapse([60.0, 12.3], 100.0)
    # Not yet diverse, and rising; not yet diverse, and not rising.
    rising = [1.0 + i for i in range(20)]
    assert not any(health.collapse(rising[:n], 100.0) for n in range(1, 13))
    staying = [health.collapse([2.0] * n, 100.0) for n in range(1, 12)]
    assert [bool(sentence) for sentence in staying] == [False] * 9 + [True] * 2
    assert health.collapse([1.0], 1.0) is None


def test_memorization():
    assert health.memorization(0.05, 0.0, 256) is None
    assert "6% of its samples" in health.memorization(0.06, 0.0, 256)
    # Points in a plane: .25, with a standard error of .027 of 256 of them.
    assert health.memorization(0.38, 0.25, 256) is None
    assert "39% of its samples" in health.memorization(0.39, 0.25, 256)


def test_terms_that_are_not_finite():
    terms = {"d_loss": 1.0, "g_loss": math.nan, "value": -math.inf}
    assert "diverges, g_loss = nan and 1 other term too; try" in (
        health.divergence(terms)
    )
    assert "diverges, k is NaN or infinite; try" in health.breakage(["k"])
    assert "infinite and 2 other weights too;" in health.breakage(["k", "l", "m"])
    assert health.divergence({"d_loss": 0.0}) is None
