import pytest

from kgan.callbacks.budget import Budget


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def spend(budget, clock, seconds):
    with budget.spending():
        clock.now += seconds


def test_stays_within_the_share():
    clock = Clock()
    budget = Budget(0.1, clock)
    # The first time is free.
    assert budget.allows()
    spend(budget, clock, 50.0)
    # 2 of 52 seconds; 2 + 2 of them; 4 + 2 of 54; 4 + 2 of 64.
    assert budget.allows()
    spend(budget, clock, 2.0)
    assert budget.allows()
    spend(budget, clock, 2.0)
    assert not budget.allows()
    clock.now += 10.0
    assert budget.allows()
    budget.start()
    assert budget.allows()


def test_no_limit():
    clock = Clock()
    budget = Budget(None, clock)
    for _ in range(3):
        assert budget.allows()
        spend(budget, clock, 1e6)


@pytest.mark.parametrize("share", [0, -0.1, 1.5, float("nan")])
def test_bad_share(share):
    with pytest.raises(ValueError, match=r"Expected a budget in \(0, 1\]"):
        Budget(share)
