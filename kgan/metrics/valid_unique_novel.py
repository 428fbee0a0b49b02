"""How many generated graphs are molecules, different ones, and new ones.

Simonovsky and Komodakis 2018 (GraphVAE, arXiv 1802.03480) and De Cao and Kipf 2018
(MolGAN, arXiv 1805.11973) report these shares. Of n generated graphs, let V be the list
of the valid ones, U the set of different ones among them, and T the training set:

    validity      = |V| / n
    uniqueness    = |U| / |V|
    novelty       = |those of V that are not in T| / |V|
    new_molecules = |those of U that are not in T| / n

Molecules are equal if their canonical SMILES are.
"""

from __future__ import annotations

from typing import Any, Literal

import keras
import numpy as np

from kgan.metrics.molecule_metric import MoleculeMetric
from kgan.metrics.precision_recall import share
from kgan.metrics.value import Value
from kgan.spaces import Molecules
from kgan.system import chemistry


@keras.saving.register_keras_serializable("kgan")
class ValidUniqueNovel(MoleculeMetric):
    """Streaming validity, uniqueness, novelty, and the share of new molecules.

    >>> metric = kgan.metrics.get("valid_unique_novel")
    >>> scores = metric.score(None, ["C", "C", "CO", "C.O"], known=["C"])
    >>> [round(score.value, 2) for score in scores.values()]
    [0.75, 0.67, 0.33, 0.25]

    None of the first three is good alone. A generator that makes methane alone is
    valid; noise is novel; and one that copies the training set is valid and unique.
    `new_molecules` needs all three. Where numbers of papers are compared:

    - Uniqueness falls with the number of generated graphs, so that only scores of equal
      numbers compare. So does `new_molecules`.
    - Uniqueness and novelty are shares of the valid graphs. Few valid ones are easily
      all different.
    - Novelty counts a molecule each time that it is generated, as in MolGAN's program.
    - The program of MolGAN's authors is more generous, see `protocol`.
    - With few valid graphs, or small molecules, novelty says that a set is small: few
      molecules of up to 9 atoms are reasonable that QM9 does not have.

    Args:
        space: as for `MoleculeMetric`.
        protocol: "strict": what is valid is one molecule. "molgan", for comparison with
            published numbers: as in the program of MolGAN's authors, parts count as a
            molecule, and absent atoms are dummy atoms that accept any bond. A molecule
            with an absent atom then never equals one of the training set.
        capacity: the largest number of molecules per side, `known` included.

    Raises:
        ValueError: for another protocol, or a capacity below 1.
    """

    sides = ("fake", "known")
    better = {
        "validity": "higher",
        "uniqueness": "higher",
        "novelty": "higher",
        "new_molecules": "higher",
    }
    noise_reaches = ("uniqueness", "novelty")

    def __init__(
        self,
        space: Molecules | dict[str, Any] | None = None,
        protocol: Literal["strict", "molgan"] = "strict",
        capacity: int = 10_000,
        name: str = "valid_unique_novel",
        dtype: str | None = None,
    ) -> None:
        super().__init__(space, capacity, name=name, dtype=dtype)
        if protocol not in ("strict", "molgan"):
            raise ValueError(
                f"Expected protocol 'strict' or 'molgan'. Received: {protocol!r}."
            )
        self.protocol = protocol
        self._last_known = None, frozenset()

    def score(
        self,
        real: np.ndarray | None,
        fake: np.ndarray,
        *,
        known: Any = None,
        seed: int = 0,
    ) -> dict[str, Value]:
        """See `Metric.score`.

        Args:
            real: not used.
            fake: the generated graphs, packed; or SMILES, and None for no molecule.
            known: the training set, in the same form.
            seed: not used.

        Raises:
            ValueError: for no examples on a side, or graphs of another shape.
        """
        training = self._training(known)
        valid = self._valid(fake)
        new = [smiles for smiles in valid if smiles not in training]
        n, many = len(fake), len(valid)
        return {
            "validity": share(many / n, n, "generated"),
            "uniqueness": Value(
                len(set(valid)) / max(many, 1),
                None,
                f"falls with their number: {many} valid ones of {n} generated",
            ),
            "novelty": share(len(new) / max(many, 1), max(many, 1), "valid"),
            "new_molecules": Value(
                len(set(new)) / n, None, f"falls with their number: {n} generated"
            ),
        }

    def _valid(self, examples: Any):
        if self.protocol == "strict":
            return self.valid_smiles(examples)
        molecules = self.molecules(examples, dummies=True)
        return [chemistry.smiles_of(m) for m in molecules if m is not None]

    def _training(self, known: Any):
        """The SMILES of the training set, which is the same in each evaluation."""
        if known is None or known is not self._last_known[0]:
            self._last_known = known, frozenset(self.valid_smiles(known))
        return self._last_known[1]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "protocol": self.protocol}
