"""The stand-in from the shell, by the real server's options.

    python -m tests.serving.stand_in --port=8500 --rest_api_port=8501 \\
        --model_name=dcgan --model_base_path=$PWD/export/dcgan

Ports of 0 are any that are free; the ports are the first line that it prints.
"""

import argparse
import gc
import signal
import threading
from pathlib import Path

from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from tests.serving.stand_in import StandIn


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8500)
    parser.add_argument("--rest_api_port", type=int, default=8501)
    parser.add_argument("--model_name", default="default")
    parser.add_argument("--model_base_path")
    parser.add_argument("--model_config_file")
    parser.add_argument("--file_system_poll_wait_seconds", type=float, default=1.0)
    options = parser.parse_args()
    if options.model_config_file:
        models = model_server_config_pb2.ModelServerConfig()
        text_format.Parse(Path(options.model_config_file).read_text(), models)
    else:
        models = {options.model_name: options.model_base_path}
    # JSON is made of many small lists, and collecting garbage among all that TensorFlow
    # imports would take 100 ms now and then: of it there is none.
    gc.freeze()
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    ports = {"grpc_port": options.port, "rest_port": options.rest_api_port}
    poll = options.file_system_poll_wait_seconds
    with StandIn(models, **ports, poll=poll) as server:
        print(
            f"stand-in, not TensorFlow Serving: {server.grpc} {server.rest}", flush=True
        )
        stopped.wait()


if __name__ == "__main__":
    main()
