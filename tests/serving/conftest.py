"""A small model on a stand-in for a model server."""

import shutil

import pytest

from tests.serving.stand_in import StandIn, small_model
from tests.serving.trained import trained


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    """The export of `trained`, which no test may change."""
    return trained().export(tmp_path_factory.mktemp("exported") / "digits" / "1")


@pytest.fixture(scope="session")
def small_models(tmp_path_factory):
    """Puts a version of the small model below a base path: `(base_path, version)`."""
    built = tmp_path_factory.mktemp("built")

    def put(base_path, version):
        if not (built / str(version)).exists():
            small_model.write(built / str(version), version)
        # Renamed, as exports are: a server must not see half of one.
        shutil.copytree(built / str(version), base_path / ".new")
        (base_path / ".new").rename(base_path / str(version))

    return put


@pytest.fixture(scope="session")
def small_model_server(tmp_path_factory, small_models):
    """Version 1 of the small model, served until the end of all tests."""
    base_path = tmp_path_factory.mktemp("small")
    small_models(base_path, 1)
    with StandIn({"small": base_path}) as server:
        yield server
