"""One callback that makes a run of `fit`."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from kgan._version import __version__
from kgan.callbacks.bundle import Bundle
from kgan.callbacks.checkpoint import Checkpoint
from kgan.callbacks.evaluate import Evaluate
from kgan.callbacks.health import Health
from kgan.callbacks.hparams import HParams
from kgan.callbacks.interpolation import Interpolation
from kgan.callbacks.pictures import Pictures
from kgan.callbacks.projector import Projector
from kgan.callbacks.tensorboard import TensorBoard
from kgan.callbacks.throughput import Throughput
from kgan.core.game import Game
from kgan.distribute.strategies import is_chief
from kgan.evaluation.given import what_is_learned
from kgan.recipes.recipe import Data, Recipe
from kgan.runs import writing
from kgan.runs.config import check_of_script, hyperparameters
from kgan.spaces import Labels

# Images whose codes are shown.
_PROJECTED = 2000


class Run(Bundle):
    """Makes a directory of a run that the commands know, as train.py does.

    - The state of training is saved, and `fit` goes on from it when the script runs
      again: see `Checkpoint`.
    - TensorBoard shows the logs, pictures, an interpolation and codes where the model
      has them, speed, and warnings: see `TensorBoard`, `Pictures`, `Interpolation`,
      `Projector`, `Health`.
    - Scores are computed where they are asked for: see `Evaluate`.
    - config.json says what the model is and what it learns from, so that `kgan sample`,
      `kgan evaluate` and `kgan export` take the directory. A model of a class of your
      own needs their option --import.

    >>> run = kgan.callbacks.Run("logs/mine", data)
    >>> history = model.fit(data, epochs=1, callbacks=[run], verbose=0)
    >>> kgan.evaluation.open_samples("logs/mine").trained["epoch"]
    1

    Args:
        log_dir: the directory of the run, such as "logs/mine".
        data: the dataset for `fit`, best from `kgan.data.load`, which knows what it
            reads; pictures and checks of samples then show real examples too.
        save_every: steps between saved states.
        evaluate: True for the usual scores of 2,000 samples; or a
            `kgan.evaluation.Evaluation`.
        evaluate_every: epochs between scores; the last epoch is always scored.
        roll_back: whether training goes back to a saved state after a divergence,
            instead of stopping; see `Health`.
        recipe: the recipe that the run is of, for train.py, which writes config.json
            itself.

    Raises:
        ValueError: for arguments out of range; when training begins, if another process
            writes to `log_dir`, if its saved state is of another model, or if the model
            has a constructor argument that cannot be saved.
    """

    def __init__(
        self,
        log_dir: str | Path,
        data: tf.data.Dataset,
        *,
        save_every: int = 250,
        evaluate: Any = False,
        evaluate_every: int = 1,
        roll_back: bool = False,
        recipe: Recipe | None = None,
    ) -> None:
        super().__init__()
        self.log_dir = Path(log_dir)
        self.source = getattr(data, "source", None)
        self.roll_back = roll_back
        self.recipe = recipe
        directory = self.log_dir / "checkpoints"
        self.checkpoint = Checkpoint(directory, data, save_every=save_every)
        self._scores = []
        if evaluate:
            given = data if evaluate is True else evaluate
            self._scores = [Evaluate(log_dir, given, every=evaluate_every)]

    def set_model(self, model: Game) -> None:
        chief = is_chief(model.distribute_strategy)
        back = self.checkpoint if self.roll_back else None
        health = Health(self.log_dir, self.source, checkpoint=back)
        shown = self._watching(model) if chief else ()
        self.parts = [self.checkpoint, health, *shown]
        model.run_directory = self.log_dir
        self._writes = chief and self.recipe is None
        super().set_model(model)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        if not self._writes:
            super().on_train_begin(logs)
            return
        check_of_script(self.log_dir)
        writing.lock(self.log_dir)
        config = self._config()
        # Before the config, because a saved state of another model is an error.
        super().on_train_begin(logs)
        writing.write_config(self.log_dir, config)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        super().on_train_end(logs)
        if self._writes:
            writing.unlock(self.log_dir)

    def _watching(self, model: Game):
        """What shows the run; one machine does it."""
        seed, source = model.seed or 0, self.source
        examples = source and source.parts(source.space.shown)
        shown = [
            Throughput(),
            HParams(self.log_dir, self._hyperparameters(model)),
            TensorBoard(self.log_dir),
            Pictures(self.log_dir, examples, seed=seed),
        ]
        if Interpolation.endpoint_of(model):
            shown.append(Interpolation(self.log_dir, seed=seed))
        if source and Projector.endpoint_of(model):
            images, *others = source.parts(_PROJECTED, seed)
            labelled = others and isinstance(source.spaces[1], Labels)
            labels = others[0] if labelled else None
            shown.append(Projector(self.log_dir, images, labels))
        return [*shown, *self._scores]

    def _config(self):
        """What `kgan.runs.config.settings_of` reads."""
        data = self.source and what_is_learned(self.source)
        return {
            "name": self.log_dir.resolve().name,
            "data": dataclasses.asdict(data) if isinstance(data, Data) else None,
            "model": keras.saving.serialize_keras_object(self.model),
            "kgan": __version__,
        }

    def _hyperparameters(self, model: Game):
        """The numbers and words among the settings, without networks."""
        if self.recipe is not None:
            return hyperparameters(self.recipe)
        given = model.get_config().items()
        plain = {k: v for k, v in given if isinstance(v, (bool, int, float, str))}
        optimizers = {
            name: {"name": type(optimizer).__name__, **optimizer.get_config()}
            for name, optimizer in model.optimizer.by_player.items()
        }
        return {"model": type(model).__name__, "options": plain, **optimizers}
