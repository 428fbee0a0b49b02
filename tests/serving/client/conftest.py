"""A small model on a stand-in for a model server."""

import pytest

from kgan.serving.client import Client
from tests.serving.stand_in import StandIn, small_model


@pytest.fixture(scope="session")
def base_path(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "small"
    path.mkdir()
    small_model.write(path / "1", 1)
    return path


@pytest.fixture(scope="session")
def server(base_path):
    with StandIn({"small": base_path}, small_model.Session) as server:
        yield server


@pytest.fixture(params=["grpc", "rest"])
def address(request, server):
    return getattr(server, request.param)


@pytest.fixture
def client(address):
    with Client(address, "small", max_batch=small_model.LIMIT) as client:
        yield client
