"""The stand-in's REST side, in the forms that TF Serving documents (api_rest.md)."""

import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

from google.protobuf.json_format import MessageToDict
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_pb2,
)

from tests.serving.stand_in import grpc_service
from tests.serving.stand_in.json_tensors import (
    read_inputs,
    read_request,
    write_outputs,
)
from tests.serving.stand_in.predicting import predict, signature_of
from tests.serving.stand_in.refused import RefusedError, invalid

_MODEL = r"/v1/models/([^/:]+)(?:/versions/(\d+)|/labels/([^/:]+))?"
_PREDICT = re.compile(_MODEL + r":(classify|regress|predict)", re.IGNORECASE)
_STATUS = re.compile(_MODEL + r"(?:/(metadata))?", re.IGNORECASE)


class RestServer(ThreadingHTTPServer):
    """Serves `Models` on a port of the loopback interface."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port, models):
        super().__init__(("127.0.0.1", port), _Handler)
        self.models = models


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One packet an answer: else the end of it waits for the client's late ACK.
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer(_PREDICT, lambda match: self._post(match, body))

    def do_GET(self):
        self._answer(_STATUS, self._get)

    def log_message(self, *_):
        """Says nothing on stderr."""

    def _post(self, match, body):
        name, version, label, method = match.groups()
        if method.lower() != "predict":
            raise invalid(f"The model has no signature for {method}")
        request = read_request(body)
        with self.server.models.use(_spec(name, version, label)) as (_, session):
            try:
                chosen = signature_of(session, request.get("signature_name"))
            except RefusedError as refused:
                # Over REST it is looked up to read the JSON, with another status.
                raise invalid(refused.message) from None
            inputs = read_inputs(request, chosen[1].inputs)
            arrays = predict(session, *chosen, inputs)
        return write_outputs(arrays, in_rows="instances" in request)

    def _get(self, match):
        name, version, label, metadata = match.groups()
        spec = _spec(name, version, label)
        if not metadata:
            request = get_model_status_pb2.GetModelStatusRequest(model_spec=spec)
            # Its field gives its own name in JSON, with underscores.
            return _as_json(grpc_service.status(self.server.models, request))
        request = get_model_metadata_pb2.GetModelMetadataRequest(
            model_spec=spec, metadata_field=["signature_def"]
        )
        response = grpc_service.metadata(self.server.models, request)
        signatures = get_model_metadata_pb2.SignatureDefMap()
        response.metadata["signature_def"].Unpack(signatures)
        return {
            "model_spec": _as_json(response.model_spec),
            "metadata": {"signature_def": _as_json(signatures)},
        }

    def _answer(self, pattern, respond):
        if not self.path.lower().startswith("/v1/"):
            self._send(404, b"<html>Not Found</html>", "text/html")
            return
        try:
            match = pattern.fullmatch(self.path)
            if not match:
                raise invalid(f"Malformed request: {self.command} {self.path}")
            status, answer = 200, respond(match)
        except RefusedError as refused:
            status, answer = refused.http, {"error": refused.message}
        except Exception as error:
            status, answer = 500, {"error": f"{type(error).__name__}: {error}"}
        self._send(status, json.dumps(answer).encode(), "application/json")

    def _send(self, status, body, content_type):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()


def _spec(name, version, label):
    spec = model_pb2.ModelSpec(name=unquote(name))
    if version:
        spec.version.value = int(version)
    elif label:
        spec.version_label = unquote(label)
    return spec


def _as_json(message):
    return MessageToDict(
        message,
        preserving_proto_field_name=True,
        always_print_fields_with_no_presence=True,
    )
