"""Scores a generator during training, and keeps the best one."""

from __future__ import annotations

import logging
import math
from pathlib import Path
from typing import Any

from kgan.callbacks.board import BoardCallback
from kgan.callbacks.budget import Budget
from kgan.distribute.strategies import is_chief
from kgan.evaluation import Evaluation
from kgan.evaluation.models import of_model
from kgan.results.best import Best
from kgan.results.result import Result

_log = logging.getLogger("kgan")


class Evaluate(BoardCallback):
    """Scores samples of fixed latents every few epochs; keeps the best generator.

    The scores go to TensorBoard and into the logs, so that the history of `fit` and a
    `keras.callbacks.CSVLogger` after this callback have them; they are NaN for epochs
    without evaluation. The untrained generator is scored before the first epoch, so
    that a model that cannot be scored is an error at once, and not hours later.

    The model with the best score so far is `log_dir`/best.keras. Its scores, and
    everything that decides them, are best.json beside it, a `kgan.evaluation.Result`. A
    resumed run compares with the best model from before the stop. This callback does
    not change training: it draws from seeds of its own. Which epochs are scored
    depends on the speed of the machine if `budget` is reached.

    Put this callback after `keras.callbacks.TensorBoard`, which would otherwise plot
    the scores a second time.

    >>> evaluation = kgan.evaluation.Evaluation(kgan.recipes.Data("ring"), samples=500)
    >>> evaluate = kgan.callbacks.Evaluate("logs", evaluation, every=5, by="modes")
    >>> history = model.fit(data, callbacks=[evaluate])  # doctest: +SKIP

    Args:
        log_dir: the directory of `keras.callbacks.TensorBoard`.
        evaluation: the data, metrics, extractor and number of samples.
        every: epochs between evaluations, at least 1.
        by: the name of the score that decides which model is the best, such as
            "recall". Default: the first score of the evaluation's first metric.
        budget: the largest share of the time that evaluations may take, in (0, 1];
            evaluations that would take more are skipped. None: no limit.

    Raises:
        ValueError: for arguments out of range; before the first epoch, if samples of
            this model cannot be scored.
    """

    def __init__(
        self,
        log_dir: str | Path,
        evaluation: Evaluation,
        *,
        every: int = 1,
        by: str | None = None,
        budget: float | None = 0.2,
    ) -> None:
        super().__init__(log_dir)
        if every < 1:
            raise ValueError(f"Expected every >= 1. Received: every={every}.")
        self.evaluation = evaluation
        self.every = every
        self._names = [n for metric in evaluation.metrics for n in metric.better]
        if by is not None and by not in self._names:
            raise ValueError(
                f"Expected by to be a score of the evaluation: "
                f"{', '.join(self._names)}. Received: by={by!r}."
            )
        self._budget = Budget(budget)
        self._best = Best(self.log_dir, by or self._names[0])

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._budget.start()
        self._began = self._skipped = False

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if self._began or not is_chief(self.model.distribute_strategy):
            return
        self._began = True
        self._best.resume(epoch)
        if epoch == 0:
            self._scored(0)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if not is_chief(self.model.distribute_strategy):
            return
        result = None
        if (epoch + 1) % self.every == 0 and self._within_budget():
            result = self._scored_if_possible(epoch + 1)
        numbers = dict.fromkeys(self._names, math.nan)
        if result is not None:
            numbers.update(_numbers(result))
            self._best.offer(self.model, result)
        if logs is not None:
            logs.update(numbers)

    def _scored(self, epochs: int):
        """The `Result` after `epochs` epochs; the scores are plotted."""
        about = {"epoch": epochs}
        samples = of_model(self.model, "training", self.log_dir, trained=about)
        with self._budget.spending():
            result = self.evaluation.run(samples)
        numbers = _numbers(result)
        self.plot({f"evaluation/{name}": x for name, x in numbers.items()}, epochs)
        return result

    def _scored_if_possible(self, epochs: int):
        try:
            return self._scored(epochs)
        except ValueError as error:
            # Samples with NaN, for example: `Health` decides whether training ends.
            _log.warning("kgan: no score after epoch %d: %s", epochs, error)
            return None

    def _within_budget(self):
        if self._budget.allows():
            return True
        if not self._skipped:
            _log.warning(
                "kgan: some evaluations are skipped, because they may take at most a "
                "share of %g of the time; Evaluate(budget=...) sets this share",
                self._budget.share,
            )
        self._skipped = True
        return False


def _numbers(result: Result):
    return {name: score["value"] for name, score in result.scores.items()}
