import json
import shutil

import pytest

import kgan
from kgan import recipes
from kgan.runs.config import as_config
from kgan.serving import card
from kgan.serving.base_path import EXTRA
from kgan.serving.contract import Report
from tests.games.conditional import Conditional
from tests.serving.trained import build, trained

SIZES = {"limit": 7, "parameters": 5}
REPORT = Report(
    ["loaded"],
    [],
    {
        "sample_png": {
            "inputs": {"num_samples": ["int32", []], "seed": ["int32", []]},
            "outputs": {"png_bytes": ["string", [None]]},
        }
    },
)


@pytest.fixture
def run(tmp_path):
    """A run with its settings, and one evaluation."""
    run = tmp_path / "logs" / "dcgan" / "001"
    (run / "evaluations").mkdir(parents=True)
    (run / "config.json").write_text(json.dumps(as_config(recipes.get("dcgan"))))
    score = {"value": 12.5, "error": 0.25, "how": "bootstrap", "better": "lower"}
    score |= {"against": {"real": {"of": "test", "count": 9}}, "metric": {}}
    score |= {
        anchor: {"value": value, "error": None, "how": "exact"}
        for anchor, value in (("real", 1.0), ("noise", 99.0))
    }
    result = {
        "format": "kgan scores 2",
        "samples": {
            "count": 5,
            "source": "run",
            "seed": 0,
            "weights": "EMA",
            "steps": 1,
        },
        "reference": {"dataset": "mnist_10k", "split": "train", "shape": [28, 28, 1]},
        "extractor": {"name": "lenet", "digest": "abc", "resize": "None."},
        "scores": {"frechet_distance": score},
        "warnings": [],
        "kgan": "0.1.0",
    }
    (run / "evaluations" / "001.json").write_text(json.dumps(result))
    return run


def test_facts(run, tmp_path):
    path = tmp_path / "digits" / "3"
    facts = card.facts(trained(), path, REPORT, **SIZES, run=run)
    assert json.loads(json.dumps(facts)) == facts
    assert (facts["name"], facts["version"], facts["limit"]) == ("digits", "3", 7)
    assert facts["model"]["class"] == "DCGAN"
    assert facts["model"]["parameters"] == 5
    assert facts["model"]["weights"] == "average over training, decay 0.9"
    assert facts["training"]["steps"] == 1
    assert facts["training"]["recipe"] == "dcgan"
    assert facts["training"]["config"]["training"]["seed"] == 0
    assert facts["data"] == {
        "name": "mnist_10k",
        "split": "train",
        "licence": "CC BY-SA 3.0",
    }
    (score,) = facts["scores"]
    assert score["file"] == "001.json"
    assert score["scores"]["frechet_distance"]["value"] == 12.5


def test_scores_are_those_of_the_state_that_is_exported(run, tmp_path):
    written = json.loads((run / "evaluations" / "001.json").read_text())
    written["samples"]["steps"] = 2
    (run / "best.json").write_text(json.dumps(written))
    path = tmp_path / "m" / "1"
    facts = card.facts(trained(), path, REPORT, **SIZES, run=run)
    assert [score["file"] for score in facts["scores"]] == ["001.json"]
    written["samples"]["steps"] = 1
    (run / "best.json").write_text(json.dumps(written))
    facts = card.facts(trained(), path, REPORT, **SIZES, run=run)
    assert [score["file"] for score in facts["scores"]] == ["001.json", "best.json"]


def test_markdown(run, tmp_path):
    facts = card.facts(trained(), tmp_path / "digits" / "3", REPORT, **SIZES, run=run)
    text = card.markdown(facts)
    for line in (
        "# digits, version 3",
        "- Recipe: dcgan (Radford, Metz, Chintala 2015, arXiv 1511.06434)",
        "- Steps: 1 (0 images)",
        "- Licence of the data: CC BY-SA 3.0",
        "| `sample_png` | `num_samples` int32 [], `seed` int32 [] | "
        "`png_bytes` string [n] |",
        "A request may ask for at most 7 examples.",
        "- loaded",
    ):
        assert line in text.splitlines(), line
    assert "frechet_distance" in text
    assert "12.5" in text
    assert "/v1/models/digits:predict" in text


def test_the_loss_is_that_of_the_model(run, tmp_path):
    """Whatever the recipe of the run says."""
    config = json.loads((run / "config.json").read_text())
    config["options"]["loss"] = "non_saturating"
    (run / "config.json").write_text(json.dumps(config))
    model = build(loss=kgan.losses.Hinge())
    model.d_optimizer.learning_rate = 3e-4
    facts = card.facts(model, tmp_path / "m" / "1", REPORT, **SIZES, run=run)
    assert facts["training"]["losses"] == [{"class": "Hinge", "config": {}}]
    text = card.markdown(facts)
    assert "- Loss: Hinge()\n" in text
    assert "- Optimizer of d: Adam(learning_rate=0.0003, " in text
    assert "- Optimizer of g: Adam(learning_rate=0.001, " in text


def test_what_a_model_knows_without_a_run(tmp_path):
    facts = card.facts(build(), tmp_path / "m" / "1", REPORT, **SIZES)
    settings = facts["model"]["settings"]
    assert settings["image_shape"] == [28, 28, 1]
    assert (settings["latent_dim"], settings["ema_decay"]) == (4, 0.9)
    assert json.loads(json.dumps(facts)) == facts
    assert "latent_dim=4, width=2" in card.markdown(facts)
    # Networks would fill the card, and have no place on it.
    whole = build()
    model = kgan.GAN(whole.generator, whole.discriminator, loss="minimax", seed=3)
    facts = card.facts(model, tmp_path / "m" / "1", REPORT, **SIZES)
    assert facts["model"]["settings"].keys().isdisjoint(("generator", "discriminator"))
    assert facts["model"]["settings"]["seed"] == 3
    assert facts["training"]["optimizers"] == {}
    assert facts["training"]["losses"][0]["class"] == "Minimax"


def test_no_absolute_path(run, tmp_path, monkeypatch):
    config = json.loads((run / "config.json").read_text())
    config["data"]["data"] = str(tmp_path / "photos")
    (run / "config.json").write_text(json.dumps(config))
    facts = card.facts(trained(), tmp_path / "m" / "1", REPORT, **SIZES, run=run)
    monkeypatch.chdir(tmp_path / "logs")
    card.write(tmp_path, facts)
    for name in (card.JSON, card.MARKDOWN):
        assert str(tmp_path) not in (tmp_path / name).read_text()
    written = json.loads((tmp_path / card.JSON).read_text())
    assert written["training"]["run"] == "dcgan/001"
    assert written["data"]["name"] == written["training"]["config"]["data"]["data"]
    assert written["data"]["name"] == ".../photos"


def test_what_is_not_known_is_said(tmp_path):
    facts = card.facts(build(ema_decay=None), tmp_path / "m" / "1", REPORT, **SIZES)
    assert facts["training"]["steps"] == 0
    assert facts["model"]["weights"] == "as trained"
    text = card.markdown(facts)
    assert "- Recipe: not recorded" in text
    assert "- Licence of the data: not recorded" in text
    assert "None: this state of the run was not evaluated" in text


def test_a_run_that_is_none(run, tmp_path):
    def of(run):
        card.facts(trained(), tmp_path / "m" / "1", REPORT, **SIZES, run=run)

    with pytest.raises(ValueError, match="Expected the directory of a training run"):
        of(tmp_path)
    (run / "evaluations" / "002.json").write_text("{")
    with pytest.raises(ValueError, match=r"002\.json"):
        of(run)
    shutil.rmtree(run / "evaluations")
    (run / "config.json").write_text("{")
    with pytest.raises(ValueError, match="Expected JSON in"):
        of(run)


def test_classes_on_the_card(tmp_path):
    names = ["boot", "coat", "hat"]
    model = Conditional(class_names=names)
    inputs = {"labels": ["int32", [None]], "seed": ["int32", []]}
    both = {"inputs": inputs, "outputs": {"images": ["uint8", [None, 4, 4, 1]]}}
    report = Report([], [], {"sample": both, "sample_png": both})
    facts = card.facts(model, tmp_path / "hats" / "1", report, **SIZES)
    text = card.markdown(facts)
    assert "- Classes of labels: 3: 0 boot, 1 coat, 2 hat" in text
    assert "client.sample(labels=[0] * 16, seed=1)" in text
    assert '"inputs": {"labels": [0], "seed": 1}' in text
    (tmp_path / EXTRA).mkdir()
    card.write(tmp_path / EXTRA, facts)
    assert card.takes_of(tmp_path)["sample"]["labels"].names == names
    assert card.takes_of(tmp_path / "elsewhere") == {}
    # A card of before says of labels alone what they are, not of which signature.
    del facts["model"]["takes"]
    card.write(tmp_path / EXTRA, facts)
    takes = card.takes_of(tmp_path)
    assert {n: list(t) for n, t in takes.items()} == {
        "sample": ["labels"],
        "sample_png": ["labels"],
    }
    unnamed = card.facts(Conditional(), tmp_path / "hats" / "1", report, **SIZES)
    assert "labels: 3, numbered from 0 to 2" in card.markdown(unnamed)
