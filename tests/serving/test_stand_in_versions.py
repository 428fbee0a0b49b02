"""The stand-in's versions, labels and swaps, seen through the client."""

import threading
from pathlib import Path

import grpc
import numpy as np
import pytest
from google.protobuf import text_format
from tensorflow_serving.apis import model_management_pb2, model_service_pb2_grpc
from tensorflow_serving.config import model_server_config_pb2

from kgan.serving.client import Client, ServerError
from tests.serving.stand_in import StandIn, small_model

LABELLED = """model_config_list {{ config {{
  name: "small" base_path: "{path}" model_platform: "tensorflow"
  model_version_policy {{ all {{}} }}
  version_labels {{ key: "stable" value: {stable} }}
  version_labels {{ key: "canary" value: 2 }}
}} }}"""


@pytest.fixture
def base_path(tmp_path, small_models):
    small_models(tmp_path, 1)
    return tmp_path


def config(path, stable):
    text = LABELLED.format(path=path, stable=stable)
    return text_format.Parse(text, model_server_config_pb2.ModelServerConfig())


def version_of(client):
    """The version whose images the client gets."""
    images = client.sample(2, 5)
    return [v for v in (1, 2) if np.array_equal(images, small_model.images(v, 2, 5))]


def test_labels(base_path, small_models):
    small_models(base_path, 2)
    with StandIn(config(base_path, stable=1)) as server:
        for address in (server.grpc, server.rest):
            with (
                Client(address, "small", label="stable") as stable,
                Client(address, "small", label="canary") as canary,
                Client(address, "small", version=1) as first,
                Client(address, "small") as newest,
            ):
                clients = (stable, canary, first, newest)
                assert [version_of(c) for c in clients] == [[1], [2], [1], [2]]
                assert set(newest.status()) == {1, 2}
                assert set(first.status()) == {1}


def test_the_config_that_comes_with_kgan(tmp_path, small_models):
    (tmp_path / "dcgan").mkdir()
    small_models(tmp_path / "dcgan", 1)
    file = Path(__file__).parents[2] / "export" / "models.config"
    text = file.read_text().replace('"/models/', f'"{tmp_path}/')
    models = text_format.Parse(text, model_server_config_pb2.ModelServerConfig())
    with StandIn(models) as server:
        for label in ("stable", "canary"):
            with Client(server.rest, label=label) as client:
                assert version_of(client) == [1]


def test_promotion_by_reloading_the_config(base_path, small_models):
    small_models(base_path, 2)
    with (
        StandIn(config(base_path, stable=1)) as server,
        Client(server.grpc, "small", label="stable") as stable,
        grpc.insecure_channel(server.grpc) as channel,
    ):
        reload = model_service_pb2_grpc.ModelServiceStub(channel)
        request = model_management_pb2.ReloadConfigRequest(config=config(base_path, 2))
        reload.HandleReloadConfigRequest(request)
        assert version_of(stable) == [2]
        request.config.CopyFrom(config(base_path, 3))
        with pytest.raises(grpc.RpcError, match="version 3 is not available"):
            reload.HandleReloadConfigRequest(request)


def test_a_new_version_takes_over(base_path, small_models):
    with (
        StandIn({"small": base_path}) as server,
        Client(server.rest, "small") as client,
    ):
        small_models(base_path, 2)
        (base_path / "notes").mkdir()
        (base_path / ".3").mkdir()
        assert version_of(client) == [1]
        server.models.poll()
        assert version_of(client) == [2]
        assert client.status() == {1: ("END", ""), 2: ("AVAILABLE", "")}
        with (
            Client(server.grpc, "small", version=1) as first,
            pytest.raises(ServerError, match="NOT_FOUND"),
        ):
            first.sample(1)


def test_a_version_that_cannot_be_loaded(base_path):
    with (
        StandIn({"small": base_path}) as server,
        Client(server.grpc, "small") as client,
    ):
        (base_path / "2").mkdir()
        server.models.poll()
        state, error = client.status()[2]
        assert state == "END"
        assert "without saved_model.pb" in error
        with pytest.raises(ServerError, match="NOT_FOUND"):
            client.sample(1)


def test_no_request_fails_while_versions_are_swapped(base_path, small_models):
    served, failed, stop = set(), [], threading.Event()

    def ask(address):
        with Client(address, "small", retries=0) as client:
            while not stop.is_set():
                try:
                    served.update(version_of(client) or ["wrong images"])
                except ServerError as error:
                    failed.append(error)

    with StandIn({"small": base_path}) as server:
        addresses = [server.grpc, server.rest] * 2
        threads = [threading.Thread(target=ask, args=(a,)) for a in addresses]
        for thread in threads:
            thread.start()
        small_models(base_path, 2)
        server.models.poll()
        with Client(server.grpc, "small") as client:
            assert version_of(client) == [2]
        stop.set()
        for thread in threads:
            thread.join()
    assert failed == []
    assert served == {1, 2}
