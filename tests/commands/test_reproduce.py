import dataclasses
import json
from pathlib import Path

import pytest

import kgan
from kgan import recipes
from kgan.commands import main, reproduce
from kgan.results import report
from kgan.runs.config import as_config
from kgan.runs.run import Output, Run

TINY = dataclasses.replace(
    recipes.get("dcgan"),
    name="tiny",
    options={**recipes.get("dcgan").options, "width": 2, "latent_dim": 4},
    training=recipes.Training(epochs=2, batch_size=16),
    metrics=("frechet_distance",),
)


@pytest.fixture
def tiny(prepared_mnist):
    return dataclasses.replace(TINY, data=recipes.Data(prepared_mnist, "train[:48]"))


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch, tiny):
    """A checkout with a README and one recipe."""
    monkeypatch.setenv("KGAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(recipes, "RECIPES", {"tiny": tiny})
    text = f"# kgan\n\n{report.BEGIN}\n{report.END}\n\nThe end.\n"
    Path("README.md").write_text(text)
    return tmp_path


@pytest.fixture
def trained(monkeypatch):
    """Trains in this process; the epochs that each call goes to."""
    epochs = []

    def train(recipe, directory, logs):
        run = Run(recipe.name, Output(run=str(directory), auto_resume=True, logs=logs))
        source = recipe.open_data()
        model = recipe.build(source)
        data = source.batches(16)
        with run.writing(recipe):
            state = kgan.callbacks.Checkpoint(run.checkpoints, data)
            model.fit(data, epochs=epochs.pop(0), callbacks=[state], verbose=0)

    monkeypatch.setattr(reproduce, "train", train)
    return epochs


def fails(capsys, *arguments):
    with pytest.raises(SystemExit) as stop:
        main(["reproduce", *arguments])
    assert stop.value.code == 2
    return capsys.readouterr().err


@pytest.mark.filterwarnings("ignore:The Frechet distance of 40 examples")
def test_from_recipe_to_table(trained, capsys):
    # Stopped after the first epoch, then to the end.
    trained += [1, 2]
    error = fails(capsys, "--samples", "40")
    assert "stopped before its 2 epochs" in error
    main(["reproduce", "--samples", "40"])
    stored = json.loads(Path("results/tiny.json").read_text())
    score = stored["scores"]["frechet_distance"]["value"]
    text = Path("README.md").read_text()
    assert f"| `tiny` | 2 epochs, 6 steps | frechet_distance | {score:.4g} |" in text
    page = Path("docs/results.md").read_text()
    assert f"| frechet_distance | {score:.4g} |" in page
    assert "40 of logs/tiny/reproduce" in page
    assert text.endswith("\n\nThe end.\n")
    # A result that is there is not made again, unless asked for.
    main(["reproduce", "tiny"])
    assert "results/tiny.json is there" in capsys.readouterr().out
    main(["reproduce", "tiny", "--samples", "30", "--again"])
    stored = json.loads(Path("results/tiny.json").read_text())
    assert stored["samples"]["count"] == 30
    Path("README.md").write_text(f"{report.BEGIN}{report.END}")
    main(["reproduce", "--table-only"])
    assert "| `tiny` |" in Path("README.md").read_text()
    assert "30 of logs/tiny/reproduce" in Path("docs/results.md").read_text()


def test_a_recipe_that_starts_from_another_one(monkeypatch, tiny, capsys):
    second = dataclasses.replace(tiny, name="second", starts_from="tiny")
    monkeypatch.setattr(recipes, "RECIPES", {"tiny": tiny, "second": second})
    asked = []
    finished = [False, True, False, True]
    monkeypatch.setattr(reproduce, "_is_finished", lambda *a: finished.pop(0))
    monkeypatch.setattr(reproduce, "train", lambda *a: asked.append(a))
    assert reproduce._trained(second, "logs") == Path("logs/second/reproduce")
    (first, *_), (then, *_) = asked
    assert (first.name, first.starts_from) == ("tiny", None)
    assert (then.name, then.starts_from) == ("second", "logs/tiny/reproduce")


def test_figures(monkeypatch, tiny, capsys):
    drawn = dataclasses.replace(tiny, figures="draw.py")
    monkeypatch.setattr(recipes, "RECIPES", {"tiny": drawn})
    Path("results").mkdir()
    Path("results/tiny.json").write_text("{}")
    assert "Expected to be in a checkout of kgan, beside draw.py" in fails(capsys)
    Path("draw.py").write_text("open('figure.png', 'w').write('drawn')\n1 / 0\n")
    assert "draw.py failed with exit code 1" in fails(capsys)
    assert Path("figure.png").read_text() == "drawn"


def test_a_run_of_other_settings(capsys, tiny):
    other = dataclasses.replace(tiny, training=recipes.Training(epochs=3))
    directory = Path("logs/tiny/reproduce")
    directory.mkdir(parents=True)
    (directory / "config.json").write_text(json.dumps(as_config(other)))
    assert "other settings than the recipe tiny has now" in fails(capsys)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["dcgan"], "recipe: tiny, or a .py file with one. Received: 'dcgan'"),
        (["--readme", "nowhere.md"], "a README to write results to"),
        (["--table-only"], "Expected results in results"),
        ([], "beside train.py"),
    ],
)
def test_bad_input(capsys, arguments, message):
    assert message in fails(capsys, *arguments)


def test_train_is_that_of_the_checkout(capsys, place):
    Path("train.py").write_text("import sys\nprint(sys.argv[1:])\nsys.exit(3)\n")
    error = fails(capsys)
    assert "train.py tiny --auto-resume --run logs/tiny/reproduce" in error
    assert "exit code 3" in error
