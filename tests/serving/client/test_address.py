import pytest

from kgan.serving.client.address import Address, is_address, parse


def test_grpc():
    for written in ("localhost:8500", "grpc://localhost:8500"):
        address = parse(written, "dcgan")
        assert address == Address("localhost:8500", "dcgan")
        assert not address.over_rest
        assert str(address) == "localhost:8500"
    assert parse("[::1]:8500", "dcgan").root == "[::1]:8500"


def test_rest():
    address = parse("http://localhost:8501", "dcgan", version=3)
    assert address.over_rest
    assert str(address) == "http://localhost:8501/v1/models/dcgan/versions/3"
    address = parse("https://models.example/", "dcgan", label="stable")
    assert str(address) == "https://models.example/v1/models/dcgan/labels/stable"


def test_rest_path_names_the_model():
    root = "http://localhost:8501"
    assert parse(f"{root}/v1/models/faces", "dcgan").model == "faces"
    assert parse(f"{root}/v1/models/faces/versions/12", "dcgan").version == 12
    address = parse(f"{root}/v1/models/faces/labels/canary/", "dcgan", version=1)
    assert address == Address(root, "faces", None, "canary")
    address = parse("grpc://localhost:8500/v1/models/faces/versions/2", "dcgan")
    assert address == Address("localhost:8500", "faces", 2)


def test_addresses_and_directories():
    for text in ("http://localhost:8501", "https://a.b", "grpc://localhost:8500",
                 "localhost:8500", "10.0.0.1:8500/v1/models/faces"):  # fmt: skip
        assert is_address(text)
    for text in ("logs/dcgan/1", "/http://", "localhost", "a/b:8500", "run:1b", "."):
        assert not is_address(text)


@pytest.mark.parametrize(
    "address",
    ["", "localhost", "http://", "ftp://localhost:21", "localhost:8500/dcgan",
     "http://localhost:8501/models/dcgan", "http://localhost:8501/v1/models/a/b",
     "http://localhost:8501/v1/models/dcgan/versions/new", "localhost:port"],
)  # fmt: skip
def test_no_address(address):
    with pytest.raises(ValueError, match="an address such as 'localhost:8500'"):
        parse(address, "dcgan")


def test_version_or_label():
    with pytest.raises(ValueError, match="not both"):
        parse("localhost:8500", "dcgan", version=1, label="stable")


@pytest.mark.parametrize("model", ["", "a/b", "../etc", "dcgan:predict"])
def test_model_names(model):
    with pytest.raises(ValueError, match="without '/' and ':'"):
        parse("localhost:8500", model)
