import io
import socket
import threading

import numpy as np
import pytest
from PIL import Image

from kgan.random import seeds
from kgan.serving.client import Client, ServerError, block_seed
from kgan.serving.client.signature_defs import Signature, Tensor
from tests.serving.stand_in import StandIn, small_model


def test_sample(client):
    images = client.sample(16, seed=1)
    assert images.dtype == np.uint8
    np.testing.assert_array_equal(images, small_model.images(1, 16, 1))


def test_negative_and_largest_seeds(client):
    for seed in (-1, 2**31 - 1, -(2**31)):
        images = client.sample(2, seed=seed)
        np.testing.assert_array_equal(images, small_model.images(1, 2, seed))


def test_sample_png(client):
    pngs = client.sample_png(3, seed=2)
    images = [np.asarray(Image.open(io.BytesIO(png))) for png in pngs]
    expected = small_model.images(1, 3, 2)[..., 0]
    np.testing.assert_array_equal(images, expected)


def test_over_rest_pixels_travel_as_png(client, monkeypatch):
    asked, predict = [], client.predict
    monkeypatch.setattr(
        client, "predict", lambda name, x: asked.append(name) or predict(name, x)
    )
    client.sample(2)
    assert asked == ["sample_png" if client.address.over_rest else "sample"]
    # A model of points makes no PNG files, one of two channels shows the first.
    both = client.signatures()
    two = Signature({}, {"images": Tensor("uint8", (None, 6, 4, 2))})
    for signatures in ({"sample": both["sample"]}, {**both, "sample": two}):
        monkeypatch.setattr(client, "signatures", lambda s=signatures: s)
        client._has_png = None
        np.testing.assert_array_equal(client.sample(2), small_model.images(1, 2, 0))
    assert asked[1:] == ["sample", "sample"]


def test_options_are_named_for_the_server(client, monkeypatch):
    """Each option of the model: one for all, one for each, or none."""
    asked = []
    inputs = {name: Tensor("int32", ()) for name in ("num_samples", "seed")}
    inputs |= {name: Tensor("float32", (None,)) for name in ("noise", "truncation")}
    signatures = {"sample_options": Signature(inputs, {})}
    monkeypatch.setattr(client, "signatures", lambda: signatures)
    monkeypatch.setattr(
        client, "predict", lambda name, x: asked.append((name, x)) or {"images": [1]}
    )
    client.sample(2, seed=3, truncation=0.5)
    ((name, request),) = asked
    assert name == "sample_options" and request["num_samples"] == 2
    assert request["truncation"].tolist() == [0.5]
    assert request["truncation"].dtype == "float32" and request["noise"].shape == (0,)
    # One for each goes with its part of a large request.
    count = small_model.LIMIT + 1
    client.sample(count, truncation=np.arange(count))
    assert asked[-1][1]["truncation"].tolist() == [count - 1]
    with pytest.raises(ValueError, match=r"options.*noise, truncation. Received: psi"):
        client.sample(2, psi=0.5)
    with pytest.raises(ValueError, match=r"truncation as one number, or \[2\]"):
        client.sample(2, truncation=[0.5] * 3)
    monkeypatch.setattr(client, "signatures", dict)
    with pytest.raises(ValueError, match="it has none"):
        client.sample(2, truncation=0.5)


def test_interpolate(client):
    images = client.interpolate(3, 4, steps=5)
    assert images.shape == (5, 6, 4, 1)
    np.testing.assert_array_equal(images[:1], small_model.images(1, 1, 3))
    np.testing.assert_array_equal(images[-1:], small_model.images(1, 1, 4))


def test_generate(client):
    z = np.random.default_rng(0).normal(size=(3, 5))
    images = client.generate(z)
    assert images.dtype == np.float32
    expected = np.tanh(z.astype("float32") @ small_model.weights(1))
    np.testing.assert_allclose(images.reshape(3, -1), expected, atol=1e-6)


def test_generate_in_parts(address):
    z = np.random.default_rng(0).normal(size=(10, 5))
    with Client(address, "small") as whole, Client(address, "small", max_batch=3) as p:
        np.testing.assert_allclose(p.generate(z), whole.generate(z), atol=1e-6)


def test_sample_in_parts(client):
    limit = small_model.LIMIT
    images = client.sample(2 * limit + 1, seed=7)
    assert images.shape == (2 * limit + 1, 6, 4, 1)
    for k, size in enumerate((limit, limit, 1)):
        block = small_model.images(1, size, block_seed(7, k))
        np.testing.assert_array_equal(images[k * limit :][:size], block)
    # A smaller sample is the beginning of a larger one.
    np.testing.assert_array_equal(client.sample(limit + 9, seed=7), images[: limit + 9])
    pngs = client.sample_png(limit + 1, seed=7)
    last = np.asarray(Image.open(io.BytesIO(pngs[-1])))
    np.testing.assert_array_equal(last, images[limit, ..., 0])


def test_block_seeds():
    assert block_seed(7, 0) == 7
    assert block_seed(-7, 0) == -7
    stream = seeds.stream(7, "samples")
    assert [block_seed(7, k) for k in (1, 2, 3)] == [next(stream) for _ in range(3)]
    many = [block_seed(s, k) for s in range(-25, 25) for k in range(20)]
    assert len(set(many)) == len(many)


def test_any_signature(client):
    inputs = {"file_bytes": [b"\x00\xff", b""], "point": np.float32([[3, 4], [0, 1]])}
    outputs = client.predict("echo", inputs)
    assert list(outputs["file_bytes"]) == [b"\x00\xff", b""]
    np.testing.assert_array_equal(outputs["length"], np.float32([5, 1]))


def test_signatures(client):
    signatures = client.signatures()
    sample = signatures["sample"]
    assert (sample.inputs["seed"].dtype, sample.inputs["seed"].shape) == ("int32", ())
    assert sample.outputs["images"].shape == (None, 6, 4, 1)
    assert sample.outputs["images"].dtype == "uint8"
    assert set(signatures) == {"echo", "interpolate", "sample", "sample_png",
                               "serving_default"}  # fmt: skip


def test_status(client):
    assert client.status() == {1: ("AVAILABLE", "")}


def test_model_version_label(address):
    with Client(address, "small", version=1) as client:
        assert client.sample(1).shape == (1, 6, 4, 1)
    for which in ({"model": "large"}, {"model": "small", "version": 9}):
        with (
            Client(address, **which) as client,
            pytest.raises(ServerError, match="Choose a model, version or label") as e,
        ):
            client.sample(1)
        assert e.value.code == "NOT_FOUND"
    with (
        Client(address, "small", label="stable") as client,
        pytest.raises(ServerError, match="label stable"),
    ):
        client.sample(1)


def test_what_the_server_refuses_is_told(client):
    inputs = {"num_samples": np.int32(10**7), "seed": np.int32(0)}
    sentence = "from 1 to 64. Received: num_samples= 10000000$"
    with pytest.raises(ServerError, match=sentence) as e:
        client.predict("sample", inputs)
    assert e.value.code == "INVALID_ARGUMENT"
    with pytest.raises(ServerError, match="no signature"):
        client.predict("paint", {})
    with pytest.raises(ServerError, match=r"Matrix size-incompatible"):
        client.generate(np.ones((2, 4)))
    with pytest.raises(ServerError, match="missing"):
        client.predict("sample", {"seed": np.int32(0)})
    with pytest.raises(ServerError, match="int32"):
        client.predict("sample", {"num_samples": np.float32(1), "seed": np.int32(0)})


@pytest.mark.parametrize("n", [0, -1, 2.0, True, "3", None, 2**31])
def test_bad_numbers(small_model_server, n):
    client = Client(small_model_server.rest, "small")
    with pytest.raises(ValueError, match="Expected num_samples as a whole number"):
        client.sample(n)


def test_bad_input(small_model_server):
    client = Client(small_model_server.rest, "small")
    with pytest.raises(ValueError, match="Expected seed as a whole number"):
        client.sample(1, seed=2**31)
    with pytest.raises(ValueError, match=r"shape \[n, latent_dim\].*\(0, 5\)"):
        client.generate(np.ones((0, 5)))
    with pytest.raises(ValueError, match=r"\(5,\)"):
        client.generate(np.ones(5))
    with pytest.raises(ValueError, match="Expected timeout > 0"):
        Client(small_model_server.rest, timeout=0)
    with pytest.raises(ValueError, match="Expected retries"):
        Client(small_model_server.rest, retries=-1)
    with pytest.raises(ValueError, match="Expected max_batch"):
        Client(small_model_server.rest, max_batch=0)


@pytest.mark.parametrize("protocol", ["grpc", "rest"])
def test_waits_for_a_server_that_starts(tmp_path, small_models, protocol):
    small_models(tmp_path, 1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"127.0.0.1:{port}" if protocol == "grpc" else f"http://127.0.0.1:{port}"
    with Client(address, "small", retries=20) as client:
        answers = []
        asking = threading.Thread(target=lambda: answers.append(client.sample(2, 1)))
        asking.start()
        ports = {f"{protocol}_port": port}
        with StandIn({"small": tmp_path}, **ports):
            asking.join()
    np.testing.assert_array_equal(answers[0], small_model.images(1, 2, 1))


@pytest.mark.parametrize("protocol", ["grpc", "rest"])
def test_a_server_that_does_not_answer(protocol):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        place = f"127.0.0.1:{silent.getsockname()[1]}"
        address = place if protocol == "grpc" else f"http://{place}"
        with (
            Client(address, timeout=0.3, retries=0) as client,
            pytest.raises(ServerError, match=r"longer timeout|UNAVAILABLE"),
        ):
            client.status()


def test_ports_confused(small_model_server):
    server = small_model_server
    for wrong in (server.rest.removeprefix("http://"), f"http://{server.grpc}"):
        with (
            Client(wrong, "small", retries=0) as client,
            pytest.raises(ServerError, match=r"its gRPC port .* or its REST port"),
        ):
            client.sample(1)
