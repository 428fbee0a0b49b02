"""Directories of runs, logs/<recipe>/<run>/: their settings, and who writes there."""

import contextlib
import dataclasses
import fcntl
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kgan.recipes.recipe import Recipe
from kgan.runs.config import CONFIG, as_config, code_hash, saved_recipe
from kgan.system.files import atomic_file
from kgan.system.text import flat

# What a resumed run may change: the length, the place, the reaction to a divergence.
_MAY_CHANGE = {
    "training.epochs",
    "training.devices",
    "training.on_nan",
    "data.data_dir",
}


@dataclasses.dataclass(frozen=True)
class Output:
    """Where a run writes its files.

    Example:
        >>> kgan.runs.run.Output(run="first").logs
        'logs'
    """

    run: str | None = None
    """Name of the run in logs/<recipe>/, or a path. Default: the next number."""
    resume: bool = False
    """Go on with the run of --run. Default: with the newest run."""
    auto_resume: bool = False
    """Go on with the run of --run if it exists, else start it: for restarts."""
    logs: str = "logs"
    """Directory of the runs."""
    export: str = "export"
    """TF Serving model base path: the generator goes to export/<recipe>/<version>."""
    save_every: int = 250
    """Steps between checkpoints."""
    evaluate_every: int = 0
    """Epochs between scores; the best model is saved as best.keras. 0: no scores."""
    dry_run: bool = False
    """Print the configuration and the networks, and stop."""
    list: bool = False
    """Print the recipes, and stop."""


class Run:
    """A run of a recipe, and its directory.

        >>> run = kgan.runs.run.Run("dcgan", kgan.runs.run.Output())
        >>> str(run.path)
        'logs/dcgan/001'

    Args:
        recipe_name: the name of the recipe.
        output: the `Output` options.

    Attributes:
        path: the directory, which `writing` makes.
        output: the `Output` options.
        resuming: whether the run goes on from a saved state.

    Raises:
        ValueError: if the run to resume does not exist.
        FileExistsError: if the run to start exists.
    """

    def __init__(self, recipe_name: str, output: Output) -> None:
        self.recipe_name = recipe_name
        self.output = output
        base = Path(output.logs) / recipe_name
        if output.run and ("/" in output.run or output.run in (".", "..")):
            self.path = Path(output.run)
        elif output.run:
            self.path = base / output.run
        elif output.resume:
            self.path = _newest(base)
        else:
            self.path = base / _next_name(base)
        self.resuming = output.resume
        if output.auto_resume:
            self.resuming = (self.path / CONFIG).exists()
        if self.path.exists() and not (self.resuming or output.auto_resume):
            raise FileExistsError(
                f"Expected a new run. Received: {self.path}, which exists, and nothing "
                f"is overwritten. Resume this run with --resume --run {output.run}, or "
                "choose another --run."
            )

    @property
    def checkpoints(self) -> Path:
        """The directory of the saved states."""
        return self.path / "checkpoints"

    @property
    def newest_samples(self) -> Path | None:
        """The newest picture of samples, or None."""
        return max((self.path / "samples").glob("epoch_*.png"), default=None)

    def saved_recipe(self, recipe: Recipe) -> Recipe:
        """The recipe at the start of the run.

        Args:
            recipe: a recipe with the expected name.

        Raises:
            ValueError: if there is no such run, or it is a run of another recipe.
        """
        saved = saved_recipe(self.path)
        if saved.name != recipe.name:
            raise ValueError(
                f"Expected the recipe of the run {self.path}, which is one of the "
                f"recipe {saved.name!r}. Received: recipe {recipe.name!r}. Resume the "
                f"run with: python train.py {saved.name} --resume --run {self.path}"
            )
        return saved

    def require_same(self, saved: Recipe, requested: Recipe) -> None:
        """Raises ValueError if `requested` has settings that a run must not change.

        A resumed run may change its number of epochs, its devices, the place of its
        data, and the reaction to NaN.

        Args:
            saved: the recipe at the start of the run.
            requested: the recipe with the options of the command line.
        """
        before, after = flat(as_config(saved)), flat(as_config(requested))
        changed = [
            f"{name} was {before.get(name)!r}, is {after.get(name)!r}"
            for name in sorted(before.keys() | after.keys())
            if before.get(name) != after.get(name) and name not in _MAY_CHANGE
        ]
        if changed:
            raise ValueError(
                f"Expected the settings of the run {self.path}. "
                f"Received: {'; '.join(changed)}. Leave out these options, or start a "
                "new run."
            )

    @contextlib.contextmanager
    def writing(self, recipe: Recipe) -> Iterator[None]:
        """A context that makes the directory, writes its config.json and locks it.

        Args:
            recipe: what config.json holds.

        Raises:
            OSError: if the directory cannot be written.
            ValueError: if another process is writing there.
        """
        may_exist = self.resuming or self.output.auto_resume
        self.path.mkdir(parents=True, exist_ok=may_exist)
        with (self.path / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ValueError(
                    "Expected a run that no other process writes to. "
                    f"Received: {self.path}. Another process is training this run. "
                    "Wait for that process, or stop it."
                ) from None
            with atomic_file(self.path / CONFIG) as partial:
                partial.write_text(json.dumps(as_config(recipe), indent=2) + "\n")
            yield


def agreement(recipe: Recipe, run: Run) -> dict[str, Any]:
    """The settings that must be the same on all machines that train together.

    Returns:
        name -> JSON value: the recipe's settings, the directory of the run, and a hash
        of the code.
    """
    config = flat(as_config(recipe))
    return {**config, "run": str(run.path), "code": code_hash()}


def _runs(base: Path):
    return [path.parent for path in base.glob(f"*/{CONFIG}")]


def _newest(base: Path):
    runs = _runs(base)
    if not runs:
        raise ValueError(f"Expected a run to resume. Received: {base}, without runs.")
    return max(runs, key=lambda run: (run / CONFIG).stat().st_mtime_ns)


def _next_name(base: Path):
    names = [p.name for p in base.glob("*") if p.name.isdigit()]
    return f"{max(map(int, names), default=0) + 1:03d}"
