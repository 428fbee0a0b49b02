import contextlib
import sys

import pytest

from tests.scripts import load_script


@pytest.fixture(scope="module")
def in_turn():
    return load_script("in_turn", "benchmarks")


def measured(in_turn, monkeypatch, count, shares):
    """`Rounds`, and rates of 60 examples in rounds of 1, 2, 3, ... seconds.

    Args:
        count: rounds that are asked for.
        shares: of the CPUs' time that the host takes, round by round.
    """
    stolen, reads = 0, []
    for i, share in enumerate(shares):
        reads.append((10_000 * i, 0, stolen, 0))
        # Beside the grain.
        stolen += 4 + round(10_000 * share)
        reads.append((10_000 * (i + 1), 0, stolen, 0))
    ticks = sys.modules["disturbance"].Ticks
    reads = iter([ticks(*read) for read in reads])
    times = iter(range(1, 100))
    monkeypatch.setattr(in_turn, "seconds", lambda run: next(times))
    rounds = in_turn.Rounds(count, lambda: next(reads))
    rates = rounds.rates({"a": None}, 60)
    assert next(reads, None) is None, "fewer rounds than expected"
    rounds.ticks = lambda: ticks(0, 0, 0, 0)
    return rounds, rates["a"]


def test_quiet_rounds(in_turn, monkeypatch):
    rounds, rates = measured(in_turn, monkeypatch, 3, [0.03, 0.0, 0.01])
    assert sorted(rates) == [20.0, 30.0, 60.0]
    assert rounds.note().endswith("time: 0.")


def test_a_disturbed_round_is_repeated(in_turn, monkeypatch):
    rounds, rates = measured(in_turn, monkeypatch, 3, [0.0, 0.031, 0.0, 0.0])
    # The second one, of 2 seconds, does not count.
    assert sorted(rates) == [15.0, 20.0, 60.0]
    assert rounds.note().endswith("more than 3% of the CPUs' time: 1.")


def test_too_few_quiet_rounds(in_turn, monkeypatch):
    rounds, rates = measured(in_turn, monkeypatch, 2, [0.3, 0.2, 0.0, 0.4])
    # The quiet one, and the least disturbed.
    assert sorted(rates) == [20.0, 30.0]
    assert "time: 2. Disturbed rounds that count, for lack of others: 1." in (
        rounds.note()
    )


def test_without_clocks_nothing_is_thrown_out(in_turn):
    rounds = in_turn.Rounds(2, lambda: None)
    assert len(rounds.rates({"a": lambda: None}, 1)["a"]) == 2
    assert "nobody knows" in rounds.note()


def peer(in_turn, *code):
    """A Python process that runs these lines."""
    folder = in_turn.__file__.rpartition("/")[0]
    lines = [f"import sys; sys.path.insert(0, {folder!r})", *code]
    return in_turn.Peer([sys.executable, "-S", "-c", "\n".join(lines)])


def test_peer(in_turn):
    code = "import in_turn", "done = []", "tasks = {'train': lambda: done.append(1)}"
    answers = "in_turn.answer(tasks, [3, 4], lambda: len(done))"
    with contextlib.closing(peer(in_turn, *code, answers)) as works:
        assert works.parameters == [3, 4]
        works.run("train", 5)
        # Two times to warm up.
        assert works.peak == 7
        with pytest.raises(in_turn.PeerError, match=r"^KeyError: 'unknown'"):
            works.run("unknown", 1)
    with pytest.raises(in_turn.PeerError, match=r"^ZeroDivisionError: division by"):
        peer(in_turn, "print('a warning', file=sys.stderr)", "1 / 0")
    with pytest.raises(in_turn.PeerError, match=r"^ended with code 3"):
        peer(in_turn, "raise SystemExit(3)")


def test_first_line(in_turn):
    trace = (
        "a warning\nTraceback (most recent call last):\n  File 'a.py', line 1\n"
        "    run()\ntensorflow.errors.ResourceExhaustedError: OOM: a tensor\n\nmore\n"
    )
    assert in_turn.first_line(trace) == "ResourceExhaustedError: OOM: a tensor"
    assert in_turn.first_line("a warning\nSegmentation fault\n") == "Segmentation fault"
    assert in_turn.first_line("") == ""


def test_row(in_turn):
    rates = {"kgan": [1.0, 3.0, 2.0], "bare": [9.0], "eager": [4.0], "compile": [1.0]}
    row = in_turn.peers_row(["28"], rates, ["eager", "last", "compile"])
    assert row == "| 28 | 2.0 | 4.0 |  | 1.0 | 0.50 | 0.50 (eager) |"
