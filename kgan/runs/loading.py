"""Models of training runs, and of `.keras` files."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from kgan.recipes.recipe import Recipe
from kgan.runs.config import is_run, saved_recipe


class LoadedRun(NamedTuple):
    """A training run, as `open_run` returns it.

        >>> recipe = kgan.recipes.get("dcgan")
        >>> run = kgan.runs.loading.LoadedRun(model, recipe, epoch=2, batch=0)
        >>> run.model.generate(3).shape
        (3, 28, 28, 1)

    Attributes:
        model: the compiled `kgan.Game`, in its newest state.
        recipe: the `Recipe` at the start of the run.
        epoch: the number of finished epochs.
        batch: the number of finished steps of the next epoch.
    """

    model: Any
    recipe: Recipe
    epoch: int
    batch: int


def load_model(path: str | Path) -> Any:
    """The model of a run, in its newest state, or of a `.keras` file.

    Returns:
        A `kgan.Game`.

    Raises:
        ValueError: as for `open_run` and `load_file`.
    """
    is_file = Path(path).suffix == ".keras" and not is_run(path)
    return load_file(path) if is_file else open_run(path).model


def load_file(path: str | Path) -> Any:
    """The `kgan.Game` in a `.keras` file.

    Raises:
        ValueError: if the file cannot be loaded, or its model is not a `kgan.Game`.
    """
    import keras

    # Registers the classes of kgan.
    import kgan
    import kgan.models

    try:
        model = keras.models.load_model(path)
    except (OSError, ValueError, TypeError, KeyError) as error:
        # Keras appends the whole config of the model.
        reason = str(error).partition("Full object config")[0].strip().splitlines()[0]
        raise ValueError(
            f"Expected the file of a model. Received: {path}, which cannot be loaded "
            f"as a Keras model: {reason.rstrip('.')}. Import your own classes first; "
            "the commands do with --import FILE_OR_MODULE."
        ) from None
    if not isinstance(model, kgan.Game):
        raise ValueError(
            f"Expected a kgan.Game, such as a GAN. Received: {path}, a "
            f"{type(model).__name__}."
        )
    return model


def open_run(path: str | Path) -> LoadedRun:
    """Reads the directory of a run, logs/<recipe>/<run>/, and changes nothing in it.

    Training may still go on: `open_run` reads the newest saved state.

    Args:
        path: the directory, with config.json and checkpoints/ in it.

    Raises:
        ValueError: if `path` is not the directory of a run, the data of the run is
            missing (the model needs its shape), or no saved state can be read.
    """
    from kgan.runs.training_state import SavedState

    recipe = saved_recipe(path)
    checkpoints = Path(path) / "checkpoints"
    if not (checkpoints / "checkpoint").is_file():
        raise ValueError(
            f"Expected a run with a checkpoint. Received: {path}, which has no "
            "checkpoint: the run stopped before its first one. Resume the run with: "
            f"python train.py {recipe.name} --resume --run {path}"
        )
    model = recipe.build(recipe.open_data())
    state = SavedState(model, checkpoints)
    if not state.restore():
        raise ValueError(f"Expected checkpoints in {checkpoints}. Received: none.")
    return LoadedRun(model, recipe, state.epoch, state.batch)
