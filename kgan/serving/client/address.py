"""Where a model is served."""

import dataclasses
import re

_REST_PATH = re.compile(
    r"/v1/models/(?P<model>[^/:]+)"
    r"(?:/versions/(?P<version>\d+)|/labels/(?P<label>[^/:]+))?/?"
)


@dataclasses.dataclass(frozen=True)
class Address:
    """A model on a server, and which of its versions.

    Attributes:
        root: "host:port" over gRPC, "http://host:port" over REST.
        model: the name that the server knows it by.
        version: a version number; None: the newest, or what `label` points to.
        label: a label of the server's `models.config`, "stable" or "canary".
    """

    root: str
    model: str
    version: int | None = None
    label: str | None = None

    @property
    def over_rest(self):
        return self.root.startswith(("http://", "https://"))

    @property
    def rest_path(self):
        """Where the model is below `root`."""
        path = f"/v1/models/{self.model}"
        if self.version is not None:
            return f"{path}/versions/{self.version}"
        return path if self.label is None else f"{path}/labels/{self.label}"

    def __str__(self):
        return self.root + self.rest_path if self.over_rest else self.root


def is_address(text):
    """Whether `text` means a server, and not a directory: it begins with a scheme."""
    return text.startswith(("http://", "https://", "grpc://"))


def parse(address, model, version=None, label=None):
    """Takes an address apart.

    Args:
        address: "host:port" or "grpc://host:port", gRPC; "http://host:port", REST. It
            may go on as addresses of the REST API do: "/v1/models/dcgan/versions/3",
            "/v1/models/dcgan/labels/canary"; this wins over the other arguments.

    Returns:
        An `Address`.

    Raises:
        ValueError: if it is no address, or both a version and a label are named.
    """
    scheme, _, rest = address.rpartition("://")
    place, slash, path = rest.partition("/")
    matched = _REST_PATH.fullmatch(slash + path) if path else None
    if (
        scheme not in ("", "grpc", "http", "https")
        or not place
        or (path and not matched)
        or (not scheme.startswith("http") and not re.search(r":\d+$", place))
    ):
        raise ValueError(
            "Expected an address as 'localhost:8500' (gRPC), 'http://localhost:8501' "
            "(REST), and if need be '/v1/models/NAME[/versions/N|/labels/L]' after it. "
            f"Received: address={address!r}."
        )
    if matched:
        model, version, label = matched["model"], matched["version"], matched["label"]
    if version is not None and label is not None:
        raise ValueError(
            "Expected a version or a label, not both. "
            f"Received: version={version!r}, label={label!r}."
        )
    if not model or re.search(r"[/:]", model) or (label and re.search("[/:]", label)):
        raise ValueError(
            "Expected a model and a label without '/' and ':'. "
            f"Received: model={model!r}, label={label!r}."
        )
    root = f"{scheme}://{place}" if scheme.startswith("http") else place
    return Address(root, model, None if version is None else int(version), label)
