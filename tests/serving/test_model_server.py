"""The client on a real TensorFlow Serving, where there is one."""

import os
import shutil
import socket
import subprocess

import numpy as np
import pytest

from kgan.serving.client import Client, ServerError
from tests.serving.stand_in import small_model

IMAGE = "tensorflow/serving"


def command(base_path, grpc_port, rest_port):
    """What starts a server, or skips the test."""
    binary = os.environ.get("TF_SERVING_BINARY") or shutil.which(
        "tensorflow_model_server"
    )
    served = ["--model_name=small", "--rest_api_port=8501", "--port=8500"]
    if binary:
        served = [f"--port={grpc_port}", f"--rest_api_port={rest_port}", served[0]]
        return [binary, *served, f"--model_base_path={base_path}"]
    if not shutil.which("docker"):
        pytest.skip("no TF_SERVING_BINARY, tensorflow_model_server or docker here")
    images = subprocess.run(
        ["docker", "images", "-q", IMAGE], capture_output=True, text=True, timeout=30
    )
    if images.returncode or not images.stdout.strip():
        why = images.stderr.strip() or f"docker has no image {IMAGE}"
        pytest.skip(f"no TF_SERVING_BINARY here, and {why}")
    ports = ["-p", f"127.0.0.1:{grpc_port}:8500", "-p", f"127.0.0.1:{rest_port}:8501"]
    mount = ["-v", f"{base_path}:/models/small:ro", "-e", "MODEL_NAME=small"]
    return ["docker", "run", "--rm", *ports, *mount, IMAGE]


@pytest.fixture(scope="module")
def addresses(tmp_path_factory, small_models):
    base_path = tmp_path_factory.mktemp("real")
    small_models(base_path, 1)
    with socket.socket() as a, socket.socket() as b:
        a.bind(("127.0.0.1", 0))
        b.bind(("127.0.0.1", 0))
        ports = [s.getsockname()[1] for s in (a, b)]
    server = subprocess.Popen(command(base_path, *ports), stderr=subprocess.DEVNULL)
    yield {"grpc": f"127.0.0.1:{ports[0]}", "rest": f"http://127.0.0.1:{ports[1]}"}
    server.terminate()
    server.wait(timeout=30)


@pytest.mark.parametrize("protocol", ["grpc", "rest"])
def test_client(addresses, protocol):
    with Client(addresses[protocol], "small", timeout=60, retries=30) as client:
        images = client.sample(16, seed=1)
        np.testing.assert_array_equal(images, small_model.images(1, 16, 1))
        assert client.interpolate(1, 2, 5).shape == (5, 6, 4, 1)
        z = np.random.default_rng(0).normal(size=(3, 5)).astype("float32")
        expected = np.tanh(z @ small_model.weights(1)).reshape(3, 6, 4, 1)
        np.testing.assert_allclose(client.generate(z), expected, atol=1e-6)
        assert client.sample_png(1, 2)[0].startswith(b"\x89PNG")
        assert client.status() == {1: ("AVAILABLE", "")}
        assert "sample" in client.signatures()
        with pytest.raises(ServerError, match="from 1 to 64") as e:
            inputs = {"num_samples": np.int32(10**7), "seed": np.int32(0)}
            client.predict("sample", inputs)
        assert e.value.code == "INVALID_ARGUMENT"
