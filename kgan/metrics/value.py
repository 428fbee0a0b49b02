"""A score with its uncertainty."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Value:
    """A number that says how sure it is, since a bare score is not comparable.

    Args:
        value: the score.
        error: its uncertainty, in the same unit; None if there is none to give.
        how: what `error` is and over how many examples, such as "standard error over
            10000 generated examples", or why there is none.
    """

    value: float
    error: float | None
    how: str

    def __str__(self):
        error = "" if self.error is None else f" +- {self.error:.3g}"
        return f"{self.value:.6g}{error} ({self.how})"
