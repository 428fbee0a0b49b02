import pytest

from kgan.serving.client import ServerError, retrying


class Flaky:
    """A question to a server that is unavailable the first few times."""

    def __init__(self, failures, code="UNAVAILABLE"):
        self.failures, self.code, self.timeouts = failures, code, []

    def __call__(self, timeout):
        self.timeouts.append(timeout)
        if len(self.timeouts) <= self.failures:
            raise ServerError(self.code, "gone", "here")
        return "an answer"


@pytest.fixture
def pauses(monkeypatch):
    """The pauses that are made, on a clock that only they move on."""
    made = []
    monkeypatch.setattr(retrying.time, "sleep", made.append)
    monkeypatch.setattr(retrying.time, "monotonic", lambda: sum(made))
    monkeypatch.setattr(retrying.random, "uniform", lambda low, high: high)
    return made


def test_asks_again(pauses):
    question = Flaky(3)
    assert retrying.ask(question, retries=5, timeout=60) == "an answer"
    assert pauses == [0.1, 0.2, 0.4]
    assert question.timeouts == pytest.approx([60, 59.9, 59.7, 59.3])


def test_gives_up(pauses):
    said = r"here: UNAVAILABLE: gone. Asked 8 times"
    with pytest.raises(ServerError, match=said) as e:
        retrying.ask(Flaky(99), retries=7, timeout=60)
    assert (e.value.code, e.value.details) == ("UNAVAILABLE", "gone")
    assert pauses == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0]


def test_gives_up_in_time(pauses):
    # After 0.1 + 0.2 s it has no time left for the next 0.4.
    with pytest.raises(ServerError, match="Asked 3 times"):
        retrying.ask(Flaky(99), retries=7, timeout=0.35)
    assert pauses == [0.1, 0.2]


@pytest.mark.parametrize(
    "code", ["INVALID_ARGUMENT", "NOT_FOUND", "DEADLINE_EXCEEDED", "INTERNAL"]
)
def test_asks_once_what_cannot_succeed(pauses, code):
    question = Flaky(1, code)
    with pytest.raises(ServerError, match=code):
        retrying.ask(question, retries=5, timeout=60)
    assert len(question.timeouts) == 1
    assert pauses == []
