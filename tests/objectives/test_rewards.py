import json

import keras
import numpy as np
import pytest

from kgan import rewards
from kgan.system import chemistry

SMILES = ("CCO", "c1ccccc1", "C.C", "OCC")
MOLECULES = [*map(chemistry.parse, SMILES), None]


def of(identifier):
    return rewards.get(identifier)(MOLECULES)


def test_rewards_by_hand():
    # log P of benzene is 6 (0.1581 + 0.1230), of ethanol -0.0014: test_chemistry.py.
    scale = 6.0429063424 + 2.12178879609
    ethanol, benzene = (
        (-0.0014 + 2.12178879609) / scale,
        (1.6866 + 2.12178879609) / scale,
    )
    logp = of("logp")
    assert logp.dtype == "float32"
    np.testing.assert_allclose(logp, [ethanol, benzene, 0, ethanol, 0], rtol=1e-6)
    assert of("validity").tolist() == [1, 1, 0, 1, 0]
    assert of("uniqueness").tolist() == [0.5, 1, 0, 0.5, 0]
    known = {"name": "novelty", "known": ["C1=CC=CC=C1"]}
    assert of(known).tolist() == [1, 0, 0, 1, 0]
    # Benzene is as easy to make as can be: 1 on the scale to 10, clipped at 1.5.
    assert of("sa")[1] == 1.0
    hard = rewards.SyntheticAccessibility(worst=10.0, best=1.0)(MOLECULES)
    np.testing.assert_allclose(hard[0], (10.0 - 1.9802570386) / 9.0, rtol=1e-6)


def test_products():
    product = of("qed*sa")
    np.testing.assert_allclose(product, of("qed") * of("sa"), rtol=1e-6)
    np.testing.assert_array_equal(product, of(["qed", rewards.get("sa")]))
    assert (product[:2] > 0).all() and product[4] == 0


def test_no_molecules():
    assert rewards.get("qed")([]).shape == (0,)
    assert rewards.get("qed")([None, None]).tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    "identifier",
    [
        "qed*validity",
        {"name": "logp", "worst": 1.0, "best": 2.0},
        rewards.Product([rewards.Novelty(["CCO"]), "sa"]),
    ],
)
def test_a_saved_reward_is_the_same(identifier):
    reward = rewards.get(identifier)
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(reward)))
    again = rewards.get(config)
    assert again.get_config() == reward.get_config()
    np.testing.assert_array_equal(again(MOLECULES), reward(MOLECULES))


class Large(rewards.Reward):
    def of(self, molecule):
        return float(molecule.GetNumAtoms())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: rewards.get("qde"), "Expected a reward by name.*Did you mean qed"),
        (lambda: rewards.get("novelty"), "arguments of the reward 'novelty'"),
        (lambda: rewards.get([]), "at least one reward"),
        (lambda: rewards.Novelty([]), "Expected known SMILES"),
        (lambda: rewards.LogP(1.0, 1.0), "two different numbers"),
        (lambda: Large()(MOLECULES), r"rewards from 0 to 1. Received: 3.0 of Large"),
    ],
)
def test_rewards_that_are_none(make, message):
    with pytest.raises(ValueError, match=message):
        make()
