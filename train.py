"""Trains a recipe: watch it in TensorBoard, stop and resume it, serve its model.

python train.py                                   # RpGAN on the embedded digits
python train.py dcgan --data mnist --epochs 10    # any TFDS set or folder of images
python train.py my_recipe.py                      # a recipe of your own
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
from kgan.commands.opening_lines import opening_lines
from kgan.commands.training import parse
from kgan.recipes.recipe import Recipe
from kgan.runs.agreement import agreement
from kgan.runs.config import as_config
from kgan.runs.run import Run

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


@user_errors
def main(argv: Sequence[str] | None = None) -> None:
    recipe, run = parse(argv)
    # A new line first, because the progress bar does not end its line.
    logging.basicConfig(format="\n%(message)s")
    # Not at the top of the file, so that --help need not wait for TensorFlow.
    import kgan
    from kgan.runs import starting

    # Before all else, because it decides which devices TensorFlow sees.
    devices = recipe.training.devices
    strategy = kgan.distribute.strategy(devices, agreement(recipe, run))
    chief = kgan.distribute.is_chief(strategy)
    source, held_out = recipe.open_data(), recipe.data.open_validation()
    with strategy.scope():
        model = recipe.build(source)
    start = starting.start(model, recipe, run)
    if chief:
        print(opening_lines(recipe, run, source, model))
    if start:
        print(f"starts from  {start['from']}: {', '.join(start['networks'])}")
    if run.output.dry_run:
        print(json.dumps(as_config(recipe), indent=2))
        for player in model.players.values():
            for network in player.networks:
                network.summary()
        return

    batch_size, seed = recipe.examples_a_step, recipe.training.seed
    data = kgan.distribute.batches(strategy, source, batch_size, seed=seed)
    held_out = held_out and kgan.distribute.batches(
        strategy, held_out, batch_size, shuffle=False
    )
    every = run.output.evaluate_every
    watched = kgan.callbacks.Run(
        run.path,
        data,
        save_every=run.output.save_every,
        evaluate=evaluation(recipe, run) if every and chief else None,
        evaluate_every=every or 1,
        roll_back=recipe.training.on_nan == "roll_back",
        recipe=recipe,
    )
    with (
        run.writing(recipe, start) if chief else contextlib.nullcontext(),
        kgan.distribute.loss_of_machines_named(strategy),
    ):
        try:
            model.fit(
                data,
                epochs=recipe.training.epochs,
                validation_data=held_out,
                callbacks=[watched],
                verbose="auto" if chief else 0,
            )
        except kgan.callbacks.Interrupted as stop:
            if chief:
                print(f"\nStopped by {stop} Go on with:\n")
                print(f"    {run.resume_command}")
            raise SystemExit(128 + stop.signal) from None

    if chief:
        base = f"{run.output.export}/{recipe.name}"
        exported = model.export(kgan.serving.next_version(base), run=run.path)
        print(f"\nsamples      {run.newest_samples}  (and training.gif beside it)")
        print(f"dashboard    tensorboard --logdir {run.output.logs}")
        if (run.path / "best.keras").exists():
            print(f"best         kgan export {run.path}/best.keras")
        for name, facts in model.about().items():
            print(f"{name:<13}{facts['sentence']}")
        print(f"SavedModel   {exported}")


def evaluation(recipe: Recipe, run: Run) -> Any:
    """The scores during training: those of the recipe, of 2,000 samples."""
    import kgan

    metrics, extractor = recipe.metrics or None, run.output.extractor
    return kgan.evaluation.Evaluation(recipe.data, metrics, extractor, samples=2000)


if __name__ == "__main__":
    main()
