"""Rewards: what is good about a molecule, from 0 to 1, for a generator to learn from.

    >>> reward = kgan.rewards.get("qed")
    >>> space = kgan.spaces.Molecules(nodes=6)
    >>> reward(space.molecules(space.graphs(["CCO", "C"]))).round(2)
    array([0.41, 0.36], dtype=float32)

The reward of what is no molecule is 0: None, or one of several parts.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import keras
import numpy as np

from kgan.system import chemistry
from kgan.system.registry import Configured, resolve

# Between the names of a product.
_TIMES = "*"


class Reward(Configured):
    """How good molecules are, in [0, 1].

    A subclass writes `of`, of one molecule; or `of_all`, where the reward of a molecule
    depends on the others of its batch.

        >>> class Small(kgan.rewards.Reward):
        ...     def of(self, molecule):
        ...         return 1.0 / molecule.GetNumAtoms()
        >>> space = kgan.spaces.Molecules(nodes=4)
        >>> Small()(space.molecules(space.graphs(["CCO", "CC"])) + [None])
        array([0.33333334, 0.5       , 0.        ], dtype=float32)
    """

    @property
    def alone(self) -> bool:
        """Whether the reward of a molecule depends on this molecule alone."""
        return type(self).of_all is Reward.of_all

    def __call__(self, molecules: Sequence[Any]) -> np.ndarray:
        """The reward of each molecule, float32 [n]; 0 for what is no molecule.

        Args:
            molecules: of rdkit, or None, as `kgan.spaces.Molecules.molecules` returns.

        Raises:
            ImportError: if rdkit is missing.
            ValueError: for a reward that is not in [0, 1].
        """
        whole = np.array([chemistry.is_whole(m) for m in molecules], bool)
        rewards = np.zeros(len(molecules), "float32")
        if whole.any():
            good = [m for m, is_one in zip(molecules, whole, strict=True) if is_one]
            rewards[whole] = self.of_all(good)
        # Also false for NaN.
        fits = (rewards >= 0.0) & (rewards <= 1.0)
        if not fits.all():
            raise ValueError(
                f"Expected rewards from 0 to 1. Received: {rewards[~fits][0]} of "
                f"{type(self).__name__}."
            )
        return rewards

    def of(self, molecule: Any) -> float:
        """The reward of one molecule, in [0, 1]."""
        raise NotImplementedError

    def of_all(self, molecules: Sequence[Any]) -> Any:
        """The rewards of a batch of molecules, [n] in [0, 1]."""
        return [self.of(molecule) for molecule in molecules]


@keras.saving.register_keras_serializable("kgan")
class Validity(Reward):
    """1 for a molecule of one part, so that 0 is left for what is none."""

    def of(self, molecule: Any) -> float:
        return 1.0


@keras.saving.register_keras_serializable("kgan")
class QED(Reward):
    """Drug-likeness, see `kgan.system.chemistry.qed`."""

    def of(self, molecule: Any) -> float:
        return chemistry.qed(molecule)


class Scaled(Reward):
    """A property p of a molecule, scaled and clipped to [0, 1]:

        reward = (p - worst) / (best - worst)

    Args:
        worst: the property of a reward of 0.
        best: the property of a reward of 1; it may be below `worst`.

    Raises:
        ValueError: if both are equal, or not finite.
    """

    def __init__(self, worst: float, best: float) -> None:
        if not (math.isfinite(worst) and math.isfinite(best)) or worst == best:
            raise ValueError(
                "Expected two different numbers as worst and best. Received: "
                f"worst={worst}, best={best}."
            )
        self.worst, self.best = float(worst), float(best)

    def value(self, molecule: Any) -> float:
        """The property."""
        raise NotImplementedError

    def of(self, molecule: Any) -> float:
        share = (self.value(molecule) - self.worst) / (self.best - self.worst)
        return min(max(share, 0.0), 1.0)

    def get_config(self) -> dict[str, Any]:
        return {"worst": self.worst, "best": self.best}


@keras.saving.register_keras_serializable("kgan")
class LogP(Scaled):
    """Solubility in octanol rather than water, see `kgan.system.chemistry.logp`.

    The scale is that of MolGAN's authors.
    """

    def __init__(
        self, worst: float = -2.12178879609, best: float = 6.0429063424
    ) -> None:
        super().__init__(worst, best)

    def value(self, molecule: Any) -> float:
        return chemistry.logp(molecule)


@keras.saving.register_keras_serializable("kgan")
class SyntheticAccessibility(Scaled):
    """Ease of synthesis, see `kgan.system.chemistry.synthetic_accessibility`.

    The scale is that of MolGAN's authors: 0 from 5 up, and 1 from 1.5 down.
    """

    def __init__(self, worst: float = 5.0, best: float = 1.5) -> None:
        super().__init__(worst, best)

    def value(self, molecule: Any) -> float:
        return chemistry.synthetic_accessibility(molecule)


@keras.saving.register_keras_serializable("kgan")
class Uniqueness(Reward):
    """1 / n for a molecule that n of its batch are: the sum counts different ones.

    >>> space = kgan.spaces.Molecules(nodes=3)
    >>> kgan.rewards.get("uniqueness")(space.molecules(space.graphs(["CO", "OC", "N"])))
    array([0.5, 0.5, 1. ], dtype=float32)
    """

    def of_all(self, molecules: Sequence[Any]) -> Any:
        smiles = [chemistry.smiles_of(molecule) for molecule in molecules]
        counts = Counter(smiles)
        return [1.0 / counts[text] for text in smiles]


@keras.saving.register_keras_serializable("kgan")
class Novelty(Reward):
    """1 for a molecule that is not known, 0 for one that is.

    >>> space = kgan.spaces.Molecules(nodes=3)
    >>> kgan.rewards.Novelty(["OC"])(space.molecules(space.graphs(["CO", "N"])))
    array([0., 1.], dtype=float32)

    Args:
        known: SMILES, in any writing; those of the training set, as a rule. A saved
            model has all of them in its config.

    Raises:
        ValueError: for no SMILES.
    """

    def __init__(self, known: Iterable[str]) -> None:
        self.known = list(known)
        if not self.known:
            raise ValueError("Expected known SMILES. Received: none.")
        self._canonical = None

    def of(self, molecule: Any) -> float:
        if self._canonical is None:
            parsed = (chemistry.parse(text) for text in self.known)
            self._canonical = {chemistry.smiles_of(m) for m in parsed if m is not None}
        return float(chemistry.smiles_of(molecule) not in self._canonical)

    def get_config(self) -> dict[str, Any]:
        return {"known": self.known}


@keras.saving.register_keras_serializable("kgan")
class Product(Reward):
    """The product of rewards.

    >>> reward = kgan.rewards.get("qed*sa")
    >>> [type(factor).__name__ for factor in reward.rewards]
    ['QED', 'SyntheticAccessibility']

    Args:
        rewards: each as for `get`.

    Raises:
        ValueError: for no rewards.
    """

    def __init__(self, rewards: Sequence[Any]) -> None:
        self.rewards = [get(reward) for reward in rewards]
        if not self.rewards:
            raise ValueError("Expected at least one reward. Received: none.")

    @property
    def alone(self) -> bool:
        return all(reward.alone for reward in self.rewards)

    def of_all(self, molecules: Sequence[Any]) -> Any:
        return np.prod([reward(molecules) for reward in self.rewards], axis=0)

    def get_config(self) -> dict[str, Any]:
        serialize = keras.saving.serialize_keras_object
        return {"rewards": [serialize(reward) for reward in self.rewards]}


_REWARDS: dict[str, Callable[..., Reward]] = {
    "logp": LogP,
    "novelty": Novelty,
    "qed": QED,
    "sa": SyntheticAccessibility,
    "uniqueness": Uniqueness,
    "validity": Validity,
}


def get(identifier: Any) -> Reward:
    """The reward that `identifier` means.

    >>> kgan.rewards.get({"name": "logp", "worst": 0.0, "best": 5.0}).best
    5.0

    Args:
        identifier: "validity", "qed", "logp" (scaled), "sa" (ease of synthesis,
            scaled), "uniqueness" (within a batch), "novelty" (takes `known`); names
            with "*" between them, or a list, for a product; a dictionary of such a
            `name` and the arguments of the reward; a Keras config; or a `Reward`.

    Raises:
        ValueError: for any other `identifier`; see `kgan.system.registry.resolve`.
    """
    if isinstance(identifier, str) and _TIMES in identifier:
        identifier = [name.strip() for name in identifier.split(_TIMES)]
    if isinstance(identifier, (list, tuple)):
        return Product(identifier)
    return resolve(identifier, Reward, _REWARDS)
