"""A recipe in a file of the user's, with a model of the user's."""

import json
import sys
from pathlib import Path

import keras
import pytest

import train
from kgan import recipes
from kgan.commands import main, model_options
from kgan.runs.loading import open_run

_MINE = """
import kgan
from kgan.recipes import Data, Recipe, Training

ADAM = {"name": "adam", "learning_rate": 1e-3}


class Doubled(kgan.DCGAN):
    '''A GAN of a user.

    Args:
        factor: of the loss of G.
    '''

    def __init__(self, image_shape, factor: float = 2.0, **kwargs):
        super().__init__(image_shape, **kwargs)
        self.factor = factor


RECIPE = Recipe(
    name="own",
    title="A recipe of a user",
    paper="none",
    model="own_recipe:Doubled",
    options={"latent_dim": 4, "width": 2},
    optimizers={"d": ADAM, "g": ADAM},
    training=Training(epochs=1, batch_size=32),
    data=Data(split="train[:64]"),
)
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A working directory with own_recipe.py, which no other test has imported."""
    (tmp_path / "own_recipe.py").write_text(_MINE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    known = dict(keras.saving.get_custom_objects())
    yield tmp_path
    sys.modules.pop("own_recipe", None)
    model_options.arguments.cache_clear()
    for name in keras.saving.get_custom_objects().keys() - known.keys():
        del keras.saving.get_custom_objects()[name]


def test_own_recipe_from_training_to_samples(place, capsys):
    train.main(["own_recipe.py", "--model.factor", "3.0"])
    out = capsys.readouterr().out
    # What train.py says at its start.
    assert "run        logs/own/001\n" in out
    assert "mnist_10k, 64 examples, image 28x28x1" in out
    assert "1 x CPU, float32" in out
    assert "Doubled: discriminator " in out
    assert "2 steps, 64 examples; 1 epoch\n" in out
    assert "tensorboard --logdir logs" in out
    config = json.loads(Path("logs/own/001/config.json").read_text())
    assert config["options"]["factor"] == 3.0
    assert open_run("logs/own/001").model.factor == 3.0
    main(["sample", "logs/own/001", "--grid", "2x2", "--out", "grid.png"])
    assert Path("grid.png").exists()
    # As a new process, which has not imported it.
    sys.modules.pop("own_recipe")
    sys.path.remove(str(place))
    sample = ["sample", "logs/own/001", "--grid", "2x2", "--out", "again.png"]
    with pytest.raises(SystemExit):
        main(sample)
    assert "imported by --import FILE.py" in capsys.readouterr().err
    main([*sample, "--import", "own_recipe.py"])
    assert Path("again.png").read_bytes() == Path("grid.png").read_bytes()


def test_files_without_a_recipe(place):
    Path("own_none.py").write_text("x = 1")
    with pytest.raises(ValueError, match=r"one kgan.recipes.Recipe.*with none"):
        recipes.get("own_none.py")
    sys.modules.pop("own_none")
    with pytest.raises(ValueError, match=r"nowhere\.py, which does not exist"):
        recipes.get("nowhere.py")


def test_parameters_by_name_and_help(place):
    recipe = recipes.get("own_recipe.py")
    known = model_options.arguments(recipe.model)
    assert known["factor"].help == "of the loss of G."
    assert {"factor", "width", "ema_decay"} <= known.keys()
