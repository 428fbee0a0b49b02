"""A served export as a source of samples."""

import sys

import numpy as np
import pytest
from PIL import Image

import kgan
from kgan import commands
from kgan.evaluation import open_samples
from kgan.serving import ServerError
from kgan.spaces.images import tile
from tests.serving.stand_in import StandIn


@pytest.fixture(scope="module")
def base_path(tmp_path_factory):
    model = kgan.DCGAN((28, 28, 1), latent_dim=4, width=2, ema_decay=0.9, seed=0)
    for weight in model.ema_generator.trainable_weights:
        weight.assign(weight * 30)
    base_path = tmp_path_factory.mktemp("export") / "dcgan"
    model.export(base_path / "1", force=True)
    return base_path


@pytest.fixture(scope="module")
def server(base_path):
    with StandIn({"dcgan": base_path}) as server:
        yield server


def test_a_server_gives_what_the_export_gives(base_path, server, tmp_path, capsys):
    export = open_samples(base_path / "1")
    for address in (server.rest, f"grpc://{server.grpc}/v1/models/dcgan/versions/1"):
        samples = open_samples(address)
        assert samples.space.shape == (28, 28, 1)
        assert (samples.kind, samples.weights) == ("server", "as served")
        # More than a block.
        drawn = samples.draw(502, seed=3)
        np.testing.assert_array_equal(drawn, export.draw(502, seed=3))
        between = samples.interpolations(2, 3, seed=4)
        np.testing.assert_array_equal(between, export.interpolations(2, 3, 4))
    commands.main(["sample", server.rest, "--out", str(tmp_path / "grid.png"),
                   "--grid", "2x3", "--seed", "3"])  # fmt: skip
    picture = np.asarray(Image.open(tmp_path / "grid.png"))
    np.testing.assert_array_equal(picture, tile(drawn[:6], 3)[..., 0])
    assert "2 x 3 samples, weights as served" in capsys.readouterr().out


def test_bad_addresses(server, tmp_path, capsys):
    with pytest.raises(ServerError, match=r"Choose a model, version or label"):
        open_samples(f"{server.rest}/v1/models/faces")
    with pytest.raises(ValueError, match="one set of weights"):
        open_samples(server.rest, "raw")
    with pytest.raises(SystemExit) as e:
        out = str(tmp_path / "grid.png")
        commands.main(["sample", "http://localhost:8501/dcgan", "--out", out])
    assert e.value.code == 2
    assert "error: Expected an address such as" in capsys.readouterr().err
    assert not (tmp_path / "grid.png").exists()


def test_without_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "requests", None)
    with pytest.raises(ImportError, match=r"pip install 'kgan\[serving\]'"):
        open_samples("http://localhost:8501")
