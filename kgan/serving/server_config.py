"""Reads and changes export/models.config: the models and labels of a server.

Nothing here imports TensorFlow.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from google.protobuf import text_format

from kgan.serving.base_path import check_name, model_directory, versions
from kgan.serving.messages import declare
from kgan.system.files import atomic_file

FILE = "models.config"
# The path of export/ in the container.
_MOUNT = "/models"
# ModelServerConfig of tensorflow/serving, with the same field names.
_MESSAGES = {
    "Label": {"key": (1, "string"), "value": (2, "int64")},
    "Latest": {"num_versions": (1, "uint32")},
    "All": {},
    "Specific": {"versions": (1, "repeated int64")},
    "Policy": {"latest": (100, "Latest"), "all": (101, "All"),
               "specific": (102, "Specific")},
    "Model": {
        "name": (1, "string"),
        "base_path": (2, "string"),
        "model_platform": (4, "string"),
        "model_version_policy": (7, "Policy"),
        "version_labels": (8, "repeated Label"),
    },
    "Models": {"config": (1, "repeated Model")},
    "Config": {"model_config_list": (1, "Models")},
}  # fmt: skip


def promote(export: str | Path, name: str, version: int, label: str) -> int | None:
    """Points a label to a version of a model, in `export`/models.config.

    A server that polls the file follows within seconds, without a restart. A model that
    is not in the file yet is added, and all of its versions are served.

    Args:
        export: the directory of the models.
        name: the name of the model.
        version: the number of an exported version.
        label: the label, such as "stable" or "canary".

    Returns:
        The number of the version that the label pointed to before, or None.

    Raises:
        ValueError: if the name or the label is not valid, if the policy in the file
            does not serve the version, or if kgan cannot read the file.
        FileNotFoundError: if the version does not exist.
    """
    check_name(label, "label")
    base = model_directory(export, name)
    if not (base / str(version) / "saved_model.pb").is_file():
        existing = ", ".join(map(str, versions(base))) or "none"
        raise FileNotFoundError(
            f"Expected a version of {name} that is in {base}: {existing}. Received: "
            f"version={version}."
        )
    file = Path(export) / FILE
    comment, config = read(file)
    models = config.model_config_list.config
    model = next((m for m in models if m.name == name), None) or _add(models, name)
    _require_served(model, version, base)
    before = {pair.key: pair.value for pair in model.version_labels}
    after = {**before, label: version}
    del model.version_labels[:]
    for key in sorted(after):
        model.version_labels.add(key=key, value=after[key])
    with atomic_file(file) as partial:
        partial.write_text(comment + text_format.MessageToString(config))
    return before.get(label)


def served(export: str | Path) -> list[str]:
    """The names of the models in `export`/models.config."""
    _, config = read(Path(export) / FILE)
    return [model.name for model in config.model_config_list.config]


def without_versions(export: str | Path) -> list[str]:
    """The names of models in `export`/models.config that have no version yet.

    A server answers no request before each of its models has a version.
    """
    return [name for name in served(export) if not versions(Path(export) / name)]


def read(file: Path) -> tuple[str, Any]:
    """Reads a models.config; a file that does not exist counts as empty.

    Returns:
        (the comment at the top of the file, the config as a message).

    Raises:
        ValueError: if the file is damaged, or has fields that kgan does not know.
    """
    config = declare("kgan.serving.config", _MESSAGES)["Config"]()
    if not file.exists():
        return "", config
    text = file.read_text()
    lines = text.splitlines(keepends=True)
    comment = []
    while lines and (lines[0].startswith("#") or not lines[0].strip()):
        comment.append(lines.pop(0))
    try:
        text_format.Parse(text, config)
    except text_format.ParseError as error:
        raise ValueError(
            f"Expected {file} to have only models, policies and labels. Received: "
            f"{error}. Set the label in the file by hand."
        ) from None
    return "".join(comment), config


def _add(models: Any, name: str):
    mounts = {str(Path(m.base_path).parent) for m in models} or {_MOUNT}
    model = models.add(name=name, base_path=f"{min(mounts)}/{name}")
    model.model_platform = "tensorflow"
    model.model_version_policy.all.SetInParent()
    return model


def _require_served(model: Any, version: int, base: Path):
    """Makes the policy serve `version`: a label can only point to loaded versions."""
    policy = model.model_version_policy
    if policy.HasField("all"):
        return
    if policy.HasField("specific"):
        if version not in policy.specific.versions:
            policy.specific.versions.append(version)
        return
    newest = versions(base)[-(policy.latest.num_versions or 1) :]
    if version not in newest:
        raise ValueError(
            f"Expected a version that the policy of {model.name} serves, one of the "
            f"newest {len(newest)}: {', '.join(map(str, newest))}. Received: "
            f"version={version}. Write 'model_version_policy {{ all {{}} }}' in {FILE}."
        )
