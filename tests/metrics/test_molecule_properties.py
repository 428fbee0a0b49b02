import numpy as np
import pytest

from kgan.metrics import MoleculeProperties
from kgan.spaces import Molecules
from tests.metrics.metric_test_case import run_metric_test

SPACE = Molecules(6)


def test_means_over_valid_molecules():
    scores = MoleculeProperties().score(None, ["c1ccccc1", "C", "C", None, "C.C"])
    # Wildman and Crippen's table: aromatic C 0.1581, C of methane 0.1441, H 0.1230.
    logp = np.array([6 * (0.1581 + 0.1230), *[0.1441 + 4 * 0.1230] * 2])
    assert scores["logp"].value == pytest.approx(logp.mean())
    assert scores["logp"].error == pytest.approx(logp.std() / np.sqrt(3))
    assert scores["logp"].how == "standard error over 3 valid ones of 5 examples"
    assert 0.3 < scores["qed"].value < 0.5 and scores["sa"].value > 1.0


def test_nothing_valid():
    scores = MoleculeProperties().score(None, [None, "C.C"])
    assert [score.value for score in scores.values()] == [0.0, 0.0, 10.0]
    assert scores["qed"].how == "none of 2 generated examples is a molecule"


def test_streams():
    smiles = ["C", "CO", "c1ccccc1", "CC#N"] * 5
    fake = SPACE.packed(SPACE.to_public(SPACE.graphs(smiles))).astype("float32")
    run_metric_test(MoleculeProperties(SPACE, capacity=32), {"fake": fake})
