"""Train recipes, score them, draw their figures, and write the tables of results.

Run it in a checkout of kgan, beside train.py. A recipe with a result is left alone; an
interrupted one continues.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import tyro

from kgan.recipes.recipe import Recipe
from kgan.system.files import atomic_file


@dataclasses.dataclass(frozen=True)
class Options:
    """What to reproduce."""

    recipes: Annotated[tuple[str, ...], tyro.conf.Positional] = ()
    """Names of recipes. Default: all."""
    samples: int | None = None
    """The number of generated examples; at most as many real ones are used. Default:
    the number of the recipe."""
    results: str = "results"
    """Directory of the results, one JSON file per recipe."""
    readme: str = "README.md"
    """File with the short table, between its two markers."""
    page: str = "docs/results.md"
    """File to write with all scores, and with how they were made."""
    logs: str = "logs"
    """Directory of the runs: LOGS/RECIPE/reproduce."""
    again: bool = False
    """Score again what has a result. To train again, remove the run."""
    table_only: bool = False
    """Write the tables from the existing results, and train nothing."""


def run(options: Options) -> None:
    from kgan import recipes
    from kgan.results import report

    asked = [recipes.get(name) for name in options.recipes or recipes.RECIPES]
    report.check_markers(options.readme)
    if not options.table_only:
        for recipe in asked:
            _reproduce(recipe, options)
            if recipe.figures:
                _run(recipe.figures)
    results = report.read_all(options.results, recipes.RECIPES.values())
    if not results:
        raise ValueError(
            f"Expected results in {options.results}. Received: none. Leave out "
            "--table-only to make them."
        )
    report.write_between_markers(options.readme, report.table(results))
    with atomic_file(Path(options.page)) as partial:
        partial.write_text(report.page(results))
    print(f"{len(results)} recipes: {options.readme}, {options.page}")


def _reproduce(recipe: Recipe, options: Options) -> None:
    logging.basicConfig(format="%(message)s")
    logging.getLogger("kgan").setLevel(logging.INFO)
    from kgan.evaluation import Evaluation

    path = Path(options.results) / f"{recipe.name}.json"
    if path.exists() and not options.again:
        print(f"{recipe.name}: {path} is there")
        return
    directory = _trained(recipe, options.logs)
    samples = options.samples or recipe.samples
    evaluation = Evaluation(recipe.data, recipe.metrics or None, samples=samples)
    result = evaluation.run(directory)
    written = result.write(path, replace=options.again)
    print(f"\n{result.table()}\n\nwritten to {written}")


def _trained(recipe: Recipe, logs: str) -> Path:
    """The directory of the finished run of a recipe, and of those it starts from."""
    from kgan import recipes

    if recipe.starts_from in recipes.RECIPES:
        # Not from the newest run, which may have other settings.
        first = _trained(recipes.get(recipe.starts_from), logs)
        recipe = dataclasses.replace(recipe, starts_from=str(first))
    directory = Path(logs) / recipe.name / "reproduce"
    if not _is_finished(recipe, directory):
        train(recipe, directory, logs)
    if not _is_finished(recipe, directory):
        raise ValueError(
            f"The run {directory} was stopped before its {recipe.training.epochs} "
            "epochs. Run kgan reproduce again to continue it."
        )
    return directory


def train(recipe: Recipe, directory: Path, logs: str) -> None:
    """Starts train.py, or continues its run.

    Args:
        recipe: what to train.
        directory: the directory of the run.
        logs: the directory of all runs.

    Raises:
        ValueError: if there is no train.py in this directory, or it fails.
    """
    arguments = [recipe.name, "--auto-resume", "--run", str(directory), "--logs", logs]
    if recipe.starts_from:
        arguments += ["--starts-from", recipe.starts_from]
    # 128 + signal: the user stopped it.
    _run("train.py", *arguments, allowed=(0, 130, 143))


def _run(script: str, *arguments: str, allowed: Iterable[int] = (0,)):
    """Runs a script of the checkout."""
    if not Path(script).exists():
        raise ValueError(
            f"Expected to be in a checkout of kgan, beside {script}. "
            f"Received: {Path.cwd()}."
        )
    code = subprocess.run([sys.executable, script, *arguments]).returncode
    if code not in allowed:
        command = " ".join([script, *arguments])
        raise ValueError(f"{command} failed with exit code {code}.")


def _is_finished(recipe: Recipe, directory: Path) -> bool:
    """Whether the run in `directory` has all epochs of the recipe.

    Raises:
        ValueError: if the run has other settings than the recipe.
    """
    from kgan.runs.config import hyperparameters, is_run, saved_recipe
    from kgan.runs.loading import open_run

    if not is_run(directory):
        return False
    saved = saved_recipe(directory)
    before, now = (
        json.dumps(hyperparameters(r), sort_keys=True) for r in (saved, recipe)
    )
    if before != now:
        raise ValueError(
            f"The run {directory} has other settings than the recipe {recipe.name} has "
            "now. Remove it, or choose another directory by --logs."
        )
    if not (directory / "checkpoints" / "checkpoint").exists():
        return False
    return open_run(directory).epoch >= recipe.training.epochs
