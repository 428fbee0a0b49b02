import pytest

from tests.scripts import load_script


def cells(capsys):
    rows = [row for row in capsys.readouterr().out.splitlines() if row[:1] == "|"]
    return [[cell.strip() for cell in row.split("|")[1:-1]] for row in rows[2:]]


def smallest(capsys, *told):
    # An interpreter that ends at once, as one without torch.
    told = ["--smallest", *told, "--modes", "eager", "--torch", "false"]
    load_script("gpu", "benchmarks").main(told)
    return cells(capsys)


def test_the_smallest_form(capsys):
    told = ["--networks", "dcgan", "--precision", "float32"]
    works, torch = smallest(capsys, *told, "--xla", "off", "--devices", "one")
    assert works[:5] == ["dcgan", "float32", "kgan", "off", "1"]
    assert float(works[5]) > 0.0
    assert torch == ["dcgan", "float32", "eager", "", "1", "ended with code 1", "", ""]
    # XLA cannot compile the messages between replicas on CPUs.
    fails, _ = smallest(capsys, *told, "--xla", "on", "--devices", "all")
    assert fails[:5] == ["dcgan", "float32", "kgan", "on", "2"]
    assert fails[5].startswith("ValueError: Expected no XLA")


@pytest.mark.slow
def test_all_of_the_smallest_form(capsys):
    rows = smallest(capsys)
    assert len(rows) == 2 * 3 * (2 * 2 + 1)
    for _, _, by, xla, devices, rate, *_ in rows:
        if by == "kgan" and (xla, devices) != ("on", "2"):
            assert float(rate) > 0.0


def test_the_best_of_pytorch(capsys, monkeypatch):
    gpu = load_script("gpu", "benchmarks")
    monkeypatch.setattr(gpu, "kgan_peer", lambda told, options: Peer(told[2] == "on"))
    slow = {"eager": False, "channels_last": True, "compile": None}
    monkeypatch.setattr(gpu, "torch_peer", lambda n, p, mode, o: Peer(slow[mode]))
    monkeypatch.setattr(gpu, "gpus_here", lambda: 2)
    clocks = iter([1.0, 2.0, 4.0, 8.0, 2.0, 4.0])
    monkeypatch.setattr(gpu, "Rounds", lambda count: Rounds(clocks))
    told = ["--networks", "dcgan", "--precision", "float32", "--steps", "16"]
    gpu.main([*told, "--batch-size", "1"])
    # 16 examples a device in 1, 2, 4, 8 seconds; PyTorch's best takes 2.
    assert [row[4:] for row in cells(capsys)] == [
        ["1", "16.0", "9", "2.00"],
        ["2", "16.0", "9", "2.00"],
        ["1", "4.0", "9", "0.50"],
        ["2", "4.0", "9", "0.50"],
        ["1", "8.0", "9", ""],
        ["1", "4.0", "9", ""],
        ["1", "MemoryError: of the / GPU", "", ""],
    ]


class Peer:
    parameters, peak = [3, 4], 9

    def __init__(self, works):
        if works is None:
            raise MemoryError("of the | GPU")

    def close(self):
        pass


class Rounds:
    def __init__(self, clocks):
        self.clocks = clocks

    def rates(self, runs, examples):
        return {name: [examples / next(self.clocks)] for name in runs}

    def note(self):
        return ""
