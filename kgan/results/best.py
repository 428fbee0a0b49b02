"""Keeps the best model of a run on disk."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kgan.results.comparison import differences
from kgan.results.result import Result, read_result
from kgan.results.usability import why_unusable
from kgan.system.files import atomic_file

_log = logging.getLogger("kgan")

MODEL, RESULT = "best.keras", "best.json"


class Best:
    """Saves the model with the best score as best.keras, and its scores as best.json.

    >>> best = kgan.results.best.Best(".", by="frechet_distance")
    >>> best.model_path.name, best.result_path.name
    ('best.keras', 'best.json')

    Args:
        folder: the directory of both files.
        by: the name of the score that decides.
    """

    def __init__(self, folder: str | Path, by: str) -> None:
        self.model_path = Path(folder) / MODEL
        self.result_path = Path(folder) / RESULT
        self.by = by
        self._result = None

    def resume(self, epochs: int) -> None:
        """Continues with the best model that is on disk, if there is one.

        Args:
            epochs: the number of epochs that the resumed run has done. A best model
                of a later epoch is replaced, because the run repeats that epoch.

        Raises:
            ValueError: if best.json is damaged.
        """
        self._result = None
        if not self.result_path.exists():
            return
        saved = read_result(self.result_path)
        if saved.samples.get("epoch", math.inf) <= epochs:
            self._result = saved
        else:
            self._log_replacement(
                [f"it is of a later epoch than the {epochs} that the run has done"]
            )

    def offer(self, model: Any, result: Result) -> bool:
        """Saves `model` if it is the best so far.

        If the saved model was scored under other conditions, the two scores are not
        comparable, and `model` replaces it.

        Args:
            model: a `keras.Model`.
            result: the scores of `model`.

        Returns:
            True if `model` was saved; False if it is not better, or its score is NaN,
            infinite or unusable, see `kgan.results.usability`.

        Raises:
            KeyError: if the result has no score named `by`.
        """
        score = result.scores[self.by]
        if not math.isfinite(score["value"]) or why_unusable(score):
            return False
        if self._result is not None and not self._is_better(result):
            return False
        with atomic_file(self.model_path) as partial:
            model.save(partial)
        with atomic_file(self.result_path) as partial:
            result.write(partial)
        self._result = result
        return True

    def _is_better(self, result: Result):
        reasons = [d.sentence() for d in differences(self._result, result)]
        if self.by not in self._result.scores:
            reasons.append(f"it has no {self.by}")
        if reasons:
            self._log_replacement(reasons)
            return True
        new, old = (r.scores[self.by] for r in (result, self._result))
        gain = new["value"] - old["value"]
        return gain > 0 if new["better"] == "higher" else gain < 0

    def _log_replacement(self, reasons: Sequence[str]):
        _log.warning("kgan: %s is replaced: %s", self.model_path, "; ".join(reasons))
