import csv
import re

import numpy as np
import pytest

from kgan import commands
from kgan.evaluation import samples
from kgan.spaces import Graphs, Molecules, Points
from kgan.system import image_files

SPACE = Molecules(4)


@pytest.fixture
def generator(monkeypatch):
    """What `open_samples` opens: makes CO, N, no molecule, and two parts."""
    graphs = SPACE.to_public(SPACE.graphs(["CO", "N", "C", "C"]))
    graphs["nodes"][2] = 0
    graphs["nodes"][3] = [1, 3, 0, 0]

    def open_as(space):
        def block(count, seed):
            inside = space.from_public(graphs)
            rows = (np.arange(count) + seed % 2) % 4
            return {name: np.asarray(part)[rows] for name, part in inside.items()}

        made = samples.Samples("a list", "model", "raw", space, {}, None, block)
        monkeypatch.setattr("kgan.evaluation.open_samples", lambda *_: made)

    open_as(SPACE)
    return open_as


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_molecules_in_a_picture_and_a_table(generator, here, capsys):
    commands.main(["sample", "x", "--grid", "2x2"])
    assert image_files.read("samples.png").shape == (246, 246, 3)
    with (here / "molecules.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["smiles"] for row in rows] == ["CO", "N", "", "C.O"]
    assert [row["valid"] for row in rows] == ["1", "1", "0", "0"]
    assert rows[0]["logp"] == "-0.392" and rows[2]["qed"] == rows[3]["sa"] == ""
    said = capsys.readouterr().out
    assert "4 rows of smiles, valid, qed, logp, sa: molecules.csv" in said
    # More rows than the picture has molecules, which are the first ones.
    more = ["--out", "more.png", "--table", "more.csv", "--count", "6"]
    commands.main(["sample", "x", "--grid", "2x2", *more])
    assert (here / "more.csv").read_text().splitlines()[1:5] == [
        ",".join(row.values()) for row in rows
    ]


@pytest.mark.parametrize(
    ("space", "options", "message"),
    [
        (SPACE, ["--table", "here.csv"], "here.csv exists.*another --table"),
        (SPACE, ["--count", "0"], "Expected count >= 1"),
        (Graphs(4, 5, 4), ["--count", "3"], "of a generator of molecules.*graph of 4"),
        (Points(2), [], "Expected a generator of images"),
    ],
)
def test_what_cannot_be_written(generator, here, capsys, space, options, message):
    (here / "here.csv").touch()
    generator(space)
    with pytest.raises(SystemExit):
        commands.main(["sample", "x", *options])
    assert not (here / "samples.png").exists()
    assert re.search(message, capsys.readouterr().err)


def test_graphs_without_a_table(generator, here):
    generator(Graphs(4, 5, 4))
    commands.main(["sample", "x", "--grid", "1x2"])
    assert [path.name for path in here.iterdir()] == ["samples.png"]
