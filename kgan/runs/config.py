"""The settings of a run: config.json in its directory."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

from kgan.recipes.recipe import Data, Published, Recipe, Training

CONFIG = "config.json"
# The entry of config.json on the networks that the run started with.
START = "start"


def is_run(path: str | Path) -> bool:
    """Whether `path` is the directory of a training run."""
    return (Path(path) / CONFIG).is_file()


def run_of(path: str | Path) -> Path | None:
    """The directory of the run at `path`, or None.

    Args:
        path: the directory of a run, or a file in it, such as best.keras.
    """
    path = Path(path)
    return next((p for p in (path, path.parent) if is_run(p)), None)


def read_config(path: str | Path) -> dict[str, Any]:
    """The contents of config.json in the directory of a run.

    Raises:
        ValueError: if there is no config.json, or it is damaged.
    """
    file = Path(path) / CONFIG
    try:
        config = json.loads(file.read_text())
    except OSError:
        raise ValueError(
            "Expected the directory of a training run, such as logs/dcgan/001. "
            f"Received: {path}, without {CONFIG}."
        ) from None
    except ValueError:
        raise ValueError(
            f"Expected JSON in {file}. Received: text that is not JSON. The file is "
            "damaged: restore it from a copy."
        ) from None
    if not isinstance(config, dict):
        raise ValueError(
            f"Expected a JSON object in {file}. Received: {type(config).__name__}. "
            "The file is damaged: restore it from a copy."
        )
    return config


class Settings(NamedTuple):
    """What a run was made of.

    >>> settings = kgan.runs.config.Settings("mine", data=None, recipe=None, model={})
    >>> settings.name
    'mine'

    Attributes:
        name: of the recipe, or of the directory of a script's run.
        data: what the model learns from; None if a script did not say it.
        recipe: the `Recipe` at the start of the run; None for a script's run.
        model: the serialized model of a script's run, see
            `keras.saving.serialize_keras_object`; None for a run of a recipe.
    """

    name: str
    data: Data | None
    recipe: Recipe | None
    model: dict[str, Any] | None


def settings_of(path: str | Path) -> Settings:
    """The `Settings` in the directory of a run, of a recipe or of a script.

    Raises:
        ValueError: as for `saved_recipe`.
    """
    saved = read_config(path)
    if not _is_of_script(saved):
        recipe = saved_recipe(path)
        return Settings(recipe.name, recipe.data, recipe, None)
    data = saved.get("data")
    return Settings(saved["name"], data and Data(**data), None, saved["model"])


def _is_of_script(saved: dict[str, Any]):
    """Whether the model is described by itself, and not by a recipe."""
    return isinstance(saved.get("model"), dict)


def check_of_script(path: str | Path) -> None:
    """Raises ValueError if a script would write into the run of a recipe."""
    if is_run(path) and not _is_of_script(read_config(path)):
        raise ValueError(
            f"Expected a directory of a script's own. Received: {path}, a run of the "
            f"recipe {read_config(path).get('name')!r}, which nothing overwrites. "
            "Choose another directory, or go on with the run by train.py --resume."
        )


def saved_recipe(path: str | Path) -> Recipe:
    """The recipe in the directory of a run.

    Raises:
        ValueError: if `path` is not the directory of a run, or its config.json is
            damaged.
    """
    saved = read_config(path)
    if _is_of_script(saved):
        raise ValueError(
            f"Expected a run of a recipe. Received: {path}, the run of a script. Run "
            "the script again to go on with it."
        )
    saved.pop(START, None)
    try:
        saved = _with_players(saved)
        parts = {
            "training": Training(**saved["training"]),
            "data": Data(**saved["data"]),
            "published": tuple(Published(**p) for p in saved["published"]),
            "metrics": tuple(saved.get("metrics", ())),
        }
        return Recipe(**{**saved, **parts})
    except (ValueError, KeyError, TypeError) as error:
        file = Path(path) / CONFIG
        raise ValueError(
            f"Expected a recipe in {file}. Received: a file that is damaged, or of "
            f"another version of kgan ({type(error).__name__}: {error})."
        ) from None


def as_config(recipe: Recipe) -> dict[str, Any]:
    """A recipe as the contents of config.json."""
    config = dataclasses.asdict(recipe)
    for name in ("published", "metrics"):
        config[name] = list(config[name])
    return config


def hyperparameters(recipe: Recipe) -> dict[str, Any]:
    """The settings of a recipe that can differ between its runs, as in config.json."""
    config = as_config(recipe)
    names = ("training", "data", "options", "optimizers", "schedules", "starts_from")
    return {name: config[name] for name in names}


def about_start(path: str | Path) -> dict[str, str]:
    """What scores and cards say of the networks that a run started with.

    Args:
        path: the directory of a run, or any other path.

    Returns:
        {"started_from": a sentence}, or {} for a run that started with new networks,
        or a path that is no run.
    """
    start = read_config(path).get(START) if is_run(path) else None
    if not start:
        return {}
    # The end of the path, because a card does not say where a machine has its files.
    origin = "/".join(Path(start["from"]).parts[-3:])
    networks = ", ".join(start["networks"])
    return {
        "started_from": f"{networks} of {origin} after {start['steps']} steps, sha256 "
        f"{start['sha256'][:12]}"
    }


def _with_players(saved: dict[str, Any]) -> dict[str, Any]:
    """A config, also of a run that is older than optimizers by player."""
    if "optimizers" in saved:
        return saved
    saved = {**saved, "optimizers": {p: saved[f"{p}_optimizer"] for p in "dg"}}
    old = ("d_optimizer", "g_optimizer", "from_data")
    return {name: value for name, value in saved.items() if name not in old}


def code_hash() -> str:
    """Which code this is: a hash of kgan's source."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
