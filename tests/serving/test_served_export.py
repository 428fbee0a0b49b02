"""An export of a real model behind both protocols, against the model in Python."""

import io
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import kgan
from kgan.serving import Client, ServerError
from kgan.serving.client.client import block_seed
from tests.games.conditional import Conditional
from tests.serving.stand_in import StandIn


@pytest.fixture(scope="module")
def model():
    return kgan.DCGAN((28, 28, 1), latent_dim=4, width=2, ema_decay=0.9, seed=0)


@pytest.fixture(scope="module")
def server(model, tmp_path_factory):
    base_path = tmp_path_factory.mktemp("export") / "dcgan"
    model.export(base_path / "1", limit=20, force=True)
    with StandIn({"dcgan": base_path}) as server:
        yield server


@pytest.fixture(params=["grpc", "rest"])
def client(request, server):
    with Client(getattr(server, request.param), max_batch=20) as client:
        yield client


def test_the_same_seed_gives_the_same_images_everywhere(model, client):
    expected = kgan.spaces.to_uint8(model.generate(9, seed=5))
    np.testing.assert_array_equal(client.sample(9, seed=5), expected)
    pngs = [np.asarray(Image.open(io.BytesIO(p))) for p in client.sample_png(9, 5)]
    np.testing.assert_array_equal(pngs, expected[..., 0])
    ends = client.interpolate(5, 6, steps=3)
    np.testing.assert_array_equal(ends[0], expected[0])
    six = kgan.spaces.to_uint8(model.generate(1, seed=6))
    np.testing.assert_array_equal(ends[-1:], six)


def test_large_samples_of_one_seed(model, client):
    # More than the limit of the export: the client draws, the server synthesizes.
    z = model.latent_prior.sample((50, 4), 5)
    images = client.generate(z)
    np.testing.assert_allclose(images, model.generate(50, seed=5), atol=1e-6)


def test_what_an_export_refuses(client):
    limit = r"Expected num_samples from 1 to 20. Received: 21$"
    with pytest.raises(ServerError, match=limit) as e:
        client.predict("sample", {"num_samples": np.int32(21), "seed": np.int32(0)})
    assert e.value.code == "INVALID_ARGUMENT"
    for z in (np.full((2, 4), np.nan), np.full((2, 4), np.inf)):
        with pytest.raises(ServerError, match="Expected finite latents"):
            client.generate(z)
    with pytest.raises(ServerError, match="INVALID_ARGUMENT"):
        client.generate(np.zeros((2, 5)))


def test_clients_over_rest_need_no_tensorflow():
    code = (
        "import sys; from kgan.serving import Client; Client('http://localhost:8501');"
        "assert 'tensorflow' not in sys.modules and 'keras' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_client_asks_for_classes(tmp_path):
    model = Conditional(seed=0)
    model.export(tmp_path / "dcgan" / "1", limit=4, force=True)
    labels = np.array([2, 0, 1, 2, 1, 0])
    with StandIn({"dcgan": tmp_path / "dcgan"}) as server:
        for address in (server.rest, server.grpc):
            with Client(address, max_batch=4) as client:
                images = client.sample(labels=labels, seed=5)
                first = model.generate(labels=labels[:4], seed=5)
                rest = model.generate(labels=labels[4:], seed=block_seed(5, 1))
                expected = kgan.spaces.to_uint8(np.concatenate([first, rest]))
                np.testing.assert_array_equal(images, expected)
                between = client.interpolate(5, 6, 3, labels=1)
                expected = model.interpolate(5, 6, 3, labels=1)
                np.testing.assert_array_equal(between, kgan.spaces.to_uint8(expected))
                z = np.zeros((6, 5), "float32")
                images = client.generate(z, labels)
                expected = model.synthesize(z, labels=labels)
                np.testing.assert_allclose(images, expected, atol=1e-6)
                for bad in ([3], [-1]):
                    with pytest.raises(ServerError, match="labels from 0 to 2"):
                        client.sample(labels=bad)
                with pytest.raises(ServerError, match="labels"):
                    client.sample(2)


def test_labels_that_a_client_refuses():
    client = Client("localhost:1")
    for call in (
        lambda: client.sample(3, labels=[1]),
        lambda: client.sample(labels=[0.5]),
        lambda: client.sample(labels=[]),
        lambda: client.sample(labels=[[1]]),
        lambda: client.generate(np.zeros((2, 5)), labels=[1]),
    ):
        with pytest.raises(ValueError, match=r"Expected labels as whole numbers \["):
            call()
    with pytest.raises(ValueError, match="labels of 32 bits"):
        client.sample(labels=[2**32])
    with pytest.raises(ValueError, match="num_samples as a whole number"):
        client.sample()
