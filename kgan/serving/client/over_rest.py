"""Asks a served model over REST, as TF Serving documents it (api_rest.md)."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import numpy as np

from kgan.serving.client import signature_defs
from kgan.serving.client.address import Address
from kgan.serving.client.errors import ServerError, missing
from kgan.serving.client.signature_defs import Signature, Tensor

# HTTP status of TF Serving -> name of the gRPC status.
_CODES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


class RestTransport:
    """Sends the requests of `Client` as HTTP requests. Threads may share it.

    Args:
        address: the address of the model.

    Raises:
        ImportError: if the package requests is missing.
    """

    def __init__(self, address: Address) -> None:
        try:
            import requests
        except ImportError as error:
            raise missing("requests", "REST", error) from error
        self._requests = requests
        self._address = address
        self._session = requests.Session()
        adapter = requests.adapters.HTTPAdapter(pool_maxsize=64)
        self._session.mount(address.root, adapter)
        self._signatures = {}

    def predict(
        self, signature: str, inputs: dict[str, Any], timeout: float
    ) -> dict[str, np.ndarray]:
        """See `Client.predict`.

        The request has the columnar format, the only one that takes scalars. JSON has
        no dtypes, and the server leaves out the name of a single output. So the client
        asks for the model's signatures once.
        """
        deadline = time.monotonic() + timeout
        if signature not in self._signatures:
            self._signatures = self.signatures(timeout)
        if signature not in self._signatures:
            names = ", ".join(sorted(self._signatures))
            sentence = f"no signature {signature!r}; the model has: {names}"
            raise self._error("INVALID_ARGUMENT", sentence)
        outputs = self._signatures[signature].outputs
        columns = {name: _json(value) for name, value in inputs.items()}
        body = {"signature_name": signature, "inputs": columns}
        answer = self._call(":predict", deadline - time.monotonic(), body)
        try:
            values = answer["outputs"]
            values = dict.fromkeys(outputs, values) if len(outputs) == 1 else values
            return {name: _array(values[name], outputs[name]) for name in outputs}
        except (KeyError, TypeError, ValueError) as error:
            # The server may have changed to another version: ask for its signatures.
            self._signatures = {}
            sentence = f"Expected {outputs}. Received: {str(answer)[:200]}"
            raise self._error("UNKNOWN", sentence) from error

    def status(self, timeout: float) -> dict[int, tuple[str, str]]:
        """See `Client.status`."""
        answer = self._call("", timeout)
        return {
            int(s["version"]): (s["state"], s.get("status", {}).get("error_message"))
            for s in answer["model_version_status"]
        }

    def signatures(self, timeout: float) -> dict[str, Signature]:
        """See `Client.signatures`."""
        answer = self._call("/metadata", timeout)
        return signature_defs.read(answer["metadata"]["signature_def"]["signature_def"])

    def close(self) -> None:
        """Closes the connections."""
        self._session.close()

    def _call(self, suffix: str, timeout: float, body: dict[str, Any] | None = None):
        """The JSON of the server's answer; POST with a body, GET without."""
        errors = self._requests.exceptions
        try:
            response = self._session.request(
                "GET" if body is None else "POST",
                self._address.root + self._address.rest_path + suffix,
                data=None if body is None else json.dumps(body),
                headers={"Content-Type": "application/json"},
                timeout=max(timeout, 1e-3),
            )
        except errors.Timeout as error:
            sentence = f"no answer in {timeout:.3g} s"
            raise self._error("DEADLINE_EXCEEDED", sentence) from error
        except (errors.ConnectionError, errors.ChunkedEncodingError) as error:
            # The message of urllib3 around the reason only repeats the address.
            reason = getattr(error.args[0], "reason", error) if error.args else error
            raise self._error("UNAVAILABLE", str(reason)) from error
        except errors.RequestException as error:
            raise self._error("UNKNOWN", str(error)) from error
        return self._read(response)

    def _read(self, response: Any):
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if response.ok and isinstance(answer, dict):
            return answer
        code = _CODES.get(response.status_code, "UNKNOWN")
        if isinstance(answer, dict) and "error" in answer:
            raise self._error(code, str(answer["error"]))
        text = f"{response.status_code} {response.reason}, {response.text[:200]!r}"
        raise self._error(code, f"Expected JSON. Received: HTTP {text}")

    def _error(self, code: str, details: str):
        return ServerError(code, details, str(self._address))


def _json(value: Any):
    if isinstance(value, bytes):
        return {"b64": base64.b64encode(value).decode()}
    if isinstance(value, (list, tuple)) and any(isinstance(v, bytes) for v in value):
        return [_json(v) for v in value]
    value = np.asarray(value)
    return [_json(v) for v in value] if value.dtype == object else value.tolist()


def _array(value: Any, tensor: Tensor):
    if tensor.dtype != "object":
        return np.array(value, tensor.dtype)
    return np.array(_decoded(value), object)


def _decoded(value: Any):
    if isinstance(value, list):
        return [_decoded(v) for v in value]
    if isinstance(value, dict):
        return base64.b64decode(value["b64"])
    return value.encode()
