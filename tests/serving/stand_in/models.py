"""Which versions of which models are loaded, as TF Serving's manager keeps them."""

import contextlib
import threading
from pathlib import Path

from tests.serving.stand_in.refused import RefusedError, invalid


class Version:
    """One version of a model: LOADING, AVAILABLE, UNLOADING, then END."""

    def __init__(self):
        self.state = "LOADING"
        self.error = ""
        self.session = None
        self.users = 0


class Models:
    """Loads the versions that a `ModelServerConfig` asks for, and follows the folders.

    A new version is loaded before the old one is dropped; a version that is dropped
    first ends the requests that run on it.

    Args:
        config: a `ModelServerConfig`.
        load: path -> session with `signatures`, `run(signature, inputs)`, `close()`.
    """

    def __init__(self, config, load):
        self._load = load
        self._changed = threading.Condition()
        self._reloading = threading.Lock()
        self._models = {}
        self.reload(config)

    def reload(self, config):
        """Follows another config: other models, policies and labels."""
        with self._reloading:
            names = [model.name for model in config.model_config_list.config]
            if len(names) != len(set(names)):
                raise invalid(f"A model is named twice: {names}")
            self._config = {m.name: m for m in config.model_config_list.config}
            self._follow()
            self._check_labels()

    def poll(self):
        """Loads versions that have come, drops those that have gone or aged."""
        with self._reloading:
            self._follow()

    @contextlib.contextmanager
    def use(self, spec):
        """Gives (version number, session) of a `ModelSpec` for the time of a block."""
        with self._changed:
            number = self._choose(spec)
            version = self._models[spec.name][number]
            version.users += 1
        try:
            yield number, version.session
        finally:
            with self._changed:
                version.users -= 1
                self._changed.notify_all()

    def status(self, spec):
        """dict version number -> (state, error), of one version if `spec` names it."""
        with self._changed:
            versions = self._models.get(spec.name, {})
            if spec.HasField("version"):
                number = spec.version.value
                versions = {number: versions[number]} if number in versions else {}
            if not versions:
                message = f"No version to be found of model {spec.name}"
                raise RefusedError("NOT_FOUND", message)
            return {n: (v.state, v.error) for n, v in versions.items()}

    def close(self):
        with self._reloading:
            self._config = {}
            self._follow()

    def _choose(self, spec):
        if not spec.name:
            raise invalid("The request names no model")
        versions = self._models.get(spec.name, {})
        available = [n for n, v in versions.items() if v.state == "AVAILABLE"]
        choice = spec.WhichOneof("version_choice")
        if choice == "version_label":
            config = self._config.get(spec.name)
            labels = config.version_labels if config else {}
            if spec.version_label not in labels:
                raise invalid(f"No version has the label {spec.version_label}")
            wanted = labels[spec.version_label]
        else:
            latest = max(available, default=None)
            wanted = spec.version.value if choice == "version" else latest
        if wanted not in available:
            message = f"Not served: model {spec.name}, version {wanted or 'any'}"
            raise RefusedError("NOT_FOUND", message)
        return wanted

    def _follow(self):
        wanted = {name: _wanted(config) for name, config in self._config.items()}
        for name, paths in wanted.items():
            for number, path in paths.items():
                known = self._models.get(name, {}).get(number)
                if known is None or (known.state == "END" and not known.error):
                    self._start(name, number, path)
        for name, versions in self._models.items():
            for number, version in list(versions.items()):
                gone = number not in wanted.get(name, {})
                if gone and version.state == "AVAILABLE":
                    self._drop(name, number)

    def _start(self, name, number, path):
        version = Version()
        with self._changed:
            self._models.setdefault(name, {})[number] = version
        try:
            version.session = self._load(path)
            version.state = "AVAILABLE"
        except Exception as error:  # What is wrong with the model is its status.
            version.error = str(error)
            version.state = "END"

    def _drop(self, name, number):
        version = self._models[name][number]
        with self._changed:
            version.state = "UNLOADING"
            self._changed.wait_for(lambda: version.users == 0)
        session, version.session = version.session, None
        session.close()
        version.state = "END"

    def _check_labels(self):
        for name, config in self._config.items():
            for label, number in config.version_labels.items():
                version = self._models[name].get(number)
                if version is None or version.state != "AVAILABLE":
                    message = f"Label {label}: version {number} is not available"
                    raise RefusedError("FAILED_PRECONDITION", message)


def _wanted(config):
    """dict version number -> path, by the version policy; default: the newest."""
    folders = {int(p.name): p for p in Path(config.base_path).glob("[0-9]*")
               if p.name.isdigit() and p.is_dir()}  # fmt: skip
    policy = config.model_version_policy
    choice = policy.WhichOneof("policy_choice")
    if choice == "all":
        return dict(sorted(folders.items()))
    if choice == "specific":
        return {n: folders[n] for n in policy.specific.versions if n in folders}
    newest = sorted(folders)[-(policy.latest.num_versions or 1) :]
    return {n: folders[n] for n in newest}
