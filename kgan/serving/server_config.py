"""export/models.config: which models a server loads, and what their labels mean.

Nothing here imports TensorFlow.
"""

from pathlib import Path

from google.protobuf import text_format

from kgan.files import atomic_file
from kgan.serving.base_path import check_name, model_directory, versions
from kgan.serving.messages import declare

FILE = "models.config"
# Where the container has export/.
_MOUNT = "/models"
# tensorflow/serving's ModelServerConfig, by its field names.
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


def promote(export, name, version, label):
    """Points a label to a version of a model, in `export`/models.config.

    A server that polls the file follows within seconds, without a restart. A model that
    the file does not have yet is added, with all of its versions served.

    Args:
        export: the directory of the models.
        name: the model's name.
        version: a version that was exported.
        label: such as "stable" or "canary".

    Returns:
        The number that the label pointed to before, or None.

    Raises:
        ValueError: for a name, version or label that is none, a version that the file's
            policy does not serve, or a file that kgan cannot read.
        FileNotFoundError: if there is no such version.
    """
    check_name(label, "label")
    base = model_directory(export, name)
    if not (base / str(version) / "saved_model.pb").is_file():
        there = ", ".join(map(str, versions(base))) or "none"
        raise FileNotFoundError(
            f"Expected a version of {name} in {base}: {there}. Received: "
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


def served(export):
    """The names of the models in `export`/models.config."""
    _, config = read(Path(export) / FILE)
    return [model.name for model in config.model_config_list.config]


def without_versions(export):
    """The names of models in `export`/models.config that have nothing to serve yet.

    A server answers no request before each of its models has a version.
    """
    return [name for name in served(export) if not versions(Path(export) / name)]


def read(file):
    """(leading comment, config) of a models.config, or of an empty one.

    Raises:
        ValueError: if it is damaged, or has more than kgan knows.
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
            f"Expected {file} with models, policies and labels only. Received: "
            f"{error}. Set the label in it by hand."
        ) from None
    return "".join(comment), config


def _add(models, name):
    mounts = {str(Path(m.base_path).parent) for m in models} or {_MOUNT}
    model = models.add(name=name, base_path=f"{min(mounts)}/{name}")
    model.model_platform = "tensorflow"
    model.model_version_policy.all.SetInParent()
    return model


def _require_served(model, version, base):
    """A label may point to loaded versions only."""
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
            f"Expected a version that the policy of {model.name} serves, the newest "
            f"{len(newest)}: {', '.join(map(str, newest))}. Received: "
            f"version={version}. Write 'model_version_policy {{ all {{}} }}' in {FILE}."
        )
