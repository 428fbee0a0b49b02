"""What train.py says before it trains."""

from __future__ import annotations

from typing import Any

from kgan.recipes.recipe import Recipe
from kgan.runs.run import Run


def opening_lines(recipe: Recipe, run: Run, source: Any, model: Any) -> str:
    """The run, the data, the devices, the networks and the TensorBoard command.

    Where the data come with the package, also how to give others.

    >>> from kgan.commands.opening_lines import opening_lines
    >>> from kgan.runs.run import Output, Run
    >>> recipe = kgan.recipes.get("dcgan")
    >>> lines = opening_lines(recipe, Run("dcgan", Output()), source, model)
    >>> lines.splitlines()[1].split(None, 1)
    ['data', 'array, 64 examples, image 28x28x1']

    Args:
        recipe: what is trained.
        run: where it is written.
        source: the `kgan.data.Source` of the recipe.
        model: the `kgan.Game` of the recipe.

    Returns:
        One line per fact.
    """
    import tensorflow as tf

    from kgan.data.opening import in_package
    from kgan.spaces import Images

    replicas = model.distribute_strategy.num_replicas_in_sync
    device = "GPU" if tf.config.list_logical_devices("GPU") else "CPU"
    steps = source.size // recipe.examples_a_step
    epochs = recipe.training.epochs
    facts = {
        "run": f"{run.path}{', resumed' if run.resuming else ''}",
        "data": ", ".join(_data(source)),
        "device": f"{replicas} x {device}, {recipe.training.precision}",
        "model": f"{type(model).__name__}: {', '.join(_networks(model))}",
        "epoch": f"{steps:,} steps, {steps * recipe.examples_a_step:,} examples; "
        f"{epochs} epoch{'s' * (epochs > 1)}",
        "dashboard": f"tensorboard --logdir {run.output.logs}",
    }
    if in_package(recipe.data.data):
        own = recipe.data.own if isinstance(source.space, Images) else source.own
        facts |= {"own data": own} if own else {}
    return "\n".join(f"{name:<11}{fact}" for name, fact in facts.items())


def _data(source: Any):
    yield f"{source.name}, {source.size:,} examples"
    for space in source.spaces:
        yield space.describe()
    for cause, count in source.left_out.items():
        yield f"left out {count:,}: {cause}"


def _networks(model: Any):
    for player in model.players.values():
        for network in player.networks:
            yield f"{network.name} {network.count_params():,} parameters"
