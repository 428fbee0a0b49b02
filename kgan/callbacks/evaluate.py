"""Scores a generator while it trains, and keeps the best one."""

import logging
import math

from kgan.callbacks.best import Best
from kgan.callbacks.board import BoardCallback
from kgan.callbacks.budget import Budget
from kgan.distribute import is_chief

_log = logging.getLogger("kgan")


class Evaluate(BoardCallback):
    """Scores samples of fixed latents every few epochs; keeps the best generator.

        evaluation = kgan.evaluation.Evaluation(data, samples=2000)
        model.fit(..., callbacks=[..., Evaluate("logs/dcgan", evaluation)])

    The scores go to TensorBoard and into the logs, so that `fit`'s history and
    `keras.callbacks.CSVLogger` after this callback have them; NaN for epochs without.
    Before the first epoch the untrained generator is scored: what cannot be scored is
    an error then, and not hours later.

    The model with the best score so far is `log_dir`/best.keras; its scores, and all
    that decides them, are best.json beside it, a `kgan.evaluation.Result`. A resumed
    run goes on with the best of before. Training is the same with or without: nothing
    that it draws is drawn here. Which epochs are scored depends on the time, if
    `budget` binds.

    Put it after `keras.callbacks.TensorBoard`, which would plot the scores again.

    Args:
        log_dir: as for `keras.callbacks.TensorBoard`.
        evaluation: a `kgan.evaluation.Evaluation`: the data, metrics, extractor and
            number of samples.
        every: epochs between evaluations, at least 1.
        by: the score that decides which is the best, such as "recall". Default: the
            first of the evaluation's first metric.
        budget: the largest share of the time that evaluation may take, in (0, 1]; above
            it, evaluations are left out. None: no limit.

    Raises:
        ValueError: for arguments out of range; before the first epoch, if samples of
            this model cannot be scored.
    """

    def __init__(self, log_dir, evaluation, *, every=1, by=None, budget=0.2):
        super().__init__(log_dir)
        if every < 1:
            raise ValueError(f"Expected every >= 1. Received: every={every}.")
        self.evaluation = evaluation
        self.every = every
        self._names = [n for metric in evaluation.metrics for n in metric.better]
        if by is not None and by not in self._names:
            raise ValueError(
                f"Expected by to be one of {', '.join(self._names)}, which the "
                f"evaluation has. Received: by={by!r}."
            )
        self._budget = Budget(budget)
        self._best = Best(self.log_dir, by or self._names[0])

    def on_train_begin(self, logs=None):
        self._budget.start()
        self._began = self._left_out = False

    def on_epoch_begin(self, epoch, logs=None):
        if self._began or not is_chief(self.model.distribute_strategy):
            return
        self._began = True
        self._best.resume(epoch)
        if epoch == 0:
            self._scored(0)

    def on_epoch_end(self, epoch, logs=None):
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

    def _scored(self, epochs):
        """The `Result` after so many epochs."""
        # It imports callbacks.
        from kgan.evaluation.samples import of_model

        about = {"epoch": epochs}
        samples = of_model(self.model, "training", self.log_dir, trained=about)
        with self._budget.spending():
            result = self.evaluation.run(samples)
        numbers = _numbers(result)
        self.plot({f"evaluation/{name}": x for name, x in numbers.items()}, epochs)
        return result

    def _scored_if_possible(self, epochs):
        try:
            return self._scored(epochs)
        except ValueError as error:
            # Such as NaN: no reason for this callback to end the training.
            _log.warning("kgan: no score after epoch %d: %s", epochs, error)
            return None

    def _within_budget(self):
        if self._budget.allows():
            return True
        if not self._left_out:
            _log.warning(
                "kgan: evaluations are left out to take at most %g of the time; "
                "Evaluate(budget=...) sets it",
                self._budget.share,
            )
        self._left_out = True
        return False


def _numbers(result):
    return {name: score["value"] for name, score in result.scores.items()}
