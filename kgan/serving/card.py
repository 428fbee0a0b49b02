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
from kgan.results.best import RESULT as BEST_RESULT
from kgan.results.folder import folder_of
from kgan.results.result import Result, read_result
from kgan.runs.config import code_hash, read_config
from kgan.serving.base_path import EXTRA

JSON, MARKDOWN = "model_card.json", "model_card.md"
_UNKNOWN = "not recorded: exported without its run"


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
        run: the directory of the training run, or None.

    Raises:
        ValueError: if `run` is not the directory of a run.
    """
    config = None if run is None else read_config(run)
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
        "data": _data(config),
        "scores": [] if run is None else _scores(Path(run), trained_steps(model)),
        "limit": limit,
        "signatures": report.signatures,
        "check": report.lines,
    }


def read(path: str | Path) -> dict[str, Any]:
    """The facts on the card of the export at `path`."""
    return json.loads((Path(path) / EXTRA / JSON).read_text())


def write(extra: Path, facts: dict[str, Any]) -> None:
    """Writes the card as JSON and as Markdown into the directory `extra`."""
    (extra / JSON).write_text(json.dumps(facts, indent=2) + "\n")
    (extra / MARKDOWN).write_text(markdown(facts))


def markdown(facts: dict[str, Any]) -> str:
    """The card as Markdown, for people."""
    model, training, data = facts["model"], facts["training"], facts["data"]
    recipe = training["recipe"] or _UNKNOWN
    paper = f" ({training['paper']})" if training["paper"] else ""
    return "\n".join([
        f"# {facts['name']}, version {facts['version']}",
        "",
        f"{model['class']}: {model['parameters']:,} parameters. Weights: "
        f"{model['weights']}.",
        "",
        *_endpoint_lines(model["endpoints"]),
        "",
        f"- Recipe: {recipe}{paper}",
        f"- Run: {training['run'] or _UNKNOWN}",
        f"- Steps: {training['steps']}",
        f"- Data: {data['name'] or _UNKNOWN}",
        f"- Licence of the data: {data['licence']}",
        f"- Made by kgan {facts['made_by']['kgan']} on TensorFlow "
        f"{facts['made_by']['tensorflow']}, {facts['exported']}",
        "",
        "## Scores",
        "",
        *_score_lines(facts["scores"]),
        "",
        "## Signatures",
        "",
        *_signature_lines(facts["signatures"]),
        "",
        f"A request may ask for at most {facts['limit']} examples.",
        "",
        "## How to call",
        "",
        *_call_lines(facts),
        "",
        "## Check at the export",
        "",
        *[f"- {line}" for line in facts["check"]],
        "",
    ])  # fmt: skip


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
        "weights": weights,
    }


def trained_steps(model: keras.Model) -> int:
    """The number of training steps of a game."""
    return int(model.steps.numpy())


def _training(model: Game, run: str | Path | None, config: dict[str, Any] | None):
    config = config or {}
    return {
        "steps": trained_steps(model),
        "run": None if run is None else str(run),
        "recipe": config.get("name"),
        "paper": config.get("paper"),
        "config": config or None,
    }


def _data(config: dict[str, Any] | None):
    if config is None:
        return {"name": None, "split": None, "licence": _UNKNOWN}
    name = config["data"]["data"]
    return {
        "name": name,
        "split": config["data"]["split"],
        "licence": licence(name),
    }


def _scores(run: Path, steps: int):
    """The evaluations after `steps` steps, complete: a score alone says little."""
    files = [*sorted(folder_of(run).glob("*.json")), *run.glob(BEST_RESULT)]
    results = [(file.name, read_result(file)) for file in files]
    return [
        {"file": name, **dataclasses.asdict(result)}
        for name, result in results
        if result.samples.get("steps") == steps
    ]


def _endpoint_lines(endpoints: dict[str, Any]):
    def words(spaces: dict[str, str]):
        return ", ".join(f"{name} ({what})" for name, what in spaces.items())

    return [
        f"- {name}: {words(ends['takes'])} -> {words(ends['gives'])}"
        for name, ends in endpoints.items()
    ]


def _score_lines(scores: list[dict[str, Any]]):
    if not scores:
        return ["None: this state of the run was not evaluated before the export."]
    lines = []
    for score in scores:
        result = {key: value for key, value in score.items() if key != "file"}
        table = Result(**result).table()
        lines += [f"{score['file']} of the run:", "", "```", table, "```", ""]
    return lines[:-1]


def _signature_lines(signatures: dict[str, Any]):
    lines = ["| signature | inputs | outputs |", "|---|---|---|"]
    for name, ends in signatures.items():
        cells = [_tensors(ends[side]) for side in ("inputs", "outputs")]
        lines.append(f"| `{name}` | {cells[0]} | {cells[1]} |")
    return lines


def _tensors(named: dict[str, Any]):
    described = []
    for name, (dtype, shape) in named.items():
        if shape is not None:
            dtype += f" [{', '.join('n' if d is None else str(d) for d in shape)}]"
        described.append(f"`{name}` {dtype}")
    return ", ".join(described)


def _call_lines(facts: dict[str, Any]):
    """Requests by curl and by kgan's client, if the model has their signatures."""
    name, signatures = facts["name"], facts["signatures"]
    lines = []
    if "sample_png" in signatures:
        request = (
            '{"signature_name": "sample_png", "inputs": {"num_samples": 1, "seed": 1}}'
        )
        lines += [
            "```sh",
            f"curl -s http://localhost:8501/v1/models/{name}:predict -d '{request}' |",
            "  python -c 'import base64, json, sys; sys.stdout.buffer.write("
            'base64.b64decode(json.load(sys.stdin)["outputs"][0]["b64"]))\' > 1.png',
            "```",
            "",
        ]
    if "sample" in signatures:
        lines += [
            "```python",
            f'client = kgan.serving.Client("localhost:8500", model="{name}")',
            "images = client.sample(16, seed=1)",
            "```",
            "",
            "The images equal those of `model.generate(16, seed=1)`.",
        ]
    default = signatures.get("serving_default")
    if default and not lines:
        url = f"http://localhost:8501/v1/models/{name}:predict"
        inputs = ", ".join(default["inputs"])
        lines.append(f"POST {url}, with the inputs {inputs} as JSON.")
    return lines or [f"The model's name on a server is `{name}`."]
