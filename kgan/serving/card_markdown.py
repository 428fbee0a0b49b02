"""The model card as Markdown, for people."""

from __future__ import annotations

from typing import Any

from kgan.results.result import Result

UNKNOWN = "not recorded: exported without its run"
# Names of classes on the card, at most; the JSON has all.
_NAMES = 100


def markdown(facts: dict[str, Any]) -> str:
    """The card as Markdown, for people."""
    model, training, data = facts["model"], facts["training"], facts["data"]
    no_recipe = "none, the run is of a script" if training["run"] else UNKNOWN
    recipe = training["recipe"] or no_recipe
    paper = f" ({training['paper']})" if training["paper"] else ""
    return "\n".join([
        f"# {facts['name']}, version {facts['version']}",
        "",
        f"{model['class']}: {model['parameters']:,} parameters. Weights: "
        f"{model['weights']}.",
        "",
        *_endpoint_lines(model["endpoints"]),
        *_about_lines(model.get("about") or {}),
        *_class_lines(model.get("labels") or {}),
        *_picture_lines(facts),
        "",
        f"- Recipe: {recipe}{paper}",
        f"- Run: {training['run'] or UNKNOWN}",
        f"- Settings of the model: {_arguments(model['settings'])}",
        f"- Steps: {training['steps']} ({training['images']:,} images)",
        f"- Loss: {', '.join(map(_call, training['losses'])) or 'of the model'}"
        f"{_terms(training['terms'])}",
        *[f"- Optimizer of {p}: {_call(o)}" for p, o in training["optimizers"].items()],
        *_start_lines(training),
        f"- Data: {data['name'] or UNKNOWN}",
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


def _terms(terms: list[str]):
    return f"; terms {', '.join(terms)}" if terms else ""


def _start_lines(training: dict[str, Any]):
    started = training.get("started_from")
    return [f"- Started from: {started}"] if started else []


def _endpoint_lines(endpoints: dict[str, Any]):
    def words(spaces: dict[str, str]):
        return ", ".join(f"{name} ({what})" for name, what in spaces.items())

    return [
        f"- {name}: {words(ends['takes'])} -> {words(ends['gives'])}"
        for name, ends in endpoints.items()
    ]


def _about_lines(about: dict[str, Any]):
    return [f"- {name.capitalize()}: {of['sentence']}" for name, of in about.items()]


def _class_lines(labels: dict[str, Any]):
    """The classes of each input of labels; inputs of equal classes have one line."""
    lines = {}
    for name, known in labels.items():
        count, names = known["classes"], known["names"] or ()
        shown = ", ".join(f"{i} {n}" for i, n in enumerate(names[:_NAMES]))
        what = f"{count}, numbered from 0 to {count - 1}"
        if names:
            what = f"{count}: {shown}{', ...' if count > _NAMES else ''}"
        lines.setdefault(what, []).append(name)
    return [f"- Classes of {' and '.join(n)}: {what}" for what, n in lines.items()]


def _picture_lines(facts: dict[str, Any]):
    picture = facts.get("picture")
    return ["", f"![{picture['what']}]({picture['file']})"] if picture else []


def _call(configured: dict[str, Any]):
    """A loss or an optimizer as it is written in Python."""
    return f"{configured['class']}({_arguments(configured['config'])})"


def _arguments(named: dict[str, Any]):
    return ", ".join(f"{name}={value!r}" for name, value in named.items())


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
    sampling = [signatures[s] for s in ("sample", "sample_png") if s in signatures]
    asked = sampling[0]["inputs"] if sampling else ()
    # Name of the signature's input -> (in JSON, in Python). Others are not known here.
    known = {
        "num_samples": ('"num_samples": 1', "16"),
        "labels": ('"labels": [0]', "labels=[0] * 16"),
    }
    counts = [n for n in asked if n != "seed"]
    lines = []
    if len(counts) == 1 and counts[0] in known:
        in_json, in_python = known[counts[0]]
        if "sample_png" in signatures:
            lines += _curl_lines(name, in_json)
        if "sample" in signatures:
            lines += _client_lines(name, in_python)
    default = signatures.get("serving_default")
    if default and not lines:
        url = f"http://localhost:8501/v1/models/{name}:predict"
        inputs = ", ".join(default["inputs"])
        lines.append(f"POST {url}, with the inputs {inputs} as JSON.")
    return lines or [f"The model's name on a server is `{name}`."]


def _curl_lines(name: str, counted: str):
    """A request by curl for one sample, as a PNG file."""
    request = f'{{"signature_name": "sample_png", "inputs": {{{counted}, "seed": 1}}}}'
    return [
        "```sh",
        f"curl -s http://localhost:8501/v1/models/{name}:predict -d '{request}' |",
        "  python -c 'import base64, json, sys; sys.stdout.buffer.write("
        'base64.b64decode(json.load(sys.stdin)["outputs"][0]["b64"]))\' > 1.png',
        "```",
        "",
    ]


def _client_lines(name: str, counted: str):
    """A request by kgan's client for 16 samples."""
    return [
        "```python",
        f'client = kgan.serving.Client("localhost:8500", model="{name}")',
        f"images = client.sample({counted}, seed=1)",
        "```",
        "",
        f"The images equal those of `model.generate({counted}, seed=1)`.",
    ]
