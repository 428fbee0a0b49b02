"""The best model of a run, on disk."""

import logging
import math
from pathlib import Path

from kgan.files import atomic_file

_log = logging.getLogger("kgan")

MODEL, RESULT = "best.keras", "best.json"


class Best:
    """Keeps the model with the best score as best.keras, with best.json beside it.

    Args:
        folder: where they are.
        by: the name of the score.
    """

    def __init__(self, folder, by):
        self.model_path = Path(folder) / MODEL
        self.result_path = Path(folder) / RESULT
        self.by = by
        self._result = None

    def resume(self, epochs):
        """Goes on with what is kept.

        Args:
            epochs: the number done. A best of later ones will be made again.

        Raises:
            ValueError: if best.json is damaged.
        """
        from kgan.evaluation.result import read_result

        self._result = None
        if not self.result_path.exists():
            return
        kept = read_result(self.result_path)
        if kept.samples.get("epoch", math.inf) <= epochs:
            self._result = kept
        else:
            self._tell_of_replacement(
                [f"{epochs} epochs are done, it is of a later one"]
            )

    def offer(self, model, result):
        """Keeps `model` if it is the best so far.

        What was measured otherwise is not compared with, but replaced.

        Args:
            model: a `keras.Model`.
            result: its `kgan.evaluation.Result`.

        Returns:
            Whether it is.
        """
        if not math.isfinite(result.scores[self.by]["value"]):
            return False
        if self._result is not None and not self._is_better(result):
            return False
        with atomic_file(self.model_path) as partial:
            model.save(partial)
        with atomic_file(self.result_path) as partial:
            result.write(partial)
        self._result = result
        return True

    def _is_better(self, result):
        from kgan.evaluation.comparison import differences

        found = differences(self._result, result)
        if self.by not in self._result.scores:
            found.append(f"it has no {self.by}")
        if found:
            self._tell_of_replacement(found)
            return True
        new, old = (r.scores[self.by] for r in (result, self._result))
        gain = new["value"] - old["value"]
        return gain > 0 if new["better"] == "higher" else gain < 0

    def _tell_of_replacement(self, reasons):
        _log.warning("kgan: %s is replaced: %s", self.model_path, "; ".join(reasons))
