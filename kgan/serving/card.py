"""The model card: what an exported model is, and how to call it."""

import dataclasses
import datetime
import json
from pathlib import Path

import keras
import tensorflow as tf

from kgan._version import __version__
from kgan.callbacks.best import RESULT as BEST_RESULT
from kgan.data.licences import licence
from kgan.evaluation.result import Result, read_result
from kgan.evaluation.results import folder_of
from kgan.recipes.runs import code_hash
from kgan.serving.base_path import EXTRA

JSON, MARKDOWN = "model_card.json", "model_card.md"
_UNKNOWN = "not recorded: exported without its run"


def steps(model):
    """How many training steps the model took; 0 if it was never compiled."""
    optimizer = getattr(model, "g_optimizer", None)
    if optimizer is None:
        return 0
    # Under a strategy too, where the variable is one of several.
    return int(tf.convert_to_tensor(optimizer.iterations.value))


def facts(model, path, report, *, limit, run=None):
    """What the card says: a dict for JSON.

    Args:
        model: the `GAN`.
        path: where the export will be: <name>/<version>.
        report: the `kgan.serving.contract.Report` of its check.
        limit: the most examples of a request.
        run: the directory of the training run, or None.

    Raises:
        ValueError: if `run` is no directory of a run.
    """
    config = None if run is None else _config(Path(run))
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
        "model": _model(model),
        "training": _training(model, run, config),
        "data": _data(config),
        "scores": [] if run is None else _scores(Path(run), steps(model)),
        "limit": limit,
        "signatures": report.signatures,
        "check": report.lines,
    }


def read(path):
    """The card of the export at `path`: a dict."""
    return json.loads((Path(path) / EXTRA / JSON).read_text())


def write(extra, facts):
    """Writes the card as JSON and as Markdown."""
    (extra / JSON).write_text(json.dumps(facts, indent=2) + "\n")
    (extra / MARKDOWN).write_text(markdown(facts))


def markdown(facts):
    """The card for people."""
    model, training, data = facts["model"], facts["training"], facts["data"]
    recipe = training["recipe"] or _UNKNOWN
    paper = f" ({training['paper']})" if training["paper"] else ""
    return "\n".join([
        f"# {facts['name']}, version {facts['version']}",
        "",
        f"{model['class']}: {model['parameters']:,} parameters, examples of "
        f"{' x '.join(map(str, model['image_shape']))}. Weights: {model['weights']}.",
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


def _model(model):
    averaged = getattr(model, "ema_decay", None)
    weights = f"average over training, decay {averaged}" if averaged else "as trained"
    return {
        "class": type(model).__name__,
        "parameters": model.sampler.count_params(),
        "image_shape": list(model.image_shape),
        "latent_dim": model.latent_dim,
        "latent_prior": keras.saving.serialize_keras_object(model.latent_prior),
        "weights": weights,
    }


def _config(run):
    try:
        return json.loads((run / "config.json").read_text())
    except (OSError, ValueError) as error:
        raise ValueError(
            "Expected the directory of a training run, such as logs/dcgan/001. "
            f"Received: {run}: {error}"
        ) from None


def _training(model, run, config):
    config = config or {}
    return {
        "steps": steps(model),
        "run": None if run is None else str(run),
        "recipe": config.get("name"),
        "paper": config.get("paper"),
        "config": config or None,
    }


def _data(config):
    if config is None:
        return {"name": None, "split": None, "licence": _UNKNOWN}
    name = config["data"]["data"]
    return {
        "name": name,
        "split": config["data"]["split"],
        "licence": licence(name),
    }


def _scores(run, made):
    """The evaluations after `made` steps, whole: a score alone says little."""
    files = [*sorted(folder_of(run).glob("*.json")), *run.glob(BEST_RESULT)]
    results = [(file.name, read_result(file)) for file in files]
    return [
        {"file": name, **dataclasses.asdict(result)}
        for name, result in results
        if result.samples.get("steps") == made
    ]


def _score_lines(scores):
    if not scores:
        return ["None: this state of the run was not evaluated before the export."]
    lines = []
    for score in scores:
        result = {key: value for key, value in score.items() if key != "file"}
        table = Result(**result).table()
        lines += [f"{score['file']} of the run:", "", "```", table, "```", ""]
    return lines[:-1]


def _signature_lines(signatures):
    lines = ["| signature | inputs | outputs |", "|---|---|---|"]
    for name, ends in signatures.items():
        cells = [_tensors(ends[side]) for side in ("inputs", "outputs")]
        lines.append(f"| `{name}` | {cells[0]} | {cells[1]} |")
    return lines


def _tensors(named):
    described = []
    for name, (dtype, shape) in named.items():
        if shape is not None:
            dtype += f" [{', '.join('n' if d is None else str(d) for d in shape)}]"
        described.append(f"`{name}` {dtype}")
    return ", ".join(described)


def _call_lines(facts):
    """A request with curl and one with kgan's client, as far as they fit the model."""
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
            "The same seed gives what `model.generate(16, seed=1)` gives.",
        ]
    default = signatures.get("serving_default")
    if default and not lines:
        url = f"http://localhost:8501/v1/models/{name}:predict"
        inputs = ", ".join(default["inputs"])
        lines.append(f"POST {url}, with the inputs {inputs} as JSON.")
    return lines or [f"The model's name on a server is `{name}`."]
