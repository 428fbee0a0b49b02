"""Train recipes, score them, and write the README's table of results.

In a checkout of kgan, beside train.py. A recipe that has a result is left alone; one
that was interrupted goes on.
"""

import dataclasses
import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import tyro


@dataclasses.dataclass(frozen=True)
class Options:
    """What to reproduce."""

    recipes: Annotated[tuple[str, ...], tyro.conf.Positional] = ()
    """Names of recipes. Default: all."""
    samples: int | None = None
    """Generated examples, and at most as many real ones. Default: the recipe's."""
    results: str = "results"
    """Directory of the results: a JSON file for each recipe."""
    readme: str = "README.md"
    """File with the table, between its two markers."""
    logs: str = "logs"
    """Directory of the runs: LOGS/RECIPE/reproduce."""
    again: bool = False
    """Score anew what has a result. Its run is not trained anew: remove it for that."""
    table_only: bool = False
    """Write the table from the results that are there."""


def run(options):
    from kgan import recipes
    from kgan.evaluation import report

    chosen = [recipes.get(name) for name in options.recipes or recipes.RECIPES]
    report.check_markers(options.readme)
    if not options.table_only:
        for recipe in chosen:
            _reproduce(recipe, options)
    found = report.read_all(options.results, recipes.RECIPES.values())
    if not found:
        raise ValueError(
            f"Expected results in {options.results}. Received: none. Leave out "
            "--table-only to make them."
        )
    report.write_between_markers(options.readme, report.table(found))
    print(f"{len(found)} recipes: {options.readme}")


def _reproduce(recipe, options):
    logging.basicConfig(format="%(message)s")
    logging.getLogger("kgan").setLevel(logging.INFO)
    from kgan.evaluation import Evaluation

    path = Path(options.results) / f"{recipe.name}.json"
    if path.exists() and not options.again:
        print(f"{recipe.name}: {path} is there")
        return
    directory = Path(options.logs) / recipe.name / "reproduce"
    if not _is_finished(recipe, directory):
        train(recipe, directory, options.logs)
    if not _is_finished(recipe, directory):
        raise ValueError(
            f"The run {directory} was stopped before its {recipe.training.epochs} "
            "epochs. kgan reproduce goes on with it."
        )
    samples = options.samples or recipe.samples
    evaluation = Evaluation(recipe.data, recipe.metrics or None, samples=samples)
    result = evaluation.run(directory)
    written = result.write(path, replace=options.again)
    print(f"\n{result.table()}\n\nwritten to {written}")


def train(recipe, directory, logs):
    """Runs train.py, or lets it go on.

    Raises:
        ValueError: if there is no train.py here, or it fails.
    """
    if not Path("train.py").exists():
        raise ValueError(
            "Expected to be in a checkout of kgan, beside train.py. "
            f"Received: {Path.cwd()}."
        )
    command = [sys.executable, "train.py", recipe.name, "--auto-resume"]
    command += ["--run", str(directory), "--logs", logs]
    code = subprocess.run(command).returncode
    if code:
        raise ValueError(f"{' '.join(command[1:])} failed with exit code {code}.")


def _is_finished(recipe, directory):
    """Whether the recipe was trained there to its end.

    Raises:
        ValueError: if what was trained there is not the recipe.
    """
    from kgan.recipes.loading import is_run, open_run, saved_recipe
    from kgan.recipes.runs import hyperparameters

    if not is_run(directory):
        return False
    saved = saved_recipe(directory)
    before, now = (
        json.dumps(hyperparameters(r), sort_keys=True) for r in (saved, recipe)
    )
    if before != now:
        raise ValueError(
            f"The run {directory} has other settings than the recipe {recipe.name} has "
            "now. Remove it, or name other --logs."
        )
    if not (directory / "checkpoints" / "checkpoint").exists():
        return False
    return open_run(directory).epoch >= recipe.training.epochs
