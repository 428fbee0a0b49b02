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
from kgan.system.importing import HELP, import_asked
from kgan.system.text import columns


@dataclasses.dataclass(frozen=True)
class _Settings:
    """All options. Those of `model` and of `schedules` depend on the recipe: tyro takes
    them from the default. `_settings_of` adds those of the players."""

    training: Annotated[Training, tyro.conf.OmitArgPrefixes]
    data: Annotated[Data, tyro.conf.OmitArgPrefixes]
    output: Annotated[Output, tyro.conf.OmitArgPrefixes]
    model: Any
    starts_from: str | None = None
    """Begin with the networks of equal names of a recipe's newest run, of the directory
    of a run, or of a .keras file."""


def parse(
    argv: Sequence[str] | None = None, default: str = "rpgan"
) -> tuple[Recipe, Run]:
    """Reads the command line.

    The first argument names the recipe, or a .py file with one. With `--resume` the
    settings are those that the run began with; only the number of epochs, the devices,
    the place of the data and the reaction to a divergence may differ.

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
    argv = import_asked(sys.argv[1:] if argv is None else argv)
    name = argv.pop(0) if argv and not argv[0].startswith("-") else default
    recipe = recipes.get(name)
    asked, output = _override(recipe, argv)
    if output.list:
        print(table())
        raise SystemExit(0)
    run = Run(recipe.name, output, name)
    if not run.resuming:
        asked = _of_own_data(recipe, asked, argv)
    else:
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
    settings = _settings_of(recipe)
    settings = tyro.cli(
        type(settings),
        args=argv,
        prog=f"train.py {recipe.name}",
        description=f"{recipe.title} ({recipe.paper}). "
        f"Recipes: {', '.join(recipes.RECIPES)}; train.py RECIPE --help shows the "
        f"options of another one. {HELP}",
        default=settings,
        config=(tyro.conf.FlagCreatePairsOff,),
    )
    asked = dataclasses.replace(
        recipe,
        training=settings.training,
        data=settings.data,
        options=model_options.changed(recipe, settings.model),
        optimizers={p: getattr(settings, _option(p)) for p in recipe.optimizers},
        schedules=getattr(settings, "schedules", recipe.schedules),
        starts_from=settings.starts_from,
    )
    _check_scheduled(recipe, asked)
    return asked, settings.output


def _of_own_data(recipe: Recipe, asked: Recipe, argv: list[str]) -> Recipe:
    """The recipe without the targets that belong to the data it had before.

    Raises:
        ValueError: if no other targets are asked for, nor made by a degradation.
    """
    own, data = recipe.data, asked.data
    said = any(word.partition("=")[0] == "--target" for word in argv)
    if said or data.data == own.data or not own.of_two_sets:
        return asked
    if data.degradation is None:
        raise ValueError(
            f"Expected --target beside --data, because the targets {own.target!r} of "
            f"the recipe {recipe.name} belong to {own.data!r}. Received: --data "
            f"{data.data} alone. Give both: {own.own}."
        )
    return dataclasses.replace(asked, data=dataclasses.replace(data, target=None))


def _check_scheduled(recipe: Recipe, asked: Recipe):
    """Refuses another number of an optimizer where a schedule sets that number."""
    for player, config in asked.optimizers.items():
        scheduled = {**recipe.schedules, **recipe.schedules.get(player, {})}
        for number, value in config.items():
            if number in scheduled and value != recipe.optimizers[player].get(number):
                option = number.replace("_", "-")
                raise ValueError(
                    f"Expected --schedules.{option}.start and .end, because the recipe "
                    f"{recipe.name} has a schedule of it. Received: "
                    f"--{_option(player).replace('_', '-')}.{option} {value}, which "
                    "would have no effect."
                )


def _settings_of(recipe: Recipe) -> _Settings:
    """The settings of a recipe, with `<player>_optimizer` for each player."""
    numbers = {_option(p): config for p, config in recipe.optimizers.items()}
    if recipe.schedules:
        numbers["schedules"] = recipe.schedules
    kind = dataclasses.make_dataclass(
        "Settings",
        [(name, dict[str, Any], dataclasses.field(kw_only=True)) for name in numbers],
        bases=(_Settings,),
        frozen=True,
    )
    return kind(
        training=recipe.training,
        data=recipe.data,
        output=Output(),
        model=model_options.of_recipe(recipe),
        starts_from=recipe.starts_from,
        **numbers,
    )


def _option(player: str):
    return f"{player}_optimizer"
