"""The model card: says what an exported model is, and how to call it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kgan.core.game import Game

if TYPE_CHECKING:
    from kgan.serving.contract import Report

import dataclasses
import datetime
import json
from pathlib import Path

import keras
import tensorflow as tf

from kgan._version import __version__
from kgan.data.licences import licence
from kgan.data.sources import Source
from kgan.objectives.losses import Loss
from kgan.results.best import RESULT as BEST_RESULT
from kgan.results.folder import folder_of
from kgan.results.result import read_result
from kgan.runs.config import about_start, code_hash, read_config, settings_of
from kgan.serving.base_path import EXTRA
from kgan.serving.card_markdown import UNKNOWN, markdown
from kgan.spaces import Labels, Space, infer
from kgan.system import json_numbers
from kgan.system.text import without_directories

JSON, MARKDOWN = "model_card.json", "model_card.md"
# Settings of more characters, such as networks, are not on the card.
_LONG = 300


def facts(
    model: Game,
    path: Path,
    report: Report,
    *,
    limit: int,
    parameters: int,
    run: str | Path | None = None,
) -> dict[str, Any]:
    """The facts of the card: a dict for JSON.

    Args:
        model: the exported model.
        path: the directory of the export: <name>/<version>.
        report: the report of the check of the export.
        limit: the largest number of examples per request.
        parameters: the number of exported parameters.
        run: the directory of the training run; default: that of the model, see
            `kgan.callbacks.Run`; None if there is none.

    Raises:
        ValueError: if `run` is not the directory of a run.
    """
    run = run or model.run_directory
    config = _config(run)
    now = datetime.datetime.now(datetime.UTC)
    return {
        "name": path.parent.name,
        "version": path.name,
        "exported": now.isoformat(timespec="seconds"),
        "made_by": {
            "kgan": __version__,
            "code": code_hash(),
            "tensorflow": tf.__version__,
            "keras": keras.__version__,
        },
        "model": _model(model, parameters),
        "training": _training(model, run, config),
        "data": _data(config, model.learned_from),
        "scores": [] if run is None else _scores(Path(run), trained_steps(model)),
        "limit": limit,
        "signatures": report.signatures,
        "check": report.lines,
    }


def read(path: str | Path) -> dict[str, Any]:
    """The facts on the card of the export at `path`."""
    return json.loads((Path(path) / EXTRA / JSON).read_text())


def takes_of(path: str | Path) -> dict[str, dict[str, Space]]:
    """What the export at `path` takes: signature -> input -> its space.

    The signatures of an export do not say how many classes there are, or what the sides
    of images are multiples of; its card does. Empty without a card that says it.
    """
    takes = _spaces_of(path, "takes")
    if takes is not None:
        return takes
    try:
        # Older cards say of labels alone what they are.
        facts = read(path)
        known = facts["model"]["labels"].items()
        labels = {name: Labels(**config) for name, config in known}
        return dict.fromkeys(facts["signatures"], labels)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def gives_of(path: str | Path) -> dict[str, dict[str, Space]]:
    """What the export at `path` gives: signature -> output -> its space.

    Types of graphs are several tensors of whole numbers; the card says what they are.
    Empty without a card that says it.
    """
    return _spaces_of(path, "gives") or {}


def _spaces_of(path: str | Path, end: str):
    """Signature -> name -> its space, as the card has them; None if it has none."""
    try:
        return {
            name: {key: infer.get(space) for key, space in spaces.items()}
            for name, spaces in read(path)["model"][end].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write(extra: Path, facts: dict[str, Any]) -> None:
    """Writes the card as JSON and as Markdown into the directory `extra`.

    Of absolute paths the card has the last name only: where a machine has its files is
    not for those who get the model.
    """
    facts = without_directories(facts)
    (extra / JSON).write_text(json_numbers.dumps(facts) + "\n")
    (extra / MARKDOWN).write_text(markdown(facts))


def _model(model: Game, parameters: int):
    averaging = model.averaging
    weights = "as trained"
    if averaging.half_life is not None:
        weights = f"average over training, half-life {averaging.half_life} images"
    elif averaging.decay is not None:
        weights = f"average over training, decay {averaging.decay}"
    return {
        "class": type(model).__name__,
        "parameters": parameters,
        "endpoints": {
            name: {
                end: {n: space.describe() for n, space in spaces.items()}
                for end, spaces in (("takes", e.takes), ("gives", e.gives))
            }
            for name, e in model.endpoints().items()
        },
        "takes": {
            e.seeded or name: _named({key: e.takes[key] for key in e.given})
            for name, e in model.endpoints().items()
        },
        "gives": {
            e.seeded or name: _named(e.gives) for name, e in model.endpoints().items()
        },
        "labels": {
            name: {"classes": space.classes, "names": space.names}
            for e in model.endpoints().values()
            for name, space in e.takes.items()
            if isinstance(space, Labels)
        },
        "weights": weights,
        "settings": _settings(model),
        "about": model.about(),
    }


def _named(spaces: dict[str, Space]):
    """Spaces as JSON, without those of no name."""
    named = {key: infer.named(space) for key, space in spaces.items()}
    return {key: space for key, space in named.items() if space}


def trained_steps(model: keras.Model) -> int:
    """The number of training steps of a game."""
    return int(model.steps.numpy())


def _settings(model: Game):
    """The constructor's arguments, without networks and other long ones."""
    try:
        config = model.get_config()
    except ValueError:
        # A script's own argument, which Keras cannot save.
        return {}
    plain = {name: _untupled(value) for name, value in config.items()}
    return {name: v for name, v in plain.items() if len(json.dumps(v)) <= _LONG}


def _untupled(value: Any):
    """A tuple as a list; in the config of a model it is marked, to be loaded again."""
    marked = isinstance(value, dict) and list(value) == ["tuple"]
    return value["tuple"] if marked else value


def _training(model: Game, run: str | Path | None, config: dict[str, Any] | None):
    recipe = None if run is None else settings_of(run).recipe
    return {
        "steps": trained_steps(model),
        "images": int(model.images.numpy()),
        "losses": [_configured(loss) for loss in _losses(model)],
        "terms": [name for name in model.terms.names if _is_term(name, model)],
        "optimizers": {
            name: _configured(optimizer) for name, optimizer in _optimizers(model)
        },
        "run": None if run is None else str(run),
        "recipe": recipe and recipe.name,
        "paper": recipe and recipe.paper,
        **({} if run is None else about_start(run)),
        "config": config,
    }


def _losses(model: Game):
    """The objectives that the model has, whatever a recipe says."""
    return [value for value in vars(model).values() if isinstance(value, Loss)]


def _is_term(name: str, model: Game):
    """Whether a name in the logs is a term of a player's loss: "d/adversarial"."""
    player, _, term = name.partition("/")
    return bool(term) and player in model.players and term != "updated"


def _optimizers(model: Game):
    return model.optimizer.by_player.items() if model.compiled else ()


def _configured(value: Any):
    """A loss or an optimizer as it is now, with the arguments that are set."""
    config = {
        # Of the digits that float32 has.
        name: float(f"{v:.6g}") if isinstance(v, float) else v
        for name, v in value.get_config().items()
        if v is not None and v is not False and name != "name"
    }
    return {"class": type(value).__name__, "config": config}


def _config(run: str | Path | None):
    """The settings of a run; those of a script's model are elsewhere on the card."""
    if run is None:
        return None
    return {name: v for name, v in read_config(run).items() if name != "model"}


def _data(config: dict[str, Any] | None, source: Source | None):
    """What the run says that the model learned from, or else what `fit` was given."""
    data = (config or {}).get("data") or (source and source.origin)
    if data:
        name = str(data["data"])
        return {"name": name, "split": data.get("split"), "licence": licence(name)}
    if source is not None:
        name = f"{source.name}, {source.size:,} examples"
        return {"name": name, "split": None, "licence": licence(source.name)}
    return {"name": None, "split": None, "licence": UNKNOWN}


def _scores(run: Path, steps: int):
    """The evaluations after `steps` steps, complete: a score alone says little."""
    files = [*sorted(folder_of(run).glob("*.json")), *run.glob(BEST_RESULT)]
    results = [(file.name, read_result(file)) for file in files]
    return [
        {"file": name, **dataclasses.asdict(result)}
        for name, result in results
        if result.samples.get("steps") == steps
    ]
