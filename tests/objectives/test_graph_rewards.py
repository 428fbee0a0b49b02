import keras
import numpy as np

import kgan
from kgan.objectives import graph_rewards
from kgan.objectives.graph_rewards import GraphRewards

SPACE = kgan.spaces.Molecules(nodes=3)


@keras.saving.register_keras_serializable("test")
class Counted(kgan.rewards.Reward):
    """Half for each molecule, and how many it was asked for."""

    asked = 0

    def of(self, molecule):
        self.asked += 1
        return 0.5


def test_each_graph_is_computed_once():
    reward = Counted()
    rewards = GraphRewards(SPACE, reward)
    graphs = SPACE.graphs(["CO", "N", "CO", "C"])
    # Two atoms apart are no molecule.
    graphs["nodes"][3, 0] = SPACE.graphs(["F"])["nodes"][0, 0]
    graphs["nodes"][3, 1] = graphs["nodes"][3, 0]
    expected = [[0.5, 0.5, 0.5, 0.0], [1.0, 1.0, 1.0, 0.0]]
    np.testing.assert_array_equal(rewards(graphs), expected)
    assert reward.asked == 2
    np.testing.assert_array_equal(rewards(graphs), expected)
    more = SPACE.graphs(["N", "CC"])
    np.testing.assert_array_equal(rewards(more), [[0.5, 0.5], [1.0, 1.0]])
    assert reward.asked == 3


def test_a_full_memory_begins_anew(monkeypatch):
    monkeypatch.setattr(graph_rewards, "_MOST", 2)
    reward = Counted()
    rewards = GraphRewards(SPACE, reward)
    for smiles in (["C", "N"], ["O"], ["C"], ["O"]):
        rewards(SPACE.graphs(smiles))
    assert reward.asked == 4


def test_a_reward_of_the_batch_is_computed_each_time():
    reward = kgan.rewards.get("uniqueness*validity")
    assert not reward.alone and kgan.rewards.get("qed*sa").alone
    rewards = GraphRewards(SPACE, reward)
    assert rewards(SPACE.graphs(["C", "C", "N"]))[0].tolist() == [0.5, 0.5, 1.0]
    assert rewards(SPACE.graphs(["C", "N", "N"]))[0].tolist() == [1.0, 0.5, 0.5]
