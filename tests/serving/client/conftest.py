import pytest

from kgan.serving.client import Client
from tests.serving.stand_in import small_model


@pytest.fixture(params=["grpc", "rest"])
def address(request, small_model_server):
    return getattr(small_model_server, request.param)


@pytest.fixture
def client(address):
    with Client(address, "small", max_batch=small_model.LIMIT) as client:
        yield client
