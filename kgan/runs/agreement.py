"""What machines that train together must agree on, and what a run starts from."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

from kgan.recipes.recipe import Recipe
from kgan.runs.config import as_config, code_hash, is_run
from kgan.runs.run import Run, newest_run
from kgan.system.text import flat

_NEWEST = re.compile(r'model_checkpoint_path: "(.*)"')


def agreement(recipe: Recipe, run: Run) -> dict[str, Any]:
    """The settings that must be the same on all machines that train together.

    >>> recipe = kgan.recipes.get("dcgan")
    >>> run = kgan.runs.run.Run("dcgan", kgan.runs.run.Output())
    >>> kgan.runs.agreement.agreement(recipe, run)["run"]
    'logs/dcgan/001'

    Returns:
        name -> JSON value: the recipe's settings, the directory of the run, a hash of
        the code, and, if the run starts from another model, where that is and a hash of
        its files.

    Raises:
        ValueError: as `origin`.
    """
    config = flat(as_config(recipe))
    path = origin(recipe, run)
    start = {} if path is None else {"start": str(path), "start_hash": file_hash(path)}
    return {**config, "run": str(run.path), "code": code_hash(), **start}


def origin(recipe: Recipe, run: Run) -> Path | None:
    """The run or file whose networks a run starts with; None if it starts from none.

    A run with a saved state goes on from it. A run that was stopped before its first
    state starts from the same as at first.

    Raises:
        ValueError: if there is no such run or file.
    """
    if recipe.starts_from is None or run.has_state:
        return None
    name = run.start["from"] if run.start else recipe.starts_from
    path = Path(name)
    if is_run(path) or path.is_file():
        return path
    if path.name != name or path.suffix:
        raise ValueError(
            "Expected a recipe, the directory of a run, or a .keras file to start "
            f"from. Received: {name}, which does not exist or is no run."
        )
    return newest_run(Path(run.output.logs) / name, "start from")


def file_hash(path: Path) -> str:
    """sha256 of a .keras file, or of the newest saved state of a run."""
    files = [path] if path.is_file() else _newest_state(path / "checkpoints")
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as content:
            digest.update(hashlib.file_digest(content, "sha256").digest())
    return digest.hexdigest()


def _newest_state(checkpoints: Path):
    index = checkpoints / "checkpoint"
    name = _NEWEST.search(index.read_text()) if index.is_file() else None
    return sorted(checkpoints.glob(f"{Path(name[1]).name}.*")) if name else []
