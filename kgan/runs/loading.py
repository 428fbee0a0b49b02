"""Models of training runs, and of `.keras` files."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from kgan.runs.config import Settings, is_run, settings_of


class LoadedRun(NamedTuple):
    """A training run, as `open_run` returns it.

        >>> settings = kgan.runs.config.Settings("mine", None, None, model={})
        >>> run = kgan.runs.loading.LoadedRun(model, settings, epoch=2, batch=0)
        >>> run.model.generate(3).shape
        (3, 28, 28, 1)

    Attributes:
        model: the compiled `kgan.Game`, in its newest state.
        settings: its name, and what it was made of.
        epoch: the number of finished epochs.
        batch: the number of finished steps of the next epoch.
    """

    model: Any
    settings: Settings
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

    # Keras knows the classes of kgan from here on.
    import kgan

    with _one_sentence(f"the file of a model. Received: {path}"):
        model = keras.models.load_model(path)
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

    settings = settings_of(path)
    checkpoints = Path(path) / "checkpoints"
    if not (checkpoints / "checkpoint").is_file():
        again = "the script that made it"
        if settings.recipe:
            again = f"python train.py {settings.name} --resume --run {path}"
        raise ValueError(
            f"Expected a run with a checkpoint. Received: {path}, which has no "
            "checkpoint: the run stopped before its first one. Resume the run with: "
            f"{again}"
        )
    model = _model(path, settings)
    state = SavedState(model, checkpoints)
    if not state.restore():
        raise ValueError(f"Expected checkpoints in {checkpoints}. Received: none.")
    return LoadedRun(model, settings, state.epoch, state.batch)


def _model(path: str | Path, settings: Settings):
    """The compiled model of a run, untrained."""
    if settings.recipe:
        return settings.recipe.build(settings.recipe.open_data())
    import keras

    import kgan  # noqa: F401, Keras knows its classes from here on

    with _one_sentence(f"the run of a model. Received: {path}"):
        return keras.saving.deserialize_keras_object(settings.model)


@contextlib.contextmanager
def _one_sentence(expected: str) -> Iterator[None]:
    """Says in one sentence that Keras cannot load a model."""
    try:
        yield
    except (OSError, ValueError, TypeError, KeyError) as error:
        # Keras appends the whole config of the model.
        reason = str(error).partition("Full object config")[0].strip().splitlines()[0]
        raise ValueError(
            f"Expected {expected}, which cannot be loaded "
            f"as a Keras model: {reason.rstrip('.')}. Import your own classes first; "
            "the commands do with --import FILE_OR_MODULE."
        ) from None
