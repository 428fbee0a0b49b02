import pytest

from kgan.system.backend import require_tensorflow


def test_other_backend_in_the_environment(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    with pytest.raises(ImportError, match=r"KERAS_BACKEND=tensorflow.*'jax'"):
        require_tensorflow()
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    require_tensorflow()


def test_other_backend_in_the_configuration(monkeypatch, tmp_path):
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    require_tensorflow()
    (tmp_path / "keras.json").write_text('{"backend": "torch"}')
    with pytest.raises(ImportError, match=r"'torch' from .*keras.json"):
        require_tensorflow()
    (tmp_path / "keras.json").write_text("{")
    require_tensorflow()
