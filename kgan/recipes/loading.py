"""Models of training runs, and of `.keras` files."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from kgan.recipes.recipe import Data, Published, Recipe, Training
from kgan.recipes.runs import CONFIG


class LoadedRun(NamedTuple):
    """A training run.

    Attributes:
        model: the compiled `GAN`, in its newest state.
        recipe: the `Recipe` as the run began with it.
        epoch, batch: how far it came: epochs done, and steps of the next.
    """

    model: Any
    recipe: Recipe
    epoch: int
    batch: int


def is_run(path):
    """Whether `path` is a directory that a training run began."""
    return (Path(path) / CONFIG).is_file()


def load_model(path):
    """The model of a run, in its newest state, or of a `.keras` file.

    Raises:
        ValueError: as `open_run` and `load_file`.
    """
    is_file = Path(path).suffix == ".keras" and not is_run(path)
    return load_file(path) if is_file else open_run(path).model


def run_of(path):
    """The directory of the run that a path is, or a file such as best.keras is in.

    Returns:
        A `Path`, or None.
    """
    path = Path(path)
    return next((p for p in (path, path.parent) if is_run(p)), None)


def load_file(path):
    """The GAN in a `.keras` file.

    Raises:
        ValueError: if it cannot be loaded, or is no GAN.
    """
    import keras

    # Registers the classes of kgan.
    import kgan.models  # noqa: F401

    try:
        model = keras.models.load_model(path)
    except (OSError, ValueError, TypeError, KeyError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ValueError(
            f"{path} cannot be loaded as a Keras model: {reason}. A class of your own "
            "must be imported first."
        ) from None
    if not hasattr(model, "generate"):
        raise ValueError(
            f"Expected a GAN of kgan. Received: {path}, a {type(model).__name__}."
        )
    return model


def open_run(path):
    """Reads a run directory, logs/<recipe>/<run>/. Nothing in it is changed.

    The run may be going on: what it saved last is read.

    Args:
        path: the directory, with config.json and checkpoints/ in it.

    Returns:
        A `LoadedRun`.

    Raises:
        ValueError: if it is no run, its data is not there to tell the images' shape, or
            it has no state that can be read.
    """
    from kgan.callbacks.training_state import SavedState

    recipe = saved_recipe(path)
    checkpoints = Path(path) / "checkpoints"
    if not (checkpoints / "checkpoint").is_file():
        raise ValueError(
            f"The run {path} has no checkpoint: it was stopped before it saved its "
            f"first. Go on with it: python train.py {recipe.name} --resume --run {path}"
        )
    model = recipe.build(recipe.open_data())
    state = SavedState(model, checkpoints)
    if not state.restore():
        raise ValueError(f"Expected checkpoints in {checkpoints}. Received: none.")
    return LoadedRun(model, recipe, state.epoch, state.batch)


def saved_recipe(path):
    """The recipe that a run directory was made of.

    Raises:
        ValueError: if it is no run, or its config.json is damaged.
    """
    config = Path(path) / CONFIG
    if not config.is_file():
        raise ValueError(
            f"Expected the directory of a training run, such as logs/dcgan/001. "
            f"Received: {path}, without {CONFIG}."
        )
    try:
        saved = json.loads(config.read_text())
        parts = {
            "training": Training(**saved["training"]),
            "data": Data(**saved["data"]),
            "from_data": tuple(saved["from_data"]),
            "published": tuple(Published(**p) for p in saved["published"]),
            "metrics": tuple(saved.get("metrics", ())),
        }
        return Recipe(**{**saved, **parts})
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{config} is damaged, or of another kgan: {error}") from None
