"""A training run that takes a moment."""

import dataclasses

import kgan
from kgan import recipes
from kgan.runs.run import Output, Run


def tiny_run(logs, data, *, epochs=1, width=2, name=None):
    """Trains a tiny DCGAN, in batches of 16, with its state kept.

    Args:
        logs: directory of the runs.
        data: a `kgan.recipes.Data`.
        epochs: how long.
        width: of the networks.
        name: of the run; default: the next number.

    Returns:
        (directory of the run, model).
    """
    recipe = recipes.get("dcgan")
    recipe = dataclasses.replace(
        recipe,
        options={**recipe.options, "width": width, "latent_dim": 4},
        training=recipes.Training(epochs=epochs, batch_size=16),
        data=data,
    )
    run = Run(recipe.name, Output(logs=str(logs), run=name))
    source = recipe.open_data()
    model = recipe.build(source)
    batches = source.batches(16)
    state = kgan.callbacks.Checkpoint(run.checkpoints, batches)
    with run.writing(recipe):
        model.fit(batches, epochs=epochs, callbacks=[state], verbose=0)
    return run.path, model
