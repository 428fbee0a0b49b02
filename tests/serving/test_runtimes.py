import keras
import numpy as np
import pytest

from kgan.serving.runtimes import export_network
from tests.serving.trained import build, train, trained


def test_litert_gives_the_models_images(tmp_path):
    path, apart = export_network(trained(), tmp_path / "m" / "1.tflite")
    assert path.stat().st_size > 1000
    assert 0.0 <= apart < 1e-4
    with pytest.raises(FileExistsError, match="nothing is overwritten"):
        export_network(trained(), path)


def test_onnx_gives_the_models_images(tmp_path):
    pytest.importorskip("tf2onnx")
    onnxruntime = pytest.importorskip("onnxruntime")
    path, apart = export_network(trained(), tmp_path / "1.onnx")
    assert 0.0 <= apart < 1e-4
    session = onnxruntime.InferenceSession(str(path))
    (latents,) = session.get_inputs()
    assert latents.name == "latents"
    z = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")
    images = session.run(None, {"latents": z})[0]
    np.testing.assert_allclose(images, trained().synthesize(z), atol=1e-4)


def test_onnx_says_what_it_lacks(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "tf2onnx", None)
    with pytest.raises(ImportError, match=r"pip install 'kgan\[onnx\]'"):
        export_network(trained(), tmp_path / "1.onnx")
    assert list(tmp_path.iterdir()) == []


def test_other_images_leave_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "kgan.serving.runtimes._run_litert",
        lambda path: lambda z: trained().synthesize(z) + 0.01,
    )
    with pytest.raises(ValueError, match=r"that differ by up to 0\.01"):
        export_network(trained(), tmp_path / "1.tflite")
    assert list(tmp_path.iterdir()) == []


def test_bad_input(tmp_path):
    with pytest.raises(ValueError, match=r"ends in \.onnx or \.tflite"):
        export_network(trained(), tmp_path / "1.pb")
    with pytest.raises(ValueError, match="after 0 training steps"):
        export_network(build(), tmp_path / "1.tflite")
    keras.config.set_dtype_policy("mixed_bfloat16")
    with pytest.raises(ValueError, match=r"in float32.*Received: mixed_bfloat16"):
        export_network(train(build()), tmp_path / "1.tflite")
    assert list(tmp_path.iterdir()) == []
