"""The command line of train.py: a recipe, and what the user changes of it."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import tyro

# Not `from kgan import recipes`, which fails here if Keras has another backend.
import kgan.recipes as recipes
from kgan.commands import model_options
from kgan.recipes.recipe import Data, Recipe, Training
from kgan.runs.run import Output, Run
from kgan.system.text import columns


@dataclasses.dataclass(frozen=True)
class _Settings:
    """All options. Those of `model` depend on the recipe; tyro takes their dataclass
    from the default."""

    training: Annotated[Training, tyro.conf.OmitArgPrefixes]
    data: Annotated[Data, tyro.conf.OmitArgPrefixes]
    output: Annotated[Output, tyro.conf.OmitArgPrefixes]
    model: Any
    d_optimizer: dict[str, Any]
    g_optimizer: dict[str, Any]


def parse(
    argv: Sequence[str] | None = None, default: str = "dcgan"
) -> tuple[Recipe, Run]:
    """Reads the command line.

    The first argument names the recipe. With `--resume` the settings are those that the
    run began with; only the number of epochs, the devices, the place of the data and
    the reaction to a divergence may differ.

    >>> from kgan.commands.training import parse
    >>> recipe, run = parse(["dcgan", "--epochs", "3"])
    >>> recipe.training.epochs
    3

    Args:
        argv: the arguments. Default: those of this process.
        default: the recipe if the arguments name none.

    Returns:
        (recipe, run): the `Recipe` with the user's changes, and a
        `kgan.runs.run.Run`, whose directory does not exist yet.

    Raises:
        ValueError: for a recipe that does not exist, or a run that cannot be started or
            resumed.
        SystemExit: after `--help`, `--list`, or for options that cannot be read.
    """
    argv = list(sys.argv[1:] if argv is None else argv)
    name = argv.pop(0) if argv and not argv[0].startswith("-") else default
    recipe = recipes.get(name)
    asked, output = _override(recipe, argv)
    if output.list:
        print(table())
        raise SystemExit(0)
    run = Run(recipe.name, output)
    if run.resuming:
        saved = run.saved_recipe(recipe)
        asked, _ = _override(saved, argv)
        run.require_same(saved, asked)
    return asked, run


def table() -> str:
    """The recipes as text, one per line."""
    rows = [("recipe", "what", "paper", "published")]
    for recipe in recipes.RECIPES.values():
        published = "; ".join(f"{p.what}: {p.value}" for p in recipe.published)
        rows.append((recipe.name, recipe.title, recipe.paper, published))
    return "\n".join(columns(rows))


def _override(recipe: Recipe, argv: list[str]) -> tuple[Recipe, Output]:
    """The recipe with the options of a command line, and where its run goes."""
    settings = tyro.cli(
        _Settings,
        args=argv,
        prog=f"train.py {recipe.name}",
        description=f"{recipe.title} ({recipe.paper}). "
        f"Recipes: {', '.join(recipes.RECIPES)}; train.py RECIPE --help shows the "
        "options of another one.",
        default=_Settings(
            recipe.training,
            recipe.data,
            Output(),
            model_options.of_recipe(recipe),
            recipe.d_optimizer,
            recipe.g_optimizer,
        ),
        config=(tyro.conf.FlagCreatePairsOff,),
    )
    asked = dataclasses.replace(
        recipe,
        training=settings.training,
        data=settings.data,
        options=model_options.changed(recipe, settings.model),
        d_optimizer=settings.d_optimizer,
        g_optimizer=settings.g_optimizer,
    )
    return asked, settings.output
