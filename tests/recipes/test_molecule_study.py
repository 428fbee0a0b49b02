"""The settings of the study of molecules, and the parts of its script."""

import json

import numpy as np
import pytest

import kgan
from kgan.recipes.molecule_study import SETTINGS, Setting
from tests.scripts import load_script


def test_a_reward_counts_after_a_fifth_of_the_run():
    for key, setting in SETTINGS.items():
        recipe = setting.recipe(1000)
        rewarded = recipe.options["reward"] is not None
        assert rewarded == key.endswith("_qed")
        assert sorted(recipe.optimizers) == ["d", "g", *["reward"] * rewarded]
        share = kgan.schedules.get(recipe.options["trade_off"])
        if rewarded:
            assert (float(share(199)), float(share(200))) == (1.0, 0.5)


@pytest.mark.parametrize("key", SETTINGS)
def test_settings_build(key):
    source = kgan.data.open_source("molecules", nodes=6)
    model = SETTINGS[key].recipe(1000).build(source)
    assert model.examples.nodes == 6


def test_a_run_leaves_its_scores_and_molecules(tmp_path, monkeypatch):
    study = load_script("molecule_study")
    small = {"generator_hidden": [8], "penalties": None, "discriminator_steps": 2}
    monkeypatch.setattr(study, "SETTINGS", {"small": Setting("small", small)})
    monkeypatch.setattr(study, "GRAPHS", 60)
    monkeypatch.setattr(study, "PART_GRAPHS", 30)
    monkeypatch.setattr(study, "PARTS", 2)
    monkeypatch.setattr(study, "steps_in", lambda model, batches, minutes: 1)
    source = kgan.data.open_source("molecules", nodes=6)
    whole = study.everything(source)
    known = source.space.packed(source.space.to_public(whole))
    assert known.shape == (source.size, 6, 6)
    study.run("small", source, known[:300], tmp_path / "small.json", minutes=0.0)
    result = json.loads((tmp_path / "small.json").read_text())
    assert result["graphs"] == 128
    assert [part["graphs"] for part in result["curve"]] == [64, 128]
    assert len((tmp_path / "small.smi").read_text().split("\n")) == study.SHOWN + 1
    # Parts count as valid in the authors' program, so that it finds no fewer.
    assert result["molgan_validity"] >= result["validity"]
    assert np.isfinite(result["descriptor_distance"])
