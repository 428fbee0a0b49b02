"""The base class of scores of molecules."""

from __future__ import annotations

import functools
from typing import Any

import keras
import numpy as np

from kgan.metrics.metric import Conditions, SampleMetric
from kgan.spaces import Molecules
from kgan.system import chemistry


class MoleculeMetric(SampleMetric):
    """A score of molecules: of graphs, packed as `kgan.spaces.Molecules.packed` does.

    `score` also takes SMILES, and None for what is no molecule:

        >>> metric = kgan.metrics.get("molecule_properties")
        >>> round(metric.score(None, ["CCO", "C1=CC=CC=C1", None])["logp"].value, 4)
        0.8426

    A graph is valid if it passes rdkit's checks and is one molecule: not empty, and not
    of several parts.

    Args:
        space: of the molecules, a `kgan.spaces.Molecules` or its config. Default: of up
            to 9 atoms of C, N, O and F.
        capacity: the largest number of molecules per side.

    Raises:
        ValueError: for a capacity below 1.
    """

    needs = "molecules"

    def __init__(
        self,
        space: Molecules | dict[str, Any] | None = None,
        capacity: int = 10_000,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(capacity, name=name, dtype=dtype)
        if isinstance(space, dict):
            space = keras.saving.deserialize_keras_object(space)
        self.space = space or Molecules()

    @classmethod
    def made_for(cls, conditions: Conditions) -> MoleculeMetric:
        return cls(conditions.space)

    def get_config(self) -> dict[str, Any]:
        space = keras.saving.serialize_keras_object(self.space)
        return {**super().get_config(), "space": space}

    def molecules(self, examples: Any, dummies: bool = False) -> list[Any]:
        """The molecules of one side, of rdkit; None where there is none.

        Args:
            examples: packed graphs [n, nodes, nodes], or SMILES and None.
            dummies: as for `kgan.spaces.Molecules.molecules`.

        Raises:
            ValueError: for no examples, or graphs of another shape.
            ImportError: if rdkit is missing.
        """
        if examples is None or not len(examples):
            raise ValueError(f"Expected molecules for {self.name}. Received: none.")
        if not isinstance(examples, np.ndarray) or examples.dtype.kind in "OU":
            return [s if s is None else chemistry.parse(s) for s in examples]
        if examples.shape[1:] != self.space.packed_shape:
            raise ValueError(
                f"Expected packed graphs [n, {self.space.nodes}, {self.space.nodes}]. "
                f"Received: shape {examples.shape}."
            )
        return self.space.molecules(self.space.unpacked(examples), dummies)

    def valid_smiles(self, examples: Any) -> list[str]:
        """Canonical SMILES of the valid molecules of one side; others are left out."""
        whole = filter(chemistry.is_whole, self.molecules(examples))
        return [chemistry.smiles_of(molecule) for molecule in whole]


# Generators repeat molecules, and each evaluation has the same real ones.
@functools.lru_cache(maxsize=200_000)
def descriptors(smiles: str) -> tuple[float, ...]:
    """`kgan.system.chemistry.descriptors` of a molecule, computed once."""
    return tuple(chemistry.descriptors(chemistry.parse(smiles)))


@functools.lru_cache(maxsize=200_000)
def properties(smiles: str) -> tuple[float, float, float]:
    """QED, log P and the synthetic accessibility of a molecule, computed once."""
    molecule = chemistry.parse(smiles)
    return (
        chemistry.qed(molecule),
        chemistry.logp(molecule),
        chemistry.synthetic_accessibility(molecule),
    )
