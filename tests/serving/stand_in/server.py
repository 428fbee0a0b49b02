"""The stand-in as a whole: models, gRPC and REST on free ports of the loopback."""

import contextlib
import threading
from concurrent import futures
from pathlib import Path

import grpc
from tensorflow_serving.apis import (
    model_service_pb2_grpc,
    prediction_service_pb2_grpc,
)
from tensorflow_serving.config import model_server_config_pb2

from kgan.serving import prediction_log
from kgan.serving.base_path import EXTRA
from kgan.serving.contract import WARM_UP
from kgan.serving.session import ServingSession
from tests.serving.stand_in.grpc_service import ModelService, PredictionService
from tests.serving.stand_in.models import Models
from tests.serving.stand_in.rest_service import RestServer


class StandIn:
    """Serves models until the end of a `with` block.

    Args:
        models: dict name -> base path, or a `ModelServerConfig`.
        grpc_port, rest_port: 0: any that is free.
        poll: seconds between looks for new versions; None: only `self.models.poll()`.
        threads: requests at a time over gRPC.

    Attributes:
        grpc: "127.0.0.1:port".
        rest: "http://127.0.0.1:port".
        models: the `Models`.
    """

    def __init__(self, models, grpc_port=0, rest_port=0, poll=None, threads=8):
        if isinstance(models, dict):
            models = _config(models)
        self.models = Models(models, _load)
        self._poll = poll
        self._stopped = threading.Event()
        unlimited = [("grpc.max_receive_message_length", -1),
                     ("grpc.max_send_message_length", -1),
                     # A port that is taken is an error, not shared.
                     ("grpc.so_reuseport", 0)]  # fmt: skip
        executor = futures.ThreadPoolExecutor(threads)
        self._grpc = grpc.server(executor, options=unlimited)
        prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
            PredictionService(self.models), self._grpc
        )
        model_service_pb2_grpc.add_ModelServiceServicer_to_server(
            ModelService(self.models), self._grpc
        )
        port = self._grpc.add_insecure_port(f"127.0.0.1:{grpc_port}")
        self.grpc = f"127.0.0.1:{port}"
        self._rest = RestServer(rest_port, self.models)
        self.rest = f"http://127.0.0.1:{self._rest.server_port}"

    def __enter__(self):
        self._grpc.start()
        serve = threading.Thread(target=self._rest.serve_forever, args=(0.05,))
        watch = threading.Thread(target=self._watch)
        self._threads = [serve] if self._poll is None else [serve, watch]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stopped.set()
        self._grpc.stop(grace=1.0).wait()
        self._rest.shutdown()
        self._rest.server_close()
        for thread in self._threads:
            thread.join()
        self.models.close()

    def _watch(self):
        while not self._stopped.wait(self._poll):
            with contextlib.suppress(OSError):
                self.models.poll()


def _load(path):
    """A session that has answered the requests that came with the model."""
    session = ServingSession(path)
    file = path / EXTRA / WARM_UP
    for request in prediction_log.read(file) if file.exists() else ():
        session.run(request.signature, request.inputs)
    return session


def _config(models):
    config = model_server_config_pb2.ModelServerConfig()
    for name, base_path in models.items():
        model = config.model_config_list.config.add()
        model.name = name
        model.base_path = str(Path(base_path).resolve())
        model.model_platform = "tensorflow"
    return config
