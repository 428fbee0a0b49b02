"""The command line of train.py: data of the user instead of the recipe's."""

import dataclasses
import logging

import numpy as np
import pytest

import kgan
from kgan.commands.opening_lines import opening_lines
from kgan.commands.training import parse
from kgan.data.graph_cache import Graphs
from kgan.data.smiles import MoleculeSource
from kgan.recipes import Data
from kgan.runs.run import Output, Run
from kgan.spaces import Molecules
from kgan.system import image_files

OWN = {
    "pix2pix": "--target left",
    "cyclegan": "--data horses --target zebras",
    "colorize": "in color",
    "srresnet": "--crop 96",
    "srgan": "--crop 96",
    "dcgan": "--image-size 64",
    "fanogan": "--validation val --normal good",
}


def data_of(*argv):
    return parse([*argv])[0].data


@pytest.mark.parametrize("name", OWN)
def test_one_line_says_how_to_give_own_data(name, model, source):
    recipe, run = kgan.recipes.get(name), Run(name, Output())
    (line,) = [
        line
        for line in opening_lines(recipe, run, source, model).splitlines()
        if line.startswith("own data ")
    ]
    assert OWN[name] in line
    own = dataclasses.replace(recipe, data=Data("photos"))
    assert "own data" not in opening_lines(own, run, source, model)


def test_molecules_that_are_left_out_are_counted(model):
    graphs = Graphs(*np.ones((2, 2, 2, 2), "uint8")[:, 0], {"ions": (3, 7)})
    source = MoleculeSource(graphs, Molecules(2), "molecules")
    recipe = dataclasses.replace(kgan.recipes.get("dcgan"), data=Data("molecules"))
    lines = opening_lines(recipe, Run("dcgan", Output()), source, model)
    assert "molecule of up to 2 atoms of C, N, O, F, left out 3: ions" in lines
    assert "--data drugs.smi.gz" in lines


@pytest.fixture(scope="module")
def source():
    return kgan.data.open_source(np.zeros((64, 28, 28, 1), "uint8"))


@pytest.fixture(scope="module")
def model():
    model = kgan.DCGAN((28, 28, 1), latent_dim=4, width=4)
    model.compile()
    return model


def test_targets_of_the_recipe_do_not_belong_to_other_data():
    with pytest.raises(ValueError, match=r"--target beside.*'facades'.*--data photos"):
        parse(["pix2pix", "--data", "photos"])
    with pytest.raises(ValueError, match="--target targets"):
        parse(["pix2pix", "--data=photos"])
    asked = data_of("pix2pix", "--data", "photos", "--target", "left")
    assert (asked.data, asked.target) == ("photos", "left")
    assert data_of("pix2pix", "--data=a", "--target=facades").target == "facades"
    assert data_of("pix2pix", "--data=a", "--degradation", "mask").target is None
    assert data_of("pix2pix").target == "facades"


def test_targets_in_the_same_set_belong_to_any_data(tmp_path):
    path = tmp_path / "own.py"
    path.write_text(
        "import dataclasses\n"
        "from kgan.recipes import Data, get\n"
        "data = Data('cycle', split='trainA', target='trainB', paired=False)\n"
        "RECIPE = dataclasses.replace(get('cyclegan'), name='own', data=data)\n"
    )
    assert data_of(str(path), "--data", "other").target == "trainB"


def test_validation_of_data_without_splits(tmp_path, caplog):
    for place, level in (("all", 0), ("ab/val", 0), ("ab/train", 1)):
        pixels = np.full((8, 8, 1), level, "uint8")
        image_files.save(tmp_path / place / "1.png", pixels)
    with caplog.at_level(logging.WARNING, "kgan"):
        assert Data(str(tmp_path / "all"), validation="test").open_validation() is None
    assert "no validation, because" in caplog.text
    data = Data(str(tmp_path / "ab"), validation="test")
    with pytest.raises(ValueError, match=r"validation: train, val. Rec.*--validation"):
        data.open_validation()
    found = dataclasses.replace(data, validation="val").open_validation()
    assert (found.examples == 0).all()
    assert Data().open_validation() is None
    assert Data(validation="train[:10]").open_validation().size == 10
