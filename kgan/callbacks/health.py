"""Warns when a game goes wrong, and says what to try."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import keras

from kgan import health
from kgan.callbacks.board import BoardCallback
from kgan.callbacks.budget import Budget
from kgan.callbacks.checkpoint import Checkpoint
from kgan.data import Source
from kgan.distribute.strategies import is_chief
from kgan.health.reference import SAMPLES, Reference
from kgan.random import seeds
from kgan.spaces.sampling import sampling
from kgan.system.finite import all_finite, not_finite_variables

_log = logging.getLogger("kgan")

# Short epochs are checked together: the means of few steps are noisy.
_STEPS = 100
# Problems that the means of an epoch show.
_GAME_SIGNS = "imbalance", "overfitting", "saturation", "deception", "instability"


class Diverged(FloatingPointError):  # noqa: N818, like kgan.callbacks.Interrupted
    """A term of the game is NaN or infinite, and training stops."""


class Health(BoardCallback):
    """Watches a game for the problems that are typical of games.

    - A term is NaN or infinite. Each step is checked, in the logs that Keras fetches
      anyway. Training stops with `Diverged`, or rolls back to the last state of
      `checkpoint`, lowers the learning rates, and continues with the next data.
    - D is saturated, or fooled, or worse than guessing. Only losses whose logits are
      log-odds show this.
    - D overfits, although `kgan.layers.AdaptiveAugment` does all that it may.
    - A BEGAN's controller is at an end of its range, or L(G(z)) overtakes L(x).
    - G collapses: the diversity of samples of fixed latents falls, or stays, far below
      that of real images.
    - G memorizes training images.

    All but the first are checked at the end of an epoch, if at least 100 steps have
    passed since the last check. Each problem is reported once, in one sentence, until
    it ends: in the log "kgan", and as text in TensorBoard, where diversity and copies
    are plotted too. `kgan.health` says how each problem is recognized.

    On several machines, all machines need this callback: they stop and roll back
    together. One machine checks the samples.

    >>> checkpoint = kgan.callbacks.Checkpoint("checkpoints", data)
    >>> health = kgan.callbacks.Health("logs", source, checkpoint=checkpoint)
    >>> history = model.fit(
    ...     data, callbacks=[checkpoint, health]
    ... )  # doctest: +SKIP

    Args:
        log_dir: the directory of `keras.callbacks.TensorBoard`.
        source: the source of the training data; None: samples are not checked.
        checkpoint: the `Checkpoint` to roll back to, which stands before this callback
            in the callbacks of `fit`; None: training stops instead.
        rollbacks: the number of rollbacks after which training stops, at least 0.
        factor: a rollback multiplies the learning rate of each player by this number,
            in (0, 1).
        patience: the number of checks in a row that must show a problem before it is
            reported.
        budget: the largest share of the time that checks of samples may take, in
            (0, 1]; checks that would take more are skipped. None: no limit.

    Raises:
        ValueError: for arguments out of range; when training begins, if `checkpoint`
            does not stand before this callback, or if learning rates cannot be lowered
            because they follow a schedule.
        Diverged: during training, see above.
    """

    def __init__(
        self,
        log_dir: str | Path,
        source: Source | None = None,
        *,
        checkpoint: Checkpoint | None = None,
        rollbacks: int = 4,
        factor: float = 0.25,
        patience: int = 3,
        budget: float | None = 0.05,
    ) -> None:
        super().__init__(log_dir)
        _check(rollbacks, factor)
        self.source = source
        self.checkpoint = checkpoint
        self.rollbacks = rollbacks
        self.factor = factor
        self._budget = Budget(budget)
        names = [*_GAME_SIGNS, "collapse", "memorization"]
        self._episodes = {name: health.Episode(patience) for name in names}
        self._real = None
        # Without rollbacks, Keras need not wait for the logs of each step.
        self.async_safe = checkpoint is None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._budget.start()
        self._rolled_back = 0
        self._diversities = []
        self._checks_samples = (
            self.source is not None
            and sampling(self.model.built_endpoints()) is not None
        )
        self._began = False
        self._steps = self._seen = 0
        if self.checkpoint is not None:
            _check_begun(self.checkpoint)
            for optimizer in self._optimizers():
                _check_rate(optimizer, self.model.optimizer.schedules_rates)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epoch = epoch
        self._seen = 0
        if self.checkpoint is not None and not self._began:
            self.checkpoint.save_first()
        self._began = True

    # NaN and infinity

    def on_train_batch_end(
        self, batch: int, logs: dict[str, Any] | None = None
    ) -> None:
        self._steps += batch + 1 - self._seen
        self._seen = batch + 1
        sentence = health.divergence(logs) if logs else None
        if sentence is not None:
            self._diverged(f"step {batch + 1} of epoch {self._epoch + 1}: {sentence}")
            # NaN would stay in the means that the progress bar shows.
            logs.clear()

    def _diverged(self, sentence: str):
        """Stops training, or rolls back."""
        if self.checkpoint is None:
            self._stop(f"{sentence}, or roll back (--on-nan roll_back)")
        if self._rolled_back == self.rollbacks:
            self._stop(f"{sentence}; {self.rollbacks} rollbacks did not help")
        place = self.checkpoint.roll_back(self._lower_rates)
        if place is None:
            self._stop(f"{sentence}; there is no state to roll back to")
        self._rolled_back += 1
        rates = ", ".join(f"{_rate(o):.3g}" for o in self._optimizers())
        self._say(
            "divergence",
            f"{sentence}; rolled back to epoch {place[0] + 1}, step {place[1]}, with "
            f"learning rates {rates} (rollback {self._rolled_back} of at most "
            f"{self.rollbacks})",
        )

    def _stop(self, sentence: str):
        self._say("divergence", sentence)
        raise Diverged(f"Training stopped at {sentence}.")

    def _lower_rates(self):
        for optimizer in self._optimizers():
            optimizer.learning_rate = _rate(optimizer) * self.factor

    def _optimizers(self):
        return self.model.optimizer.optimizers

    # At the end of an epoch

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if self._steps < _STEPS:
            return
        self._steps = 0
        # A ReLU can turn NaN into 0, so that no term shows it.
        broken = not_finite_variables(self.model.weights)
        if broken:
            self._diverged(f"end of epoch {epoch + 1}: {health.breakage(broken)}")
        if not is_chief(self.model.distribute_strategy):
            return
        sentences = _of_the_game(logs or {})
        if self._checks_samples and self._budget.allows():
            with self._budget.spending():
                sentences.update(self._of_samples())
        for name, sentence in sentences.items():
            sentence = self._episodes[name].update(sentence)
            if sentence is not None:
                self._say(name, f"epoch {epoch + 1}: {sentence}")

    def _of_samples(self):
        """A sentence, or None, about each problem that samples show, by name."""
        if self._real is None:
            self._real = Reference(self.source)
        (samples,) = self._samples().values()
        vectors, real = self.source.space.vectors(samples), self._real
        if not all_finite(vectors):
            return {}
        self._diversities.append(health.effective_number(vectors, real.width))
        copies = health.share_of_copies(vectors, real.examples)
        numbers = {
            "health/diversity": self._diversities[-1] / real.diversity,
            "health/copies": copies,
        }
        self.plot(numbers, self._epoch + 1)
        return {
            "collapse": health.collapse(self._diversities, real.diversity),
            "memorization": health.memorization(copies, real.copies, len(vectors)),
        }

    def _samples(self):
        """Examples that are made from latents alone."""
        endpoint = self.model.endpoint(sampling(self.model.built_endpoints()))
        return endpoint.sample(SAMPLES, seeds.derive(0, "health"))

    def _say(self, name: str, sentence: str):
        sentence = f"{sentence[0].upper()}{sentence[1:]}."
        if is_chief(self.model.distribute_strategy):
            _log.warning("kgan: %s", sentence)
            self.tell(f"health/{name}", sentence, self._epoch + 1)


def _of_the_game(logs: dict[str, Any]):
    """A sentence, or None, about each problem in the means of an epoch, by name."""
    found = {"imbalance": health.imbalance(logs)}
    if "augment/r_t" in logs:
        found["overfitting"] = health.overfitting(
            logs["augment/r_t"], logs["augment/p"]
        )
    if not {"d_real", "d_fake", "value"} <= logs.keys():
        return found
    d_real, d_fake = logs["d_real"], logs["d_fake"]
    fooled = health.deception(d_real, d_fake)
    return {
        **found,
        "saturation": health.saturation(d_real, d_fake),
        "deception": fooled,
        # A fooled D is also worse than guessing; one report is enough.
        "instability": None if fooled else health.instability(logs["value"]),
    }


def _check(rollbacks: int, factor: float):
    if rollbacks < 0:
        raise ValueError(f"Expected rollbacks >= 0. Received: rollbacks={rollbacks}.")
    if not 0 < factor < 1:
        raise ValueError(f"Expected 0 < factor < 1. Received: factor={factor}.")


def _rate(optimizer: keras.optimizers.Optimizer):
    return float(keras.ops.convert_to_numpy(optimizer.learning_rate))


def _check_begun(checkpoint: Checkpoint):
    if not hasattr(checkpoint, "state"):
        raise ValueError(
            "Expected the Checkpoint of Health to stand before Health in the callbacks "
            f"of fit. Received: {checkpoint!r}, which has not begun to train."
        )


def _check_rate(optimizer: keras.optimizers.Optimizer, scheduled: bool):
    if scheduled or not isinstance(optimizer.learning_rate, keras.Variable):
        raise ValueError(
            "Expected learning rates that are numbers, because a rollback lowers them. "
            f"Received: {optimizer.name} with a schedule. Remove the schedule; or "
            "remove `checkpoint`, so that training stops instead of rolling back."
        )
