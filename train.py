"""Trains a recipe: watch it in TensorBoard, stop and resume it, serve its generator.

python train.py                                   # DCGAN on the embedded digits
python train.py dcgan --data mnist --epochs 10    # any TFDS set or folder of images
python train.py --resume                          # go on after a stop or a crash
python train.py --list                            # the recipes
python train.py dcgan --help                      # what can be changed
"""

import contextlib
import json
import logging
import os

from kgan.recipes.command_line import parse, user_errors
from kgan.recipes.runs import agreement, as_config, hyperparameters

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


@user_errors
def main(argv=None):
    recipe, run = parse(argv)
    # The progress bar leaves its line open.
    logging.basicConfig(format="\n%(message)s")
    # From here on TensorFlow is needed, which takes some seconds to import.
    import kgan

    # First of all: it decides which devices TensorFlow sees.
    devices = recipe.training.devices
    strategy = kgan.distribute.strategy(devices, agreement(recipe, run))
    chief = kgan.distribute.is_chief(strategy)
    source = recipe.open_data()
    with strategy.scope():
        model = recipe.build(source)
    if run.output.dry_run:
        print(json.dumps(as_config(recipe), indent=2))
        model.generator.summary()
        model.discriminator.summary()
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
    shown = watchers(recipe, run, source) if chief else ()
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
                print(f"\nStopped by {stop}. Everything is saved; go on with:\n")
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


def watchers(recipe, run, source):
    """What is shown of a run."""
    import keras

    import kgan

    seed, every = recipe.training.seed, run.output.evaluate_every
    shown = [
        kgan.callbacks.Throughput(recipe.examples_a_step),
        keras.callbacks.TensorBoard(run.path, write_graph=False),
        kgan.callbacks.HParams(run.path, hyperparameters(recipe)),
    ]
    if len(source.image_shape) == 3:
        shown += [
            kgan.callbacks.SampleGrid(run.path, real=source.some(64), seed=seed),
            kgan.callbacks.Interpolation(run.path, seed=seed),
        ]
    else:
        shown.append(kgan.callbacks.SamplePoints(run.path, source.some(2500)))
    if every:
        scores = recipe.metrics or None
        evaluation = kgan.evaluation.Evaluation(recipe.data, scores, samples=2000)
        shown.append(kgan.callbacks.Evaluate(run.path, evaluation, every=every))
    return shown


if __name__ == "__main__":
    main()
