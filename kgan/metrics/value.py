"""A score with its uncertainty."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Value:
    """A score with its error: scores without errors cannot be compared.

    >>> print(kgan.metrics.Value(1.5, 0.25, "standard error over 100 examples"))
    1.5 +- 0.25 (standard error over 100 examples)

    Args:
        value: the score.
        error: the uncertainty of the score, in the same unit; None if it is not known.
        how: what `error` is and over how many examples, such as "standard error over
            10000 generated examples"; or why there is no error.
    """

    value: float
    error: float | None
    how: str

    def __str__(self) -> str:
        error = "" if self.error is None else f" +- {self.error:.3g}"
        return f"{self.value:.6g}{error} ({self.how})"
