"""Frechet distance of molecules, by numbers that chemists look at."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from kgan.metrics.frechet import FrechetDistance
from kgan.metrics.molecule_metric import MoleculeMetric, descriptors
from kgan.metrics.value import Value
from kgan.spaces import Molecules
from kgan.system import chemistry


@keras.saving.register_keras_serializable("kgan")
class DescriptorDistance(MoleculeMetric):
    """Streaming Frechet distance of the descriptors of molecules.

    The distance is that of `FrechetDistance`, between Gaussians that are fitted to
    `kgan.system.chemistry.descriptors`, each in units of its standard deviation among
    real molecules. So 1 is about one standard deviation in one descriptor. Unlike the
    distance by ChemNet (FCD, arXiv 1803.09518), it needs no network, and each of its
    numbers has a name.

    What is no molecule counts with descriptors that are all 0, as a molecule without
    atoms would: the distance also falls with the validity.

        >>> metric = kgan.metrics.DescriptorDistance()
        >>> alkanes = ["C" * n for n in range(1, 10)]
        >>> alcohols = [f"{smiles}O" for smiles in alkanes]
        >>> import warnings
        >>> with warnings.catch_warnings(action="ignore"):
        ...     score = metric.score(alkanes, alcohols)["descriptor_distance"]
        >>> score.value > 1.0
        True

    Args:
        space, capacity: as for `MoleculeMetric`.

    Raises:
        ValueError: for a capacity below 1.
    """

    better = {"descriptor_distance": "lower"}

    def __init__(
        self,
        space: Molecules | dict[str, Any] | None = None,
        capacity: int = 10_000,
        name: str = "descriptor_distance",
        dtype: str | None = None,
    ) -> None:
        super().__init__(space, capacity, name=name, dtype=dtype)

    def score(
        self, real: np.ndarray | None, fake: np.ndarray, *, seed: int = 0
    ) -> dict[str, Value]:
        """See `Metric.score`; the error covers the noise of generated examples only.

        Args:
            real: molecules that are valid, packed or SMILES.
            fake: generated graphs, packed; or SMILES, and None for no molecule.
            seed: not used.

        Raises:
            ValueError: for fewer than 2 examples on a side, or another shape.

        Warns:
            UserWarning: if one side has as few examples as there are descriptors.
        """
        real, fake = self._vectors(real), self._vectors(fake)
        spread = real.std(axis=0)
        # Of what all real molecules have in equal measure, the unit stays.
        scale = np.where(spread > 0.0, spread, 1.0)
        scores = FrechetDistance().score(real / scale, fake / scale)
        return {"descriptor_distance": scores["frechet_distance"]}

    def _vectors(self, examples: Any):
        nothing = (0.0,) * len(chemistry.DESCRIPTORS)
        return np.array(
            [
                descriptors(chemistry.smiles_of(molecule))
                if chemistry.is_whole(molecule)
                else nothing
                for molecule in self.molecules(examples)
            ]
        )
