"""The committed configs of the server fit each other, and what kgan exports."""

import re
from pathlib import Path

import pytest
from google.protobuf import text_format

from kgan import recipes
from kgan.runs.run import Output
from kgan.serving import export as exporting
from kgan.serving import server_config
from kgan.serving.messages import declare

EXPORT = Path(__file__).parents[2] / "export"
COMPOSE = (EXPORT / "docker-compose.yml").read_text()
OPTIONS = dict(re.findall(r"^ +- --(\w+)=(\S+)$", COMPOSE, re.MULTILINE))
# Of tensorflow/serving's model_servers/main.cc.
KNOWN = {
    "allow_version_labels_for_unavailable_models",
    "batching_parameters_file",
    "enable_batching",
    "enable_per_model_batching_parameters",
    "file_system_poll_wait_seconds",
    "model_config_file",
    "model_config_file_poll_wait_seconds",
    "monitoring_config_file",
}


# tensorflow/serving's batching parameters and monitoring config, which its package for
# Python does not have.
CLASSES = declare(
    "kgan.tests.configs",
    {
        "Int64": {"value": (1, "int64")},
        "Bool": {"value": (1, "bool")},
        "String": {"value": (1, "string")},
        "BatchingParameters": {
            "max_batch_size": (1, "Int64"),
            "batch_timeout_micros": (2, "Int64"),
            "num_batch_threads": (4, "Int64"),
            "thread_pool_name": (5, "String"),
            "enable_large_batch_splitting": (8, "Bool"),
            "max_execution_batch_size": (9, "Int64"),
        },
        "Prometheus": {"enable": (1, "bool"), "path": (2, "string")},
        "MonitoringConfig": {"prometheus_config": (1, "Prometheus")},
    },
)


def parse(message, text):
    return text_format.Parse(text, message)


@pytest.fixture(scope="module")
def models():
    from tensorflow_serving.config import model_server_config_pb2 as config

    text = (EXPORT / "models.config").read_text()
    parsed = parse(config.ModelServerConfig(), text)
    return {m.name: m for m in parsed.model_config_list.config}


def test_options_are_the_servers():
    assert set(OPTIONS) == KNOWN
    assert len(re.findall("--", COMPOSE)) == len(OPTIONS)


def test_files_are_where_the_container_has_them():
    mount = re.search(r"- \.:(/\w+):ro", COMPOSE)[1]
    files = {n: Path(v) for n, v in OPTIONS.items() if n.endswith("file")}
    assert len(files) == 3
    for file in files.values():
        assert str(file.parent) == mount
        assert (EXPORT / file.name).is_file()
    assert files["model_config_file"].name == server_config.FILE


def test_ports_are_bound_to_this_machine():
    section = COMPOSE.split("ports:")[1].split("volumes:")[0]
    ports = re.findall(r'- "(.*)"', section)
    assert ports == ["127.0.0.1:8500:8500", "127.0.0.1:8501:8501"]


def test_the_model_that_train_py_makes_is_served(models):
    mount = re.search(r"- \.:(/\w+):ro", COMPOSE)[1]
    assert Path(Output().export).name == EXPORT.name
    assert set(models) <= set(recipes.RECIPES)
    assert "dcgan" in models
    for name, model in models.items():
        assert model.base_path == f"{mount}/{name}"
        assert model.model_version_policy.WhichOneof("policy_choice") == "all"
        assert dict(model.version_labels) == {"canary": 1, "stable": 1}


def test_labels_of_the_first_start():
    """They are there before a version is loaded."""
    assert OPTIONS["allow_version_labels_for_unavailable_models"] == "true"
    assert int(OPTIONS["model_config_file_poll_wait_seconds"]) > 0


def test_kgan_reads_and_writes_the_models_the_same(models):
    comment, config = server_config.read(EXPORT / server_config.FILE)
    text = (EXPORT / server_config.FILE).read_text()
    assert comment + text_format.MessageToString(config) == text


def test_batching_is_for_models_that_can():
    assert OPTIONS["enable_batching"] == "true"
    assert OPTIONS["enable_per_model_batching_parameters"] == "true"
    text = (EXPORT / "batching.config").read_text()
    threads = parse(CLASSES["BatchingParameters"](), text)
    # All else is of a model, and ignored here.
    fields = {field.name for field, _ in threads.ListFields()}
    assert fields == {"num_batch_threads", "thread_pool_name"}
    for limit, rows in ((1024, 64), (7, 7)):
        model = parse(CLASSES["BatchingParameters"](), exporting.batching(limit))
        # A merged batch has to pass the limit in the graph.
        assert model.max_batch_size.value == limit
        assert model.max_execution_batch_size.value == rows
        assert model.enable_large_batch_splitting.value
        assert model.batch_timeout_micros.value > 0


def test_monitoring():
    text = (EXPORT / "monitoring.config").read_text()
    parsed = parse(CLASSES["MonitoringConfig"](), text).prometheus_config
    assert parsed.enable
    assert parsed.path == "/monitoring/prometheus/metrics"
    assert f"localhost:8501{parsed.path}" in text
