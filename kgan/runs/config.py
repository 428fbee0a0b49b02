"""The settings of a run: config.json in its directory."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

from kgan.recipes.recipe import Data, Published, Recipe, Training

CONFIG = "config.json"


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


def saved_recipe(path: str | Path) -> Recipe:
    """The recipe in the directory of a run.

    Raises:
        ValueError: if `path` is not the directory of a run, or its config.json is
            damaged.
    """
    saved = read_config(path)
    try:
        parts = {
            "training": Training(**saved["training"]),
            "data": Data(**saved["data"]),
            "from_data": tuple(saved["from_data"]),
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
    for name in ("from_data", "published", "metrics"):
        config[name] = list(config[name])
    return config


def hyperparameters(recipe: Recipe) -> dict[str, Any]:
    """The settings of a recipe that can differ between its runs, as in config.json."""
    config = as_config(recipe)
    names = ("training", "data", "options", "d_optimizer", "g_optimizer")
    return {name: config[name] for name in names}


def code_hash() -> str:
    """Which code this is: a hash of kgan's source."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
