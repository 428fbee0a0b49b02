"""A served model over REST, as TF Serving documents it (api_rest.md)."""

import base64
import json
import time

import numpy as np

from kgan.serving.client import signature_defs
from kgan.serving.client.errors import ServerError, missing

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
    """What `Client` asks a server, as HTTP requests. May be shared by threads.

    Args:
        address: an `Address`.
    """

    def __init__(self, address):
        try:
            import requests
        except ImportError as error:
            raise missing("requests", "REST", error) from error
        self._requests = requests
        self._address = address
        self._session = requests.Session()
        adapter = requests.adapters.HTTPAdapter(pool_maxsize=64)
        self._session.mount(address.root, adapter)
        self._known = {}

    def predict(self, signature, inputs, timeout):
        """dict name -> array, for a dict name -> array.

        In columnar form, the only one that takes scalars. JSON knows no dtypes, and the
        name of a single output is left out: both are asked for once a signature.
        """
        deadline = time.monotonic() + timeout
        if signature not in self._known:
            self._known = self.signatures(timeout)
        if signature not in self._known:
            raise ServerError(
                "INVALID_ARGUMENT",
                f"There is no signature {signature!r}; there are: "
                f"{', '.join(self._known)}.",
                str(self._address),
            )
        columns = {name: _json(value) for name, value in inputs.items()}
        body = {"signature_name": signature, "inputs": columns}
        answer = self._call(":predict", deadline - time.monotonic(), body)["outputs"]
        outputs = self._known[signature].outputs
        if len(outputs) == 1:
            answer = dict.fromkeys(outputs, answer)
        return {name: _array(answer[name], outputs[name]) for name in outputs}

    def status(self, timeout):
        """dict version -> (state, error message)."""
        answer = self._call("", timeout)
        return {
            int(s["version"]): (s["state"], s.get("status", {}).get("error_message"))
            for s in answer["model_version_status"]
        }

    def signatures(self, timeout):
        """dict name -> `Signature`."""
        answer = self._call("/metadata", timeout)
        return signature_defs.read(answer["metadata"]["signature_def"]["signature_def"])

    def close(self):
        self._session.close()

    def _call(self, suffix, timeout, body=None):
        """The JSON that the server answers; POST with a body, GET without."""
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
            self._fail("DEADLINE_EXCEEDED", f"no answer in {timeout:.3g} s", error)
        except (errors.ConnectionError, errors.ChunkedEncodingError) as error:
            # urllib3 says the same around its reason.
            reason = getattr(error.args[0], "reason", error) if error.args else error
            self._fail("UNAVAILABLE", str(reason), error)
        except errors.RequestException as error:
            self._fail("UNKNOWN", str(error), error)
        return self._read(response)

    def _read(self, response):
        try:
            answer = response.json()
        except ValueError as error:
            if response.ok:
                sentence = f"no JSON but {response.text[:200]!r}"
                self._fail("UNKNOWN", sentence, error)
            answer = {}
        if response.ok:
            return answer
        said = answer.get("error") if isinstance(answer, dict) else None
        code = _CODES.get(response.status_code, "UNKNOWN")
        self._fail(code, said or f"HTTP {response.status_code} {response.reason}", None)

    def _fail(self, code, details, cause):
        raise ServerError(code, details, str(self._address)) from cause


def _json(value):
    if isinstance(value, bytes):
        return {"b64": base64.b64encode(value).decode()}
    if isinstance(value, (list, tuple)) and any(isinstance(v, bytes) for v in value):
        return [_json(v) for v in value]
    value = np.asarray(value)
    return [_json(v) for v in value] if value.dtype == object else value.tolist()


def _array(value, tensor):
    if tensor.dtype != "object":
        return np.array(value, tensor.dtype)
    return np.array(_decoded(value), object)


def _decoded(value):
    if isinstance(value, list):
        return [_decoded(v) for v in value]
    if isinstance(value, dict):
        return base64.b64decode(value["b64"])
    return value.encode()
