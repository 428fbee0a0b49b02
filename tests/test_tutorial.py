"""The notebook of the tutorial runs on less data, and its commands exist."""

import importlib
import json
import re
import shlex
from pathlib import Path

import numpy as np
import tyro
from PIL import Image

import kgan
from kgan.commands.training import parse

DOCS = Path(kgan.__file__).parents[1] / "docs"
PAGE = DOCS / "tutorial.md"
NOTEBOOK = DOCS / "tutorial.ipynb"
# What the notebook says -> what the test says, to take seconds.
LESS = {
    '"mnist_10k", labels=True': '"mnist_10k", labels=True, split="train[:96]"',
    "samples=2000": "samples=32",
    "width=64": "width=2",
    "batch_size=64": "batch_size=32",
    "epochs=20": "epochs=1",
    "verbose=2": "verbose=0",
}


def cells(kind):
    notebook = json.loads(NOTEBOOK.read_text())
    assert notebook["nbformat"] == 4
    return ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == kind]


def commands(program):
    """The arguments of each `$ program ...` of the page."""
    # A command goes on in the next line after a backslash.
    text = PAGE.read_text().replace("\\\n", " ")
    lines = re.findall(rf"^\s*\$ {re.escape(program)} (.*)$", text, re.MULTILINE)
    return [shlex.split(line, comments=True) for line in lines]


def test_notebook_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    code = "\n".join(cells("code"))
    for printed, tested in LESS.items():
        assert printed in code
        code = code.replace(printed, tested)
    names = {}
    exec(code, names)
    out = capsys.readouterr().out
    assert "96 images; a batch: (32, 28, 28, 1) float32" in out
    assert "equal to the model's: True" in out
    # The folder holds the images of the set, in the folders of their classes.
    written = sorted(tmp_path.glob("digits/*/*.png"), key=lambda path: path.name)
    assert [int(p.parent.name) for p in written] == list(names["digits"].labels)
    read = np.stack([np.asarray(Image.open(path)) for path in written])
    np.testing.assert_array_equal(read, names["digits"].examples[..., 0])
    # The run is one that the commands know, and the scores are in its history.
    samples = kgan.evaluation.open_samples("logs/digits")
    np.testing.assert_array_equal(samples.draw(8, seed=1), names["here"])
    assert {"frechet_distance", "recall"} <= names["history"].history.keys()
    card = Path("export/digits/1/assets.extra/model_card.md").read_text()
    assert "- Recipe: none, the run is of a script" in card
    assert "- Data: digits" in card


def test_both_write_the_same_folder():
    (block,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)[:1]
    lines = cells("code")[0].splitlines()
    assert [line for line in block.splitlines() if line not in lines] == []


def test_pictures_of_the_notebook_exist():
    for text in cells("markdown"):
        for target in re.findall(r"\]\((\w[^)#:]+)\)", text):
            assert (DOCS / target).exists(), target


def test_commands_of_the_page_have_these_options():
    asked = commands("kgan")
    assert {name for name, *_ in asked} >= {"data", "evaluate", "sample", "interpolate"}
    for name, *arguments in asked:
        options = importlib.import_module(f"kgan.commands.{name}").Options
        tyro.cli(options, args=arguments, config=(tyro.conf.FlagCreatePairsOff,))


def test_training_of_the_page(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runs = []
    for arguments in commands("python train.py"):
        recipe, run = parse(arguments)
        runs.append((run.path, run.resuming, recipe.data.data))
        if not run.resuming:
            with run.writing(recipe):
                pass
    first = Path("logs/dcgan/001")
    assert runs[:2] == [(first, False, "digits"), (first, True, "digits")]
