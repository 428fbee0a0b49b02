import json
import shutil

import numpy as np
import pytest

from kgan import recipes
from kgan.runs.config import is_run, saved_recipe
from kgan.runs.loading import load_model, open_run
from tests.tiny_run import tiny_run


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """(path, model) of a run of two epochs."""
    data = recipes.Data(split="train[:48]")
    return tiny_run(tmp_path_factory.mktemp("logs"), data, epochs=2)


def files(path):
    return {p: p.stat().st_mtime_ns for p in path.rglob("*")}


def test_the_model_is_that_of_the_run(trained):
    path, model = trained
    (path / "checkpoints" / "ckpt-9_temp").mkdir()
    before = files(path)
    run = open_run(path)
    # A training process may be writing there.
    assert files(path) == before
    assert (run.epoch, run.batch) == (2, 0)
    assert run.settings.recipe.options["width"] == 2
    np.testing.assert_array_equal(run.model.generate(3, 1), model.generate(3, 1))
    for loaded, saved in zip(run.model.weights, model.weights, strict=True):
        np.testing.assert_array_equal(loaded, saved)
    again = load_model(str(path))
    np.testing.assert_array_equal(again.generate(3, 1), model.generate(3, 1))
    assert is_run(path)
    assert not is_run(path.parent)


def test_a_recipe_that_is_gone_is_in_the_run(trained, tmp_path):
    path = tmp_path / "run"
    shutil.copytree(trained[0], path)
    config = json.loads((path / "config.json").read_text())
    config["name"] = "gone"
    (path / "config.json").write_text(json.dumps(config))
    assert saved_recipe(path).name == "gone"
    assert open_run(path).settings.name == "gone"


def test_a_run_that_is_older_than_optimizers_by_player(trained, tmp_path):
    path = tmp_path / "run"
    shutil.copytree(trained[0], path)
    config = json.loads((path / "config.json").read_text())
    optimizers = config.pop("optimizers")
    config |= {f"{name}_optimizer": optimizers[name] for name in "dg"}
    for name in ("schedules", "starts_from"):
        del config[name]
    (path / "config.json").write_text(json.dumps({**config, "from_data": ["mean"]}))
    recipe = saved_recipe(path)
    assert recipe == saved_recipe(trained[0])
    images = open_run(path).model.generate(3, 1)
    np.testing.assert_array_equal(images, trained[1].generate(3, 1))


def test_no_run(tmp_path):
    with pytest.raises(ValueError, match=r"directory of a training run.*config.json"):
        open_run(tmp_path)
    with pytest.raises(ValueError, match="directory of a training run"):
        open_run(tmp_path / "nowhere")


def test_a_damaged_configuration(tmp_path):
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(ValueError, match="damaged"):
        saved_recipe(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ValueError, match=r"damaged, or of another version of kgan"):
        saved_recipe(tmp_path)


def test_no_checkpoint(trained, tmp_path):
    shutil.copy(trained[0] / "config.json", tmp_path)
    with pytest.raises(ValueError, match=r"has no checkpoint.*train.py dcgan --resume"):
        open_run(tmp_path)


def test_a_checkpoint_of_another_model(trained, tmp_path):
    path = tmp_path / "run"
    shutil.copytree(trained[0], path)
    config = json.loads((path / "config.json").read_text())
    config["options"]["width"] = 4
    (path / "config.json").write_text(json.dumps(config))
    with pytest.raises(ValueError, match="is of another model"):
        open_run(path)


def test_damaged_checkpoints(trained, tmp_path, caplog):
    path = tmp_path / "run"
    shutil.copytree(trained[0], path)
    shards = sorted((path / "checkpoints").glob("*.index"))
    shards[-1].write_bytes(b"")
    assert open_run(path).epoch < 2
    assert "cannot be read" in caplog.text
    for shard in shards:
        shard.write_bytes(b"")
    with pytest.raises(ValueError, match=r"None of the checkpoints.*can be read"):
        open_run(path)
