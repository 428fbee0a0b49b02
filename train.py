"""Trains a recipe: watch it in TensorBoard, stop and resume it, serve its generator.

python train.py                                   # DCGAN on the embedded digits
python train.py dcgan --data mnist --epochs 10    # any TFDS set or folder of images
python train.py --resume                          # go on after a stop or a crash
python train.py --list                            # the recipes
python train.py dcgan --help                      # what can be changed
"""

import json
import logging
import os

from kgan.recipes.command_line import parse, user_errors
from kgan.recipes.runs import as_config, hyperparameters

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


@user_errors
def main(argv=None):
    recipe, run = parse(argv)
    # From here on TensorFlow is needed, which takes some seconds to import.
    logging.basicConfig(format="%(message)s")
    import keras

    import kgan

    source = recipe.open_data()
    with kgan.distribute.strategy().scope():
        model = recipe.build(source)
    if run.output.dry_run:
        print(json.dumps(as_config(recipe), indent=2))
        model.generator.summary()
        model.discriminator.summary()
        return

    seed, epochs = recipe.training.seed, recipe.training.epochs
    data = source.batches(recipe.examples_a_step, seed=seed)
    held_out = None
    if recipe.data.validation:
        held_out = recipe.open_data(recipe.data.validation).batches(
            recipe.training.batch_size, shuffle=False
        )
    logs = run.path
    watch = kgan.callbacks.SampleGrid(logs, real=source.some(64), seed=seed)
    callbacks = [
        kgan.callbacks.Checkpoint(
            run.checkpoints, data, save_every=run.output.save_every
        ),
        kgan.callbacks.Throughput(recipe.examples_a_step),
        keras.callbacks.TensorBoard(logs, write_graph=False),
        kgan.callbacks.HParams(logs, hyperparameters(recipe)),
        watch,
        kgan.callbacks.Interpolation(logs, seed=seed),
    ]
    with run.writing(recipe):
        try:
            model.fit(
                data, epochs=epochs, validation_data=held_out, callbacks=callbacks
            )
        except kgan.callbacks.Interrupted as stop:
            print(f"\nStopped by {stop}. Everything is saved; go on with:\n")
            print(f"    python train.py {recipe.name} --resume --run {logs}")
            return

    exported = model.export(
        kgan.serving.next_version(f"{run.output.export}/{recipe.name}")
    )
    print(f"\nsamples      {watch.latest}  (and {watch.folder}/training.gif)")
    print(f"dashboard    tensorboard --logdir {run.output.logs}")
    print(f"SavedModel   {exported}")


if __name__ == "__main__":
    main()
