"""An export of a real model behind both protocols, against the model in Python."""

import io
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import kgan
from kgan.serving import Client, ServerError
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
