import gzip
import logging
import os
from pathlib import Path

import numpy as np
import pytest

import kgan
from kgan.data import opening, smiles
from kgan.system import chemistry
from tests.scripts import load_script

LINES = """smiles name
CCO  ethanol
CS   methanethiol

[NH4+]
c1ccccc1
[O-]C(=O)CC[NH3+]
CCCCCCCCCCCC
OCC\tagain
"""


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    monkeypatch.setenv("KGAN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "molecules"


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "few.smi"
    path.write_text(LINES)
    return path


def test_graphs_of_a_file(path, caplog, cache):
    with caplog.at_level(logging.WARNING, "kgan"):
        source = kgan.data.open_source(path)
    (batch,) = source.batches(3, shuffle=False)
    source.space.check(batch)
    assert batch["edges"].shape == (3, 9, 9, 4) and batch["nodes"].shape == (3, 9, 5)
    assert source.space.smiles(batch) == ["CCO", "c1ccccc1", "CCO"]
    assert source.size == 3 and source.skipped == 4
    assert source.left_out == {
        "ions": 2,
        "elements other than C, N, O, F": 1,
        "more than 9 atoms": 1,
    }
    assert "2 ions (first in line 5), 1 elements" in caplog.text
    # The second time, from the cache; a damaged file is made again.
    (kept,) = cache.iterdir()
    again = kgan.data.open_source(str(path))
    assert again.left_out == source.left_out
    kept.write_bytes(b"PK")
    damaged = kgan.data.open_source(path)
    assert "is damaged" in caplog.text
    for other in (again, damaged):
        for name, part in source.parts(3)[0].items():
            np.testing.assert_array_equal(other.parts(3)[0][name], part)


def test_atoms_and_sizes_that_are_asked_for(path):
    data = kgan.recipes.Data(str(path), nodes=12, atoms=["C", "S"])
    source = data.open()
    assert source.space == kgan.spaces.Molecules(12, ["C", "S"])
    (batch,) = source.batches(3, shuffle=False)
    assert source.space.smiles(batch) == ["CS", "c1ccccc1", "C" * 12]
    # What a run stores opens the same source.
    fields = {k: v for k, v in source.origin.items() if v is not None}
    assert kgan.recipes.Data(**fields).open().space == source.space


def test_gzip_and_the_split(path):
    compressed = path.with_name("few.SMI.gz")
    compressed.write_bytes(gzip.compress(LINES.encode()))
    assert kgan.data.open_source(compressed, split="test").size == 3
    assert opening.splits_of(str(compressed)) == []


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        ("CC\nC(\n", {}, r"SMILES on each line of .*\.smi\. Received: 'C\(' on line 2"),
        ("", {}, "at least one line of .* Received: no lines"),
        ("CS\n", {}, r"1 elements other than .*first in line 1\)\. Allow others"),
        ("CC\n", {"labels": True}, "SMILES have none"),
        ("\xff", {}, "lines of text, compressed by gzip or not"),
        ("\x1f\x8b\x08", {}, "Fetch or write it again"),
    ],
)
def test_files_that_cannot_be_read(tmp_path, content, arguments, message):
    path = tmp_path / "bad.smi"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(ValueError, match=message):
        kgan.data.open_source(path, **arguments)


def test_a_file_that_is_not_there():
    with pytest.raises(ValueError, match=r"file of SMILES. Received: no.smi \(No such"):
        kgan.data.open_source("no.smi")


def test_what_is_for_images_alone(path):
    for arguments in ({"flip": True}, {"crop": 4}, {"degradation": "gray"}):
        with pytest.raises(ValueError, match=r"Expected images to .*, which has molec"):
            kgan.data.open_source(path, **arguments)
    with pytest.raises(ValueError, match="images to stack"):
        kgan.data.open_source("stacked_molecules")


def test_lines_that_are_left_out(tmp_path):
    path = tmp_path / "bad.smi"
    path.write_text("CC\nC(\nC)\n")
    source = kgan.data.open_source(path, skip_corrupt=True)
    assert source.left_out == {"not SMILES": 2}


def test_the_embedded_set(tmp_path):
    assert opening.in_package("molecules")
    text = gzip.decompress(smiles._EMBEDDED_FILE.read_bytes()).decode()
    lines = text.split()
    assert len(set(lines)) == 9972
    # All of up to 5 atoms, and some of 6: through graphs, the same SMILES.
    some = lines[:1428] + lines[1428::40]
    (tmp_path / "some.smi").write_text("\n".join(some))
    source = kgan.data.open_source(tmp_path / "some.smi", nodes=6)
    assert source.left_out == {}
    batch = source.batches(len(some), shuffle=False).get_single_element()
    assert source.space.smiles(batch) == some


def test_the_script_finds_all_small_molecules(monkeypatch):
    script = load_script("make_small_molecules")
    found = []
    monkeypatch.setattr(script, "LARGEST", 3)
    monkeypatch.setattr(script, "write", found.extend)
    script.main()
    # By hand: what C, N, O and F make with one carbon or more.
    assert found[:4] == ["C", "F", "N", "O"]
    pairs = ["C#C", "C#N", "C=C", "C=N", "C=O", "CC", "CF", "CN", "CO"]
    assert found[4:13] == pairs
    # Chains A-B-C with carbon in the middle or at both ends, and rings of three.
    triples = found[13:]
    assert len(triples) == 36
    assert {"CCC", "COC", "C1CC1", "C1CO1", "FCF", "N=CO", "C#CF"} <= set(triples)
    # Cumulenes, double bonds in rings of three, and bonds like N-O.
    assert not {"C=C=C", "C1=CC1", "NOC", "CNO", "O=C=O"} & set(triples)


@pytest.mark.skipif("KGAN_SHARED_DATA" not in os.environ, reason="needs QM9")
def test_graphs_of_qm9_come_back(tmp_path):
    path = Path(os.environ["KGAN_SHARED_DATA"], "molecules", "qm9.smi.gz")
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()[::120]
    (tmp_path / "qm9.smi").write_text("\n".join(lines))
    source = kgan.data.open_source(tmp_path / "qm9.smi")
    assert source.size > 1000
    batch = source.batches(source.size, shuffle=False).get_single_element()
    parsed = [chemistry.parse(line.split()[0]) for line in lines]
    fitting = [m for m in parsed if source.space.misfit(m) is None]
    assert source.space.smiles(batch) == [chemistry.smiles_of(m) for m in fitting]
    assert set(source.left_out) <= {"radicals", "ions", "several parts"}
