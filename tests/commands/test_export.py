"""export, verify and promote from the command line, on a run of no steps."""

import json
import shutil
from pathlib import Path

import pytest

from kgan import recipes
from kgan.commands import main
from kgan.runs.loading import load_model
from tests.tiny_run import tiny_run


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run of one step."""
    data = recipes.Data(split="train[:16]")
    return str(tiny_run(tmp_path_factory.mktemp("logs"), data)[0])


def refused(capsys, sentence, *argv):
    with pytest.raises(SystemExit) as stop:
        main(argv)
    assert stop.value.code == 2
    assert sentence in capsys.readouterr().err


def test_export_promote_verify(run, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    main(["export", run])
    printed = capsys.readouterr().out
    assert printed.startswith("export/dcgan/1\n")
    assert "equal to the model to the bit" in printed
    assert "kgan promote dcgan 1 stable" in printed
    card = json.loads(
        (tmp_path / "export/dcgan/1/assets.extra/model_card.json").read_text()
    )
    # Not where this machine has the run.
    assert card["training"]["run"] == f".../{Path(run).name}"
    assert card["training"]["steps"] == 1
    assert card["data"]["licence"] == "CC BY-SA 3.0"

    main(["promote", "dcgan", "1", "stable"])
    assert capsys.readouterr().out == "stable of dcgan is version 1\n"

    main(["export", run, "--batched"])
    printed = capsys.readouterr().out
    assert printed.startswith("export/dcgan/2\n")
    assert "promote" not in printed
    main(["promote", "dcgan", "2", "stable"])
    printed = capsys.readouterr().out
    assert printed == "stable of dcgan is version 2, was 1\n"

    main(["verify", "export/dcgan/1", "--run", run])
    printed = capsys.readouterr().out
    assert "sample: 3 requests replayed, equal to the model to the bit" in printed
    assert printed.endswith("export/dcgan/1 keeps its contract\n")


@pytest.mark.slow
def test_a_keras_file(run, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    model = load_model(run)
    model.ema_generator.set_weights(model.generator.get_weights())
    model.save(tmp_path / "best.keras")
    refused(capsys, "best.keras is of no run", "export", "best.keras")
    main(["export", "best.keras", "--name", "digits"])
    assert capsys.readouterr().out.startswith("export/digits/1\n")
    main(["verify", "export/digits/1", "--run", "best.keras"])
    refused(capsys, "serving_default", "verify", "export/digits/1", "--run", run)

    # In its run's directory it is of the recipe.
    shutil.copytree(run, tmp_path / "run")
    (tmp_path / "best.keras").rename(tmp_path / "run" / "best.keras")
    main(["export", "run/best.keras", "--export", "served"])
    printed = capsys.readouterr().out
    assert printed.startswith("served/dcgan/1\n")
    assert printed.endswith("kgan promote dcgan 1 stable --export served\n")
    card = (tmp_path / "served/dcgan/1/assets.extra/model_card.md").read_text()
    assert "- Run: run\n" in card


def test_a_model_without_versions_is_told(run, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name in ("dcgan", "gan"):
        (tmp_path / "export" / name / "1").mkdir(parents=True)
        (tmp_path / "export" / name / "1" / "saved_model.pb").touch()
        main(["promote", name, "1", "stable"])
    (tmp_path / "export" / "dcgan").rename(tmp_path / "elsewhere")
    capsys.readouterr()
    main(["promote", "gan", "1", "canary"])
    printed = capsys.readouterr().out
    assert "nothing before it has a version of dcgan" in printed


def test_litert(run, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    main(["export", run, "--format", "litert", "--name", "digits"])
    printed = capsys.readouterr().out
    assert printed.startswith("export/digits/1.tflite\nits runtime gives")


def test_bad_input(run, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    refused(capsys, "Expected the directory of a training run", "export", "nowhere")
    for name in ("../up", "a/b", "a.b", ".."):
        refused(capsys, "Expected a name of letters", "export", run, "--name", name)
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "dcgan").symlink_to(tmp_path)
    refused(capsys, "a symbolic link", "export", run)
    refused(capsys, "Expected limit >= 1", "export", run, "--name=b", "--limit=0")
    refused(capsys, "Expected an export of kgan", "verify", str(tmp_path))
    refused(capsys, "Expected a version of m", "promote", "m", "1", "stable")
    assert [p.name for p in (tmp_path / "export").iterdir()] == ["dcgan"]
