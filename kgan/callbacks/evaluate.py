"""Scores a generator during training, and keeps the best one."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from kgan.callbacks.board import BoardCallback
from kgan.callbacks.budget import Budget
from kgan.distribute.strategies import is_chief
from kgan.evaluation import Evaluation
from kgan.evaluation.models import of_model
from kgan.results.best import Best
from kgan.results.result import Result
from kgan.results.usability import sentence, unusable
from kgan.runs.config import about_start

_log = logging.getLogger("kgan")

# The file of the newest scores, which the card of an export names.
LAST = "last.json"
_SAMPLES = 2000


class Evaluate(BoardCallback):
    """Scores samples of fixed latents every few epochs; keeps the best generator.

    The scores go to TensorBoard as score/<name>, and into the logs of the epochs that
    are scored, so that the history of `fit` and callbacks after this one have them. The
    untrained generator is scored before the first epoch, so that a model that cannot be
    scored is an error at once, and not hours later. The last epoch is always scored.

    The model with the best score so far is `log_dir`/best.keras. Its scores, and
    everything that decides them, are best.json beside it, a `kgan.evaluation.Result`;
    the newest scores are evaluations/last.json. A score that noise reaches as well says
    nothing: it is called unusable in the log, once, and chooses no best model, see
    `kgan.results.usability`. A resumed run compares with the best model from before the
    stop. This callback does not change training: it draws from seeds of its own.

    >>> evaluate = kgan.callbacks.Evaluate("logs", source, every=5)
    >>> history = model.fit(data, callbacks=[evaluate])  # doctest: +SKIP

    Args:
        log_dir: the directory of the run.
        evaluation: an `Evaluation`, which decides data, metrics, extractor and number
            of samples. Or the data that the model learns from, as `Evaluation` takes
            them, for the usual scores of 2,000 samples.
        every: epochs between evaluations, at least 1.
        by: the name of the score that decides which model is the best, such as
            "recall". Default: the first score of the evaluation's first metric.
        budget: the largest share of the time that evaluations may take, in (0, 1];
            evaluations that would take more are skipped, except for the last. None: no
            limit.

    Raises:
        ValueError: for arguments out of range; before the first epoch, if samples of
            this model cannot be scored.
    """

    def __init__(
        self,
        log_dir: str | Path,
        evaluation: Any,
        *,
        every: int = 1,
        by: str | None = None,
        budget: float | None = None,
    ) -> None:
        super().__init__(log_dir)
        if every < 1:
            raise ValueError(f"Expected every >= 1. Received: every={every}.")
        if not isinstance(evaluation, Evaluation):
            evaluation = Evaluation(evaluation, samples=_SAMPLES)
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
        self._done = self._last_scored = None
        self._unusable = set()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if self._began or not is_chief(self.model.distribute_strategy):
            return
        self._began = True
        if self._budget.share is not None:
            _log.warning(
                "kgan: evaluations may take at most a share of %g of the time and are "
                "skipped where they would take more; Evaluate(budget=...) sets it",
                self._budget.share,
            )
        self._best.resume(epoch)
        if epoch == 0:
            self._check_chooses(self._scored(0))

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if not is_chief(self.model.distribute_strategy):
            return
        self._done = epoch + 1
        last = self._done == (self.params or {}).get("epochs")
        due = self._done % self.every == 0 and self._within_budget()
        if (due or last) and logs is not None:
            logs.update(self._offered())
        elif due or last:
            self._offered()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        # Training may end early.
        if self._done is not None and self._last_scored != self._done:
            self._offered()

    def _check_chooses(self, result: Result):
        if self._best.by not in result.scores:
            reasons = " ".join(result.warnings)
            raise ValueError(
                f"Expected scores with {self._best.by}, which chooses the best model. "
                f"Received: {', '.join(result.scores) or 'none'}. {reasons} Choose "
                "another score, by `by`, or other metrics."
            )

    def _offered(self):
        """The scores of the model now, which is kept if it is the best."""
        result = self._scored_if_possible(self._done)
        self._last_scored = self._done
        if result is None:
            return {}
        self._say_unusable(result)
        self._best.offer(self.model, result)
        folder = self.log_dir / "evaluations"
        folder.mkdir(parents=True, exist_ok=True)
        result.write(folder / LAST, replace=True)
        return _numbers(result)

    def _say_unusable(self, result: Result):
        reasons = unusable(result)
        new = {k: reason for k, reason in reasons.items() if k not in self._unusable}
        self._unusable |= new.keys()
        if new:
            _log.warning("kgan: scores after epoch %d %s", self._done, sentence(new))

    def _scored(self, epochs: int):
        """The `Result` after `epochs` epochs; the scores are plotted."""
        about = {"epoch": epochs, **about_start(self.log_dir)}
        samples = of_model(self.model, "training", self.log_dir, trained=about)
        with self._budget.spending():
            result = self.evaluation.run(samples)
        numbers = _numbers(result)
        self.plot({f"score/{name}": x for name, x in numbers.items()}, epochs)
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
            _log.warning("kgan: evaluations begin to be skipped, to stay in the budget")
        self._skipped = True
        return False


def _numbers(result: Result):
    return {name: score["value"] for name, score in result.scores.items()}
