"""What generated molecules are like: drug-likeness, log P, and ease of synthesis."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from kgan.metrics.molecule_metric import MoleculeMetric, properties
from kgan.metrics.value import Value
from kgan.spaces import Molecules

# Without any valid molecule: the worst of the two that have a worst.
_NONE = (0.0, 0.0, 10.0)


@keras.saving.register_keras_serializable("kgan")
class MoleculeProperties(MoleculeMetric):
    """Streaming means of QED, log P and synthetic accessibility over valid molecules.

    See `kgan.system.chemistry` for what they are. Each valid molecule counts as often
    as it is generated. What is better depends on the use; here it is what MolGAN (arXiv
    1805.11973) rewards: more drug-like, more soluble in octanol, easier to make. As the
    means are over valid molecules alone, they say nothing without the validity.

        >>> metric = kgan.metrics.MoleculeProperties()
        >>> scores = metric.score(None, ["CCO", "c1ccccc1", None])
        >>> {name: round(score.value, 3) for name, score in scores.items()}
        {'qed': 0.425, 'logp': 0.843, 'sa': 1.49}

    Args:
        space, capacity: as for `MoleculeMetric`.

    Raises:
        ValueError: for a capacity below 1.
    """

    sides = ("fake",)
    better = {"qed": "higher", "logp": "higher", "sa": "lower"}
    # Noise has few valid molecules, whose properties are as good as others.
    noise_reaches = tuple(better)

    def __init__(
        self,
        space: Molecules | dict[str, Any] | None = None,
        capacity: int = 10_000,
        name: str = "molecule_properties",
        dtype: str | None = None,
    ) -> None:
        super().__init__(space, capacity, name=name, dtype=dtype)

    def score(
        self, real: np.ndarray | None, fake: np.ndarray, *, seed: int = 0
    ) -> dict[str, Value]:
        valid = self.valid_smiles(fake)
        if not valid:
            how = f"none of {len(fake)} generated examples is a molecule"
            pairs = zip(self.better, _NONE, strict=True)
            return {name: Value(worst, None, how) for name, worst in pairs}
        numbers = np.array([properties(smiles) for smiles in valid])
        how = f"standard error over {len(valid)} valid ones of {len(fake)} examples"
        means, errors = numbers.mean(0), numbers.std(0) / np.sqrt(len(valid))
        triples = zip(self.better, means, errors, strict=True)
        return {name: Value(float(m), float(e), how) for name, m, e in triples}
