"""Sources of generated examples: run, `.keras` file, export, server or model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kgan.core.game import Game
from kgan.evaluation.export import about_export, open_export
from kgan.evaluation.models import of_model
from kgan.evaluation.samples import Samples
from kgan.evaluation.server import open_server
from kgan.evaluation.signatures import Questions
from kgan.runs.config import about_start, is_run, run_of, settings_of
from kgan.runs.loading import load_file, open_run
from kgan.serving.client import is_address

WEIGHTS = ("auto", "ema", "raw")


def open_samples(
    source: Any, weights: str = "auto", endpoint: str | None = None
) -> Samples:
    """Opens a path, an address or a model as `Samples`.

    Args:
        source: the directory of a training run, a `.keras` file, the directory of one
            version of an export, the address of a server (see
            `kgan.evaluation.server`), or a `kgan.Game`.
        weights: "ema" for the averaged generator, "raw" for the trained generator,
            "auto" for the averaged generator if there is one.
        endpoint: what makes the examples, such as "translate_back". Default: what takes
            least beside a seed.

    Raises:
        ValueError: if the source does not exist or is of another kind, or does not have
            these weights, or does not have this endpoint.
        kgan.serving.ServerError: if a server refuses, fails or cannot be reached.
    """
    if weights not in WEIGHTS:
        raise ValueError(
            f"Expected weights to be one of {', '.join(WEIGHTS)}. "
            f"Received: weights={weights!r}."
        )
    if isinstance(source, Game):
        return of_model(source, "model", source.name, weights, endpoint=endpoint)
    if is_address(str(source)):
        _check_one_set(source, weights)
        asked, source = open_server(source, endpoint)
        return _asking(asked, source, "server", "as served", {}, None)
    path = Path(source)
    if is_run(path):
        run = open_run(path)
        trained = {**_trained(path), "epoch": run.epoch, "batch": run.batch}
        about = trained, run.settings.data, endpoint
        return of_model(run.model, "run", path, weights, *about)
    if path.suffix == ".keras" and path.is_file():
        model, origin = load_file(path), {}
        run = run_of(path)
        if run is not None:
            # For example the best.keras of a run.
            origin = {"trained": _trained(run), "data": settings_of(run).data}
        return of_model(model, "keras", path, weights, **origin, endpoint=endpoint)
    if (path / "saved_model.pb").is_file():
        _check_one_set(path, weights)
        asked = open_export(path, endpoint)
        return _asking(asked, path, "savedmodel", *about_export(path))
    raise ValueError(no_source(path))


def no_source(path: Path) -> str:
    """The message of an error where `path` has no model."""
    return (
        "Expected the directory of a training run (logs/dcgan/001), a .keras file, "
        "the directory of one version of an export (export/dcgan/1), or the address of "
        "a server (http://localhost:8501, localhost:8500). "
        f"Received: {path}, {_what_is(path)}."
    )


def _trained(run: Path):
    """The recipe of a run, if it has one, and what the run started from."""
    settings = settings_of(run)
    recipe = {"recipe": settings.name} if settings.recipe else {}
    return {**recipe, **about_start(run)}


def _asking(asked: Questions, source: Any, kind: str, weights: str, *about: Any):
    return Samples(
        source,
        kind,
        weights,
        asked.space,
        *about,
        block=asked.block,
        interpolate=asked.interpolate,
        mix=asked.mix,
        takes=asked.takes,
        says=asked.says,
    )


def _check_one_set(source: Any, weights: str):
    if weights != "auto":
        raise ValueError(
            "Expected weights='auto', because an export has one set of weights. "
            f"Received: weights={weights!r} for {source}. Leave weights out."
        )


def _what_is(path: Path):
    if not path.exists():
        return "which does not exist"
    if path.is_file():
        return "a file of another kind"
    if any((p / "saved_model.pb").is_file() for p in path.glob("*")):
        return "a directory of versions; give the path of one version"
    return "a directory without config.json or saved_model.pb"
