"""Trains a recipe: watch it in TensorBoard, stop and resume it, serve its model.

python train.py                                   # DCGAN on the embedded digits
python train.py dcgan --data mnist --epochs 10    # any TFDS set or folder of images
python train.py --resume                          # continue after a stop or a crash
python train.py --list                            # the recipes
python train.py dcgan --help                      # all options of a recipe
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections.abc import Sequence
from typing import Any

from kgan.commands.errors import user_errors
from kgan.commands.training import parse
from kgan.recipes.recipe import Recipe
from kgan.runs.config import as_config, hyperparameters
from kgan.runs.run import Run, agreement

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


@user_errors
def main(argv: Sequence[str] | None = None) -> None:
    recipe, run = parse(argv)
    # A new line first, because the progress bar does not end its line.
    logging.basicConfig(format="\n%(message)s")
    # Not at the top of the file, so that --help need not wait for TensorFlow.
    import kgan

    # Before all else, because it decides which devices TensorFlow sees.
    devices = recipe.training.devices
    strategy = kgan.distribute.strategy(devices, agreement(recipe, run))
    chief = kgan.distribute.is_chief(strategy)
    source = recipe.open_data()
    with strategy.scope():
        model = recipe.build(source)
    if run.output.dry_run:
        print(json.dumps(as_config(recipe), indent=2))
        for player in model.players.values():
            for network in player.networks:
                network.summary()
        return

    batch_size, seed = recipe.examples_a_step, recipe.training.seed
    data = kgan.distribute.batches(strategy, source, batch_size, seed=seed)
    held_out = recipe.data.validation and kgan.distribute.batches(
        strategy, recipe.open_data(recipe.data.validation), batch_size, shuffle=False
    )
    save_every = run.output.save_every
    state = kgan.callbacks.Checkpoint(run.checkpoints, data, save_every=save_every)
    back = state if recipe.training.on_nan == "roll_back" else None
    health = kgan.callbacks.Health(run.path, source, checkpoint=back)
    shown = watchers(recipe, run, source, model) if chief else ()
    with (
        run.writing(recipe) if chief else contextlib.nullcontext(),
        kgan.distribute.loss_of_machines_named(strategy),
    ):
        try:
            model.fit(
                data,
                epochs=recipe.training.epochs,
                validation_data=held_out,
                callbacks=[state, health, *shown],
                verbose="auto" if chief else 0,
            )
        except kgan.callbacks.Interrupted as stop:
            if chief:
                print(f"\nStopped by {stop}. Everything is saved. Continue with:\n")
                print(f"    python train.py {recipe.name} --resume --run {run.path}")
            return

    if chief:
        base = f"{run.output.export}/{recipe.name}"
        exported = model.export(kgan.serving.next_version(base), run=run.path)
        print(f"\nsamples      {run.newest_samples}  (and training.gif beside it)")
        print(f"dashboard    tensorboard --logdir {run.output.logs}")
        if run.output.evaluate_every:
            print(f"best         kgan export {run.path}/best.keras")
        print(f"SavedModel   {exported}")


def watchers(recipe: Recipe, run: Run, source: Any, model: Any) -> list[Any]:
    """The callbacks that show a run: speed, TensorBoard, pictures and scores."""
    import keras

    import kgan

    seed, every = recipe.training.seed, run.output.evaluate_every
    shown = [
        kgan.callbacks.Throughput(recipe.examples_a_step),
        keras.callbacks.TensorBoard(run.path, write_graph=False),
        kgan.callbacks.HParams(run.path, hyperparameters(recipe)),
        kgan.callbacks.Pictures(run.path, source.parts(source.space.shown), seed=seed),
    ]
    if kgan.callbacks.Interpolation.endpoint_of(model):
        shown.append(kgan.callbacks.Interpolation(run.path, seed=seed))
    if every:
        metrics = recipe.metrics or None
        evaluation = kgan.evaluation.Evaluation(recipe.data, metrics, samples=2000)
        shown.append(kgan.callbacks.Evaluate(run.path, evaluation, every=every))
    return shown


if __name__ == "__main__":
    main()
