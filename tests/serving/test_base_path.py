import pytest

from kgan.serving import next_version
from kgan.serving.base_path import check_name, model_directory, next_file, versions


def test_next_version(tmp_path):
    assert next_version(tmp_path / "m") == tmp_path / "m" / "1"
    for name in ("2", "10", "notes", ".11.x", "12.onnx", "²"):
        (tmp_path / "m" / name).mkdir(parents=True)
    assert next_version(tmp_path / "m") == tmp_path / "m" / "11"
    assert versions(tmp_path / "m") == [2, 10]


def test_next_file(tmp_path):
    assert next_file(tmp_path, ".onnx") == tmp_path / "1.onnx"
    (tmp_path / "3.onnx").touch()
    (tmp_path / "5.tflite").touch()
    assert next_file(tmp_path, ".onnx") == tmp_path / "4.onnx"


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../up", "a/b", "/etc", "a.b", "a b", "-a", "a\n", "ä"]
)
def test_names_lead_nowhere_else(tmp_path, name):
    with pytest.raises(ValueError, match="Expected a name of letters"):
        model_directory(tmp_path, name)
    with pytest.raises(ValueError, match="Expected a label of letters"):
        check_name(name, "label")


def test_a_symlink_in_the_way(tmp_path):
    (tmp_path / "dcgan").symlink_to(tmp_path.parent)
    with pytest.raises(ValueError, match="Received: a symbolic link to"):
        model_directory(tmp_path, "dcgan")
    assert model_directory(tmp_path, "dcgan-64_b") == tmp_path / "dcgan-64_b"
