"""From a recipe to its model."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from kgan.recipes.recipe import Recipe

if TYPE_CHECKING:
    from kgan.core.game import Game
    from kgan.data import Source

# What to do about data of other parts than a model takes.
_LABELS = (
    "Read the data with labels (--labels), and without target and degradation: a TFDS "
    "set that has labels, a folder with one subfolder per class, an .npz file with an "
    "array called labels, or arrays (images, labels)."
)
_NO_LABELS = (
    "Read the data without labels (--no-labels), or choose a recipe that learns from "
    "labels."
)
_OTHER = (
    "Choose other data by labels, target or degradation (--labels, --target, "
    "--degradation), or another recipe."
)


def build(recipe: Recipe, source: Source) -> Game:
    """The compiled model of a recipe, see `Recipe.build`."""
    import keras

    policy = recipe.training.precision
    if policy != "float32":
        policy = f"mixed_{policy}"
    keras.config.set_dtype_policy(policy)
    kind = model_class(recipe.model)
    model = kind(
        seed=recipe.training.seed,
        synchronized=not recipe.training.local_batch_norm,
        **{**kind.data_arguments(source), **recipe.options},
    )
    _check_parts(model, source)
    _check_players(recipe, model)
    optimizers = {
        f"{name}_optimizer": _optimizer(o) for name, o in recipe.optimizers.items()
    }
    model.compile(
        **optimizers,
        schedules=recipe.schedules or None,
        jit_compile=recipe.training.jit,
        steps_per_execution=recipe.training.steps_per_execution,
    )
    return model


def model_class(name: str) -> type[Game]:
    """The class that a recipe names: of `kgan.models`, or "module:Class".

        >>> kgan.recipes.building.model_class("DCGAN").__name__
        'DCGAN'

    Raises:
        ValueError: if there is no such class.
    """
    import kgan

    module, _, own = name.rpartition(":")
    try:
        return getattr(importlib.import_module(module) if module else kgan.models, own)
    except (ImportError, AttributeError) as error:
        raise ValueError(
            "Expected the name of a model: a class of kgan.models, or module:Class. "
            f"Received: {name!r} ({error}). A file of your own is imported by "
            "--import FILE.py."
        ) from None


def _optimizer(config: dict[str, Any]):
    import keras

    arguments = {key: value for key, value in config.items() if key != "name"}
    return keras.optimizers.get({"class_name": config["name"], "config": arguments})


def _check_parts(model: Game, source: Source):
    """Raises ValueError unless data have as many parts as the model takes, and labels
    where it takes labels."""
    from kgan.spaces import Labels

    wanted, given = (
        [isinstance(space, Labels) for space in spaces]
        for spaces in (model.spaces, source.spaces)
    )
    if wanted == given:
        return
    takes, has = (
        " and ".join(space.describe() for space in spaces)
        for spaces in (model.spaces, source.spaces)
    )
    advice = _OTHER
    if any(wanted) != any(given):
        advice = _LABELS if any(wanted) else _NO_LABELS
    raise ValueError(
        f"Expected data with {takes} per example, as {type(model).__name__} takes. "
        f"Received: {source.name} with {has}. {advice}"
    )


def _check_players(recipe: Recipe, model: Game):
    """Raises ValueError unless each player has an optimizer, and nobody else."""
    if set(recipe.optimizers) != set(model.players):
        raise ValueError(
            f"Expected an optimizer for each player of {type(model).__name__}: "
            f"{', '.join(model.players)}. Received: optimizers of the recipe "
            f"{recipe.name} for {', '.join(recipe.optimizers) or 'nobody'}."
        )
