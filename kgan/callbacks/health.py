"""Says when a game goes wrong, and what to try."""

import logging

import keras
import numpy as np

from kgan import health, seeds
from kgan.callbacks.board import BoardCallback
from kgan.callbacks.budget import Budget
from kgan.callbacks.reference import SAMPLES, Reference
from kgan.distribute import is_chief

_log = logging.getLogger("kgan")

# Shorter epochs are looked at together: noise of few steps is no trouble.
_STEPS = 100


class Diverged(FloatingPointError):  # noqa: N818, like kgan.callbacks.Interrupted
    """A term of the game is NaN or infinite, and training does not go on."""


class Health(BoardCallback):
    """Watches a game for what goes wrong in games.

    - A term is NaN or infinite: seen at each step, in what Keras fetches anyway.
      Training stops with `Diverged`, or rolls back to the last state of `checkpoint`
      with lower learning rates, and goes on from there with the data that comes next.
    - D is saturated, or fooled, or worse than guessing; where the loss's logits are
      log-odds.
    - G collapses: the diversity of samples of fixed latents falls, or stays, far below
      that of real images.
    - G learns training images by heart.

    All but the first are looked for at the end of an epoch, once 100 steps have passed
    since the last look. Each is one sentence, said once as long as it lasts: in the
    log "kgan", and as text in TensorBoard, where diversity and copies are plotted too.
    See `kgan.health` for how each is told.

    On several machines, all need this callback: they stop and roll back together. One
    of them looks.

    Args:
        log_dir: as for `keras.callbacks.TensorBoard`.
        source: the `kgan.data.Source` of the training data; None: samples are not
            looked at.
        checkpoint: the `Checkpoint` of the same `fit`, before this callback in its
            list, to roll back to; None: stop.
        rollbacks: how many before training stops all the same.
        factor: what a rollback multiplies both learning rates by, in (0, 1).
        patience: looks in a row that must show a trouble before it is said.
        budget: the largest share of the time that looking may take, in (0, 1]; above
            it, epochs are left out. None: no limit.

    Raises:
        ValueError: for arguments out of range, or, when training begins, for learning
            rates that cannot be lowered because they follow a schedule.
        Diverged: in training.
    """

    def __init__(
        self,
        log_dir,
        source=None,
        *,
        checkpoint=None,
        rollbacks=4,
        factor=0.25,
        patience=3,
        budget=0.05,
    ):
        super().__init__(log_dir)
        _check(rollbacks, factor)
        self.source = source
        self.checkpoint = checkpoint
        self.rollbacks = rollbacks
        self.factor = factor
        self._budget = Budget(budget)
        names = ("saturation", "deception", "instability", "collapse", "memorization")
        self._episodes = {name: health.Episode(patience) for name in names}
        self._real = None
        # Without rollbacks, Keras need not wait for each step's logs.
        self.async_safe = checkpoint is None

    def on_train_begin(self, logs=None):
        self._budget.start()
        self._rolled_back = 0
        self._diversities = []
        self._began = False
        self._steps = self._seen = 0
        if self.checkpoint is not None:
            _check_begun(self.checkpoint)
            for optimizer in self._optimizers():
                _check_rate(optimizer)

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch
        self._seen = 0
        if self.checkpoint is not None and not self._began:
            self.checkpoint.save_first()
        self._began = True

    # NaN and infinity

    def on_train_batch_end(self, batch, logs=None):
        self._steps += batch + 1 - self._seen
        self._seen = batch + 1
        sentence = health.divergence(logs) if logs else None
        if sentence is not None:
            self._diverged(f"step {batch + 1} of epoch {self._epoch + 1}: {sentence}")
            # They would stay in the means that the progress bar shows.
            logs.clear()

    def _diverged(self, sentence):
        """Stops, or rolls back."""
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

    def _stop(self, sentence):
        self._say("divergence", sentence)
        raise Diverged(f"Training stopped at {sentence}.")

    def _lower_rates(self):
        for optimizer in self._optimizers():
            optimizer.learning_rate = _rate(optimizer) * self.factor

    def _optimizers(self):
        return self.model.d_optimizer, self.model.g_optimizer

    # At the end of an epoch

    def on_epoch_end(self, epoch, logs=None):
        if self._steps < _STEPS:
            return
        self._steps = 0
        # A ReLU can make 0 of NaN, so that no term shows it.
        broken = _broken(self.model.weights)
        if broken:
            self._diverged(f"end of epoch {epoch + 1}: {health.breakage(broken)}")
        if not is_chief(self.model.distribute_strategy):
            return
        found = _of_the_game(logs or {})
        if self.source is not None and self._budget.allows():
            with self._budget.spending():
                found.update(self._look_at_samples())
        for name, sentence in found.items():
            sentence = self._episodes[name].update(sentence)
            if sentence is not None:
                self._say(name, f"epoch {epoch + 1}: {sentence}")

    def _look_at_samples(self):
        if self._real is None:
            self._real = Reference(self.source)
        samples = self.model.generate(SAMPLES, seed=seeds.derive(0, "health"))
        if not np.isfinite(samples).all():
            return {}
        vectors, real = health.comparable(samples), self._real
        self._diversities.append(health.effective_number(vectors, real.width))
        copies = health.share_of_copies(vectors, real.examples)
        numbers = {
            "health/diversity": self._diversities[-1] / real.diversity,
            "health/copies": copies,
        }
        self.plot(numbers, self._epoch + 1)
        return {
            "collapse": health.collapse(self._diversities, real.diversity),
            "memorization": health.memorization(copies, real.copies, len(samples)),
        }

    def _say(self, name, sentence):
        sentence = f"{sentence[0].upper()}{sentence[1:]}."
        if is_chief(self.model.distribute_strategy):
            _log.warning("kgan: %s", sentence)
            self.tell(f"health/{name}", sentence, self._epoch + 1)


def _of_the_game(logs):
    """The sentences that the means of an epoch give reason for, by name."""
    if not {"d_real", "d_fake", "value"} <= logs.keys():
        return {}
    d_real, d_fake = logs["d_real"], logs["d_fake"]
    fooled = health.deception(d_real, d_fake)
    return {
        "saturation": health.saturation(d_real, d_fake),
        "deception": fooled,
        # A D that is fooled is worse than guessing too.
        "instability": None if fooled else health.instability(logs["value"]),
    }


def _check(rollbacks, factor):
    if rollbacks < 0:
        raise ValueError(f"Expected rollbacks >= 0. Received: rollbacks={rollbacks}.")
    if not 0 < factor < 1:
        raise ValueError(f"Expected 0 < factor < 1. Received: factor={factor}.")


def _rate(optimizer):
    return float(keras.ops.convert_to_numpy(optimizer.learning_rate))


def _broken(weights):
    """The names of those with NaN or infinite values."""
    values = [(weight.path, keras.ops.convert_to_numpy(weight)) for weight in weights]
    return [path for path, value in values if not np.isfinite(value).all()]


def _check_begun(checkpoint):
    if not hasattr(checkpoint, "state"):
        raise ValueError(
            "Expected the Checkpoint to roll back to before Health in the callbacks of "
            f"fit. Received: {checkpoint!r}, which has not begun."
        )


def _check_rate(optimizer):
    if not isinstance(optimizer.learning_rate, keras.Variable):
        raise ValueError(
            "A rollback lowers learning rates, which cannot be done to a schedule: "
            f"expected numbers. Received: {optimizer.name} with one. Leave it "
            "out; or `checkpoint`, so that training stops instead."
        )
