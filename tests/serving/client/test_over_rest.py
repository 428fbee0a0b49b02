import http.server
import threading

import numpy as np
import pytest

from kgan.serving.client import Client, ServerError

METADATA = b"""{"model_spec": {"name": "dcgan", "version": "1"}, "metadata":
{"signature_def": {"signature_def": {"s": {"inputs": {}, "outputs": {"x": {"dtype":
"DT_FLOAT", "tensor_shape": {"dim": [{"size": "-1"}], "unknown_rank": false}}}}}}}}"""


@pytest.fixture
def answering():
    """Makes a client of a server that gives one (status, body) to everything posted."""
    answers = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self._send(200, METADATA)

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self._send(*answers[0])

        def _send(self, status, body):
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()

    def make(status, body):
        answers[:] = [(status, body)]
        return Client(f"http://127.0.0.1:{server.server_port}", retries=0)

    yield make
    server.shutdown()
    thread.join()
    server.server_close()


def test_numbers_that_json_lacks(answering):
    with answering(200, b'{"outputs": [NaN, -Infinity, 0.1]}') as client:
        x = client.predict("s", {})["x"]
    np.testing.assert_array_equal(x, np.float32([np.nan, -np.inf, 0.1]))


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "INVALID_ARGUMENT"), (404, "NOT_FOUND"), (429, "RESOURCE_EXHAUSTED"),
     (503, "UNAVAILABLE"), (504, "DEADLINE_EXCEEDED"), (418, "UNKNOWN")],
)  # fmt: skip
def test_error_bodies(answering, status, code):
    with (
        answering(status, b'{"error": "the queue is full"}') as client,
        pytest.raises(ServerError, match="the queue is full") as e,
    ):
        client.predict("s", {})
    assert (e.value.code, e.value.details) == (code, "the queue is full")


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [(200, b"<html>hello", "Expected JSON. Received: HTTP 200 OK, '<html>hello'"),
     (200, b"[1]", "Expected JSON"),
     (200, b'{"outputs": [1', "Expected JSON"),
     (200, b'{"predictions": [1]}', r"Expected .*'x'.*Received: .*predictions"),
     (200, b'{"outputs": ["?"]}', "Received: "),
     (502, b"proxy", "HTTP 502 Bad Gateway, 'proxy'")],
)  # fmt: skip
def test_what_no_model_server_answers(answering, status, body, said):
    with (
        answering(status, body) as client,
        pytest.raises(ServerError, match=said) as e,
    ):
        client.predict("s", {})
    assert e.value.code == "UNKNOWN"
