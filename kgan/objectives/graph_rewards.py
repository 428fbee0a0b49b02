"""Rewards of graphs, each computed once."""

from __future__ import annotations

import numpy as np

from kgan.objectives.rewards import Reward
from kgan.spaces import Molecules
from kgan.system import chemistry

# Graphs that are remembered: about 100 MB.
_MOST = 2**18


class GraphRewards:
    """What graphs are worth as molecules, and whether they are molecules.

        >>> space = kgan.spaces.Molecules(nodes=3)
        >>> rewards = kgan.objectives.graph_rewards.GraphRewards(
        ...     space, kgan.rewards.get("validity")
        ... )
        >>> rewards(space.graphs(["CO", "N"])).tolist()
        [[1.0, 1.0], [1.0, 1.0]]

    A reward such as "qed" takes rdkit a millisecond per molecule, longer than a
    training step. Real graphs come again each epoch, and a generator makes many graphs
    more than once, so they are remembered, unless a reward depends on the batch.

    Args:
        space: of the graphs.
        reward: of the molecules.
    """

    def __init__(self, space: Molecules, reward: Reward) -> None:
        self.space, self.reward = space, reward
        self._known: dict[bytes, np.ndarray] = {}

    def __call__(self, graphs: dict[str, np.ndarray]) -> np.ndarray:
        """Rewards, and 1 for a molecule of one part or 0: float32 [2, n].

        Args:
            graphs: NumPy arrays [n, ...], of the form inside the library.

        Raises:
            ImportError: if rdkit is missing.
            ValueError: for a reward that is not in [0, 1].
        """
        if not self.reward.alone:
            return self._computed(graphs)
        public = self.space.to_public(graphs)
        pairs = zip(public["edges"], public["nodes"], strict=True)
        keys = [edges.tobytes() + nodes.tobytes() for edges, nodes in pairs]
        # Replicas share what is remembered, so that each has its own view of it.
        found = {key: self._known.get(key) for key in keys}
        places = {key: i for i, key in enumerate(keys) if found[key] is None}
        if places:
            rows = list(places.values())
            new = self._computed({k: part[rows] for k, part in graphs.items()})
            found |= dict(zip(places, new.T, strict=True))
            if len(self._known) + len(places) > _MOST:
                self._known.clear()
            self._known |= {key: found[key] for key in places}
        return np.stack([found[key] for key in keys], axis=1)

    def _computed(self, graphs: dict[str, np.ndarray]):
        molecules = self.space.molecules(graphs)
        valid = [chemistry.is_whole(molecule) for molecule in molecules]
        return np.stack([self.reward(molecules), np.float32(valid)])
