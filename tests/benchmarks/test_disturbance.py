import pytest

from tests.scripts import load_script


@pytest.fixture(scope="module")
def disturbance():
    return load_script("disturbance", "benchmarks")


def process(proc, number, parent, ticks):
    """A process as the kernel shows it, with a name that is hard to read."""
    (proc / str(number)).mkdir()
    fields = ["S", parent, *[0] * 9, *ticks, 20, 0]
    text = f"{number} (a) b c) {' '.join(map(str, fields))}\n"
    (proc / str(number) / "stat").write_text(text)


def test_ticks(disturbance, tmp_path):
    # user, nice, system, idle, I/O, interrupts of both kinds, stolen, guest
    cpus = "cpu  100 20 30 700 5 6 7 80 9 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n"
    (tmp_path / "stat").write_text(cpus)
    # In a process as user and as kernel, and in children that have ended.
    process(tmp_path, 10, parent=1, ticks=(1, 2, 3, 4))
    process(tmp_path, 11, parent=10, ticks=(10, 0, 0, 0))
    process(tmp_path, 12, parent=11, ticks=(20, 0, 0, 0))
    process(tmp_path, 13, parent=1, ticks=(50, 0, 0, 0))
    ticks = disturbance.ticks(tmp_path, process=10)
    assert ticks == (948, 163, 80, 40)


def test_no_clocks(disturbance, tmp_path):
    assert disturbance.ticks(tmp_path) is None
    assert disturbance.share_of_others(None, None) == 0.0


# Of 1,004 ticks of all CPUs, 4 are the grain.
@pytest.mark.parametrize(
    ("busy", "stolen", "ours", "share"),
    [
        (900, 0, 900, 0.0),
        (900, 104, 900, 0.1),
        (900, 0, 796, 0.1),
        (900, 54, 846, 0.104),
        # Ticks of our processes that the CPUs count later.
        (800, 4, 810, 0.0),
    ],
)
def test_share_of_others(disturbance, busy, stolen, ours, share):
    before = disturbance.Ticks(5000, 3000, 70, 900)
    after = (1000, busy, stolen, ours)
    after = disturbance.Ticks(*(a + b for a, b in zip(before, after, strict=True)))
    assert disturbance.share_of_others(before, after) == pytest.approx(share)
