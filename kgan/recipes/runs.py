"""Run directories: logs/<recipe>/<run>/, what was asked for, and who writes there."""

import contextlib
import dataclasses
import fcntl
import hashlib
import json
from pathlib import Path

from kgan.files import atomic_file
from kgan.recipes.recipe import Data, Training

CONFIG = "config.json"
# What a resumed run may change: how far, where, and what after a divergence.
_MAY_CHANGE = {
    "training.epochs",
    "training.devices",
    "training.on_nan",
    "data.data_dir",
}


@dataclasses.dataclass(frozen=True)
class Output:
    """Where a run goes."""

    run: str | None = None
    """Name of the run in logs/<recipe>/, or a path. Default: the next number."""
    resume: bool = False
    """Go on with the run named by --run, else the newest."""
    auto_resume: bool = False
    """Go on with the run named by --run if it exists, else start it: for restarts."""
    logs: str = "logs"
    """Directory of the runs."""
    export: str = "export"
    """TF Serving model base path: the generator goes to export/<recipe>/<version>."""
    save_every: int = 250
    """Steps between checkpoints."""
    evaluate_every: int = 0
    """Epochs between scores; the best model is kept as best.keras. 0: no scores."""
    dry_run: bool = False
    """Print the configuration and the networks, and stop."""
    list: bool = False
    """Print the recipes, and stop."""


class Run:
    """A run of a recipe.

    Attributes:
        path: its directory.
        output: the `Output` options.

    Raises:
        ValueError: if the run to resume does not exist.
        FileExistsError: if the run to start exists.
    """

    def __init__(self, recipe_name, output):
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
                f"The run {self.path} exists, and nothing is overwritten. Go on with "
                f"it by --resume --run {output.run}, or choose another --run."
            )

    @property
    def checkpoints(self):
        """Where the states are."""
        return self.path / "checkpoints"

    @property
    def newest_samples(self):
        """The newest sample grid, or None."""
        return max((self.path / "samples").glob("epoch_*.png"), default=None)

    def saved_recipe(self, recipe):
        """The recipe as the run began with it.

        Raises:
            ValueError: if there is no run, or it is one of another recipe.
        """
        saved = self._saved()
        if saved["name"] != recipe.name:
            raise ValueError(
                f"The run {self.path} is one of the recipe {saved['name']!r}. "
                f"Received: recipe {recipe.name!r}. Resume it with: python train.py "
                f"{saved['name']} --resume --run {self.path}"
            )
        return dataclasses.replace(
            recipe,
            training=Training(**saved["training"]),
            data=Data(**saved["data"]),
            options=saved["options"],
            d_optimizer=saved["d_optimizer"],
            g_optimizer=saved["g_optimizer"],
        )

    def require_same(self, saved, chosen):
        """Raises ValueError if `chosen` would change what the run is."""
        before, after = _flat(as_config(saved)), _flat(as_config(chosen))
        changed = [
            f"{name} was {before.get(name)!r}, is {after.get(name)!r}"
            for name in sorted(before.keys() | after.keys())
            if before.get(name) != after.get(name) and name not in _MAY_CHANGE
        ]
        if changed:
            raise ValueError(
                f"A resumed run keeps its settings; of {self.path}, "
                f"{'; '.join(changed)}. Leave these options out, or start a new run."
            )

    @contextlib.contextmanager
    def writing(self, recipe):
        """Makes the directory, notes what was asked for, and keeps others out.

        Raises:
            OSError: if the directory cannot be written.
            ValueError: if another process is writing there.
        """
        anew = not (self.resuming or self.output.auto_resume)
        self.path.mkdir(parents=True, exist_ok=not anew)
        with (self.path / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ValueError(
                    f"Another process is training {self.path}. Wait for it, or stop it."
                ) from None
            with atomic_file(self.path / CONFIG) as partial:
                partial.write_text(json.dumps(as_config(recipe), indent=2) + "\n")
            yield

    def _saved(self):
        path = self.path / CONFIG
        try:
            return json.loads(path.read_text())
        except FileNotFoundError:
            raise ValueError(
                f"Expected a run to resume. Received: {self.path}, without {CONFIG}."
            ) from None
        except ValueError:
            raise ValueError(f"{path} is damaged: it is not JSON.") from None


def code_hash():
    """Which code this is: a hash of kgan's source."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def as_config(recipe):
    """A recipe as what config.json holds."""
    config = dataclasses.asdict(recipe)
    for name in ("from_data", "published", "metrics"):
        config[name] = list(config[name])
    return config


def agreement(recipe, run):
    """What several machines that train together must have in common."""
    config = _flat(as_config(recipe))
    return {**config, "run": str(run.path), "code": code_hash()}


def hyperparameters(recipe):
    """What of a recipe can differ between its runs."""
    config = as_config(recipe)
    kept = ("training", "data", "options", "d_optimizer", "g_optimizer")
    return {name: config[name] for name in kept}


def _flat(config, prefix=""):
    flat = {}
    for name, value in config.items():
        if isinstance(value, dict):
            flat.update(_flat(value, f"{prefix}{name}."))
        else:
            flat[prefix + name] = value
    return flat


def _runs(base):
    return [path.parent for path in base.glob(f"*/{CONFIG}")]


def _newest(base):
    runs = _runs(base)
    if not runs:
        raise ValueError(f"Expected a run to resume. Received: {base}, with none.")
    return max(runs, key=lambda run: (run / CONFIG).stat().st_mtime_ns)


def _next_name(base):
    names = [p.name for p in base.glob("*") if p.name.isdigit()]
    return f"{max(map(int, names), default=0) + 1:03d}"
