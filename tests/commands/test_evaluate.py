"""Evaluate, compare, sample and interpolate, as from the command line."""

import json

import numpy as np
import pytest
from PIL import Image

import kgan
from kgan import recipes
from kgan.commands import main
from tests.tiny_run import tiny_run

SCORE = ["--samples", "40", "--metrics", "precision_recall"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory, prepared_mnist):
    """Two runs of one epoch, a .keras file of the first, and a run without a state."""
    place = tmp_path_factory.mktemp("place")
    data = recipes.Data(prepared_mnist, "train[:48]")
    paths = []
    for name, width in (("narrow", 2), ("wide", 4)):
        path, model = tiny_run(place / "logs", data, width=width, name=name)
        paths.append(path)
        if width == 2:
            model.save(place / "gan.keras")
    bare = place / "bare"
    bare.mkdir()
    (bare / "config.json").write_bytes((paths[0] / "config.json").read_bytes())
    return {"narrow": paths[0], "wide": paths[1], "keras": place / "gan.keras",
            "bare": bare}  # fmt: skip


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("KGAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments):
    main([str(argument) for argument in arguments])


def fails(capsys, *arguments):
    """The message of a command that must fail."""
    with pytest.raises(SystemExit) as stop:
        run(*arguments)
    assert stop.value.code == 2
    return capsys.readouterr().err


def test_evaluate_and_compare_runs(runs, capsys, place):
    for name in ("narrow", "wide"):
        run("evaluate", runs[name], *SCORE, "--out", f"{name}.json")
    out = capsys.readouterr().out
    assert "precision" in out
    assert "noise" in out
    stored = json.loads((place / "narrow.json").read_text())
    assert stored["samples"]["recipe"] == "dcgan"
    assert stored["samples"]["epoch"] == 1
    assert stored["samples"]["weights"] == "EMA"
    assert stored["reference"]["split"] == "train[:48]"

    run("compare", "narrow.json", "wide.json")
    out = capsys.readouterr().out
    assert "verdict" in out
    assert str(runs["wide"]) in out

    run("evaluate", runs["wide"], *SCORE, "--weights", "raw", "--out", "raw.json")
    error = fails(capsys, "compare", "narrow.json", "raw.json")
    assert "weights is EMA in A and raw in B" in error


def test_the_same_file_scores_the_same(runs, capsys, place, prepared_mnist):
    run("evaluate", runs["narrow"], *SCORE)
    run("evaluate", runs["keras"], *SCORE, "--data", prepared_mnist,
        "--split", "train[:48]")  # fmt: skip
    run("compare", runs["narrow"], runs["keras"])
    assert "equal" in capsys.readouterr().out
    assert (runs["narrow"] / "evaluations" / "001.json").exists()
    assert (runs["keras"].parent / "gan.keras.evaluations" / "001.json").exists()


def test_pictures(runs, capsys, place):
    run("sample", runs["narrow"], "--grid", "2x3", "--out", "grid.png")
    pixels = np.array(Image.open("grid.png"))
    assert pixels.shape == (2 * 30 + 2, 3 * 30 + 2)
    model = kgan.runs.loading.load_model(runs["narrow"])
    first = kgan.spaces.to_uint8(model.generate(6, seed=0))[0, ..., 0]
    np.testing.assert_array_equal(pixels[2:30, 2:30], first)

    run("sample", runs["keras"], "--grid", "2x3", "--out", "again.png")
    np.testing.assert_array_equal(np.array(Image.open("again.png")), pixels)
    run("sample", runs["keras"], "--grid", "4x6", "--out", "more.png")
    np.testing.assert_array_equal(
        np.array(Image.open("more.png"))[2:30, 2:90], pixels[2:30, 2:90]
    )

    run("interpolate", runs["narrow"], "--rows", "2", "--steps", "3", "--out", "i.png")
    assert np.array(Image.open("i.png")).shape[0] == 2 * 30 + 2
    error = fails(capsys, "sample", runs["narrow"], "--out", "grid.png")
    assert "nothing is overwritten" in error


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["evaluate", "nowhere"], "which does not exist"),
        (["evaluate", "BARE"], "has no checkpoint"),
        (["evaluate", "KERAS"], "Name the real data by --data"),
        (["evaluate", "KERAS", "--data", "mnits"], "Did you mean mnist"),
        (["evaluate", "NARROW", "--metrics", "fid"], "Expected a metric by name"),
        (["evaluate", "NARROW", "--samples", "1"], "samples >= 4"),
        (["evaluate", "NARROW", "--extractor", "vgg"], "extractor by name"),
        (["evaluate", "NARROW", "--extractor", "squeezenet:no.npz"], "not exist"),
        (["evaluate", "NARROW", "--metrics", "psnr"], "takes no source images"),
        (["evaluate", "NARROW", "--out", "there.json"], "nothing is overwritten"),
        (["compare", "NARROW", "nowhere"], "kgan evaluate"),
        (["compare", "there.json", "there.json"], "Expected scores written by"),
        (["sample", "NARROW", "--grid", "8"], "a grid such as 8x8"),
        (["sample", "NARROW", "--grid", "0x8"], "a grid such as 8x8"),
        (["sample", "NARROW", "--out", "grid"], "a file such as grid.png"),
        (["sample", "NARROW", "--seed", "-1"], "seed >= 0"),
        (["interpolate", "NARROW", "--steps", "1"], "steps >= 2"),
        (["interpolate", "BARE"], "has no checkpoint"),
    ],
)
def test_bad_input(runs, capsys, place, arguments, message):
    (place / "there.json").write_text("{}")
    named = {name.upper(): path for name, path in runs.items()}
    error = fails(capsys, *[named.get(word, word) for word in arguments])
    assert error.startswith("\nerror: ")
    assert message in error
    assert len(error.strip().splitlines()) == 1
    assert [path.name for path in place.iterdir()] == ["there.json"]
