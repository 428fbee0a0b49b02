"""Directories of runs, logs/<recipe>/<run>/: their settings, and who writes there."""

import contextlib
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kgan.recipes.recipe import Recipe
from kgan.runs.config import (
    CONFIG,
    START,
    as_config,
    is_run,
    read_config,
    saved_recipe,
)
from kgan.runs.writing import lock, unlock, write_config
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
    """Epochs between scores; the last epoch is always scored, and the best model is
    saved as best.keras. 0: no scores."""
    extractor: str | None = None
    """The network whose features the scores compare, as for kgan evaluate. Default:
    the one that fits the data."""
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
        asked: how train.py was asked for the recipe. Default: by its name.

    Attributes:
        path: the directory, which `writing` makes.
        output: the `Output` options.
        resuming: whether the run goes on from a saved state.

    Raises:
        ValueError: if the run to resume does not exist.
        FileExistsError: if the run to start exists.
    """

    def __init__(
        self, recipe_name: str, output: Output, asked: str | None = None
    ) -> None:
        self.recipe_name = recipe_name
        self.asked = asked or recipe_name
        self.output = output
        base = Path(output.logs) / recipe_name
        if output.run and ("/" in output.run or output.run in (".", "..")):
            self.path = Path(output.run)
        elif output.run:
            self.path = base / output.run
        elif output.resume:
            self.path = newest_run(base, "resume")
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
    def resume_command(self) -> str:
        """The command that goes on with the run, with the same output."""
        # config.json does not have them: they are no part of the experiment.
        kept = ("export", "save_every", "evaluate_every", "extractor")
        options = [
            f" --{name.replace('_', '-')} {getattr(self.output, name)}"
            for name in kept
            if getattr(self.output, name) != getattr(Output, name)
        ]
        command = f"python train.py {self.asked} --resume --run {self.path}"
        return command + "".join(options)

    @property
    def has_state(self) -> bool:
        """Whether there is a saved state to go on from."""
        return (self.checkpoints / "checkpoint").is_file()

    @property
    def start(self) -> dict[str, Any] | None:
        """What config.json says of the networks that the run started with."""
        return read_config(self.path).get(START) if is_run(self.path) else None

    @property
    def newest_samples(self) -> Path | None:
        """The newest picture of samples, or None."""
        paths = (self.path / "samples").glob("epoch_*.png")
        # Not epoch_0001_reconstruct.png, another picture of the same epoch.
        epochs = (p for p in paths if p.stem.removeprefix("epoch_").isdigit())
        return max(epochs, default=None)

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
    def writing(
        self, recipe: Recipe, start: dict[str, Any] | None = None
    ) -> Iterator[None]:
        """A context that makes the directory, writes its config.json and locks it.

        Args:
            recipe: what config.json holds.
            start: what `kgan.runs.starting.start` returned. Default: what config.json
                says already.

        Raises:
            OSError: if the directory cannot be written.
            ValueError: if another process is writing there.
        """
        may_exist = self.resuming or self.output.auto_resume
        self.path.mkdir(parents=True, exist_ok=may_exist)
        lock(self.path)
        try:
            start = start or self.start
            started = {START: start} if start else {}
            write_config(self.path, {**as_config(recipe), **started})
            yield
        finally:
            unlock(self.path)


def newest_run(base: Path, purpose: str) -> Path:
    """The directory of the newest run in `base`.

    Args:
        base: the directory of the runs of a recipe.
        purpose: what the run is for, for the error message.

    Raises:
        ValueError: if there is no run.
    """
    runs = [path.parent for path in base.glob(f"*/{CONFIG}")]
    if not runs:
        raise ValueError(
            f"Expected a run to {purpose}. Received: {base}, without runs. Train one: "
            f"python train.py {base.name}"
        )
    return max(runs, key=lambda run: (run / CONFIG).stat().st_mtime_ns)


def _next_name(base: Path):
    names = [p.name for p in base.glob("*") if p.name.isdigit()]
    return f"{max(map(int, names), default=0) + 1:03d}"
