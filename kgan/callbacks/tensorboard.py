"""Keras' TensorBoard callback, with tags that follow a plan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from kgan.callbacks.board import write_scalars, writer_of
from kgan.core.game import Game

VALIDATION = "val_"
# Logs of other callbacks -> their tags.
_RATES = {"images/s": "rate/images_per_second"}


class TensorBoard(keras.callbacks.TensorBoard):
    """Writes the logs of each epoch under tags that follow a plan.

    TensorBoard shows one section per first word of the tags:

    - `loss/d` is the loss of the player `d`, `loss/d/adversarial` a term of it;
    - `game/value`, `game/jsd`, `game/d_real`: what else the model logs;
    - `score/frechet_distance`: what other callbacks log, such as `Evaluate`;
    - `rate/learning_rate_d`, `rate/images_per_second`.

    A run is one row in TensorBoard's list of runs. With validation data there is a
    second row, <run>/validation, with the same tags, so that one chart shows both.
    Steps are epochs, counted from 1.

    >>> board = kgan.callbacks.TensorBoard("logs")
    >>> history = model.fit(data, verbose=0, callbacks=[board])
    >>> board.tag("d_loss"), board.tag("d_real")
    ('loss/d', 'game/d_real')

    Args:
        log_dir: the directory of the run.
        write_graph: whether to write the graph of the training step.
        **kwargs: as for `keras.callbacks.TensorBoard`.
    """

    def __init__(
        self,
        log_dir: str | Path = "logs",
        *,
        write_graph: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(str(log_dir), write_graph=write_graph, **kwargs)

    def tag(self, name: str) -> str:
        """The tag of a name in the logs, see `tag_of`."""
        return tag_of(name, self.model)

    @property
    def _train_writer(self) -> tf.summary.SummaryWriter:
        # Not Keras' own, for <run>/train, which would be another row.
        return writer_of(self.log_dir)

    def on_train_batch_end(
        self, batch: int, logs: dict[str, Any] | None = None
    ) -> None:
        if self.update_freq == "epoch":
            logs = None
        elif logs:
            logs = {self.tag(name): value for name, value in logs.items()}
        super().on_train_batch_end(batch, logs)

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        # Keras would write the means again, under tags of their own.
        self._pop_writer()

    def _log_epoch_metrics(self, epoch: int, logs: dict[str, Any] | None) -> None:
        logs = dict(logs or {})
        held_out = {
            name.removeprefix(VALIDATION): logs.pop(name)
            for name in list(logs)
            if name.startswith(VALIDATION)
        }
        self._collect_learning_rate(logs)
        numbers = {self.tag(name): value for name, value in logs.items()}
        write_scalars(self._train_writer, self.log_dir, numbers, epoch + 1)
        if held_out:
            numbers = {self.tag(name): value for name, value in held_out.items()}
            place = Path(self.log_dir) / "validation"
            write_scalars(self._val_writer, place, numbers, epoch + 1)


def tag_of(name: str, model: Game) -> str:
    """The tag in TensorBoard of a name in the logs of `fit`.

    >>> from kgan.callbacks.tensorboard import tag_of
    >>> tag_of("g_loss", model), tag_of("g/feature_matching", model)
    ('loss/g', 'loss/g/feature_matching')
    >>> tag_of("images/s", model), tag_of("recall", model)
    ('rate/images_per_second', 'score/recall')

    Args:
        name: without "val_".
        model: whose players and terms decide the group.
    """
    if name in _RATES:
        return _RATES[name]
    if name.startswith("learning_rate"):
        return f"rate/{name}"
    player, _, term = name.partition("/")
    if player in model.players and term and term != "updated":
        return f"loss/{name}"
    if name.removesuffix("_loss") in model.players and name.endswith("_loss"):
        return f"loss/{name.removesuffix('_loss')}"
    own = name in model.terms.names
    return f"{'game' if own else 'score'}/{name}"
