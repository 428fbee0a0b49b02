import importlib
import sys

import pytest

from kgan.serving.client import Client, ServerError
from kgan.serving.client.errors import readable

FAILED_CHECK = (
    "{{function_node __inference_sample_57}} assertion failed: [Expected num_samples "
    "from 1 to 64. Received: num_samples=] [0]\n\t [[{{node Assert/Assert}}]]"
)


def test_readable():
    expected = "Expected num_samples from 1 to 64. Received: num_samples= 0"
    assert readable(FAILED_CHECK) == expected
    assert readable("Graph execution error:\n\nDetected at node A\n" + "assertion "
                    "failed: [Expected x] [5]") == "Expected x 5"  # fmt: skip
    assert readable("Not found") == "Not found"
    assert readable("") == "(no message)"


def test_server_error():
    error = ServerError("INVALID_ARGUMENT", FAILED_CHECK, "here", "Do better.")
    assert str(error) == (
        "here: INVALID_ARGUMENT: Expected num_samples from 1 to 64. Received: "
        "num_samples= 0. Do better."
    )
    assert error.details == FAILED_CHECK
    assert isinstance(error, OSError)


@pytest.mark.parametrize(
    ("address", "module", "package"),
    [
        ("localhost:8500", "tensorflow_serving.apis", "tensorflow-serving-api"),
        ("http://localhost:8501", "requests", "requests"),
    ],
)
def test_what_to_install(monkeypatch, address, module, package):
    monkeypatch.setitem(sys.modules, module, None)
    importlib.invalidate_caches()
    sentence = rf"Expected the package {package}.*pip install 'kgan\[serving\]'"
    with pytest.raises(ImportError, match=sentence):
        Client(address)
