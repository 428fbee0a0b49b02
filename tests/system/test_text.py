from pathlib import Path

import pytest

from kgan.system.text import did_you_mean, without_directories


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/home/ann/photos", ".../photos"),
        ("/home/ann/my photos/", ".../my photos"),
        ("against /data/x/train (10)", "against .../train (10)"),
        ("'/a/b/c', '/d/e'", "'.../c', '.../e'"),
        ("logs/dcgan/001", "logs/dcgan/001"),
        ("http://localhost:8501/v1/models/x", "http://localhost:8501/v1/models/x"),
        ("1/2 and n/a/b", "1/2 and n/a/b"),
        ("/", "/"),
        ("", ""),
    ],
)
def test_absolute_paths(text, shown):
    assert without_directories(text) == shown


def test_below_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert without_directories(f"{tmp_path}/logs/1") == "logs/1"
    assert without_directories(tmp_path / "logs") == "logs"


def test_trees_keep_their_form():
    tree = {"a": [Path("/x/y"), ("/x/z", 1)], "b": None, "c": 0.5, "d": True}
    expected = {"a": [".../y", (".../z", 1)], "b": None, "c": 0.5, "d": True}
    assert without_directories(tree) == expected


def test_a_hint_in_capitals_or_not():
    assert did_you_mean("dcgna", ["DCGAN", "VAE"]) == " Did you mean DCGAN?"
    assert did_you_mean("xyz", ["DCGAN"]) == ""
