"""The address of a served model."""

from __future__ import annotations

import dataclasses
import re

_REST_PATH = re.compile(
    r"/v1/models/(?P<model>[^/:]+)"
    r"(?:/versions/(?P<version>\d+)|/labels/(?P<label>[^/:]+))?/?"
)


@dataclasses.dataclass(frozen=True)
class Address:
    """A model on a server, and one of its versions.

    >>> from kgan.serving.client.address import Address
    >>> str(Address("http://localhost:8501", "digits", version=3))
    'http://localhost:8501/v1/models/digits/versions/3'

    Attributes:
        root: "host:port" for gRPC, "http://host:port" for REST.
        model: the name of the model on the server.
        version: a version number; None: the newest version, or that of `label`.
        label: a label in the server's `models.config`, such as "stable" or "canary".
    """

    root: str
    model: str
    version: int | None = None
    label: str | None = None

    @property
    def over_rest(self) -> bool:
        """Whether the server is asked over REST, and not over gRPC."""
        return self.root.startswith(("http://", "https://"))

    @property
    def rest_path(self) -> str:
        """The path of the model below `root`, over REST."""
        path = f"/v1/models/{self.model}"
        if self.version is not None:
            return f"{path}/versions/{self.version}"
        return path if self.label is None else f"{path}/labels/{self.label}"

    def __str__(self) -> str:
        return self.root + self.rest_path if self.over_rest else self.root


def is_address(text: str) -> bool:
    """Whether `text` is an address: with a scheme or a port, and not a directory."""
    port = re.match(r"[\w.-]+:\d+(/|$)", text)
    return bool(port) or text.startswith(("http://", "https://", "grpc://"))


def parse(
    address: str, model: str, version: int | None = None, label: str | None = None
) -> Address:
    """Parses an address.

    Args:
        address: "host:port" or "grpc://host:port" for gRPC; "http://host:port" for
            REST. A path as in the REST API may follow: "/v1/models/dcgan/versions/3" or
            "/v1/models/dcgan/labels/canary"; it overrides the other arguments.
        model: the name of the model on the server.
        version: a version number, or None.
        label: a label, or None.

    Returns:
        An `Address`.

    Raises:
        ValueError: if `address` is not an address, or if it has both a version and a
            label.
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
            "Expected an address such as 'localhost:8500' (gRPC) or "
            "'http://localhost:8501' (REST), which '/v1/models/NAME', "
            "'/v1/models/NAME/versions/N' or '/v1/models/NAME/labels/L' may follow. "
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
