import importlib
import pkgutil
import subprocess
import sys

import keras
import pytest

import kgan
from kgan.system import keras_classes

NETWORKS = (keras.Model, keras.layers.Layer)
LOAD = """
import sys
import keras, kgan
model = keras.models.load_model({path!r})
print(type(model).__name__, type(model.generator.layers[3]).__module__)
assert "kgan.metrics" not in sys.modules
"""


def test_a_new_process_loads_a_file(tmp_path):
    path = tmp_path / "gan.keras"
    kgan.DCGAN((28, 28, 1), latent_dim=4, width=2).save(path)
    done = subprocess.run(
        [sys.executable, "-c", LOAD.format(path=str(path))],
        capture_output=True,
        text=True,
        check=False,
    )
    expected = "DCGAN kgan.layers.batch_normalization"
    assert done.stdout.strip() == expected, done.stderr[-2000:]


def test_keras_may_be_imported_later(monkeypatch):
    known = keras.saving.get_custom_objects()
    monkeypatch.delitem(sys.modules, "keras")
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    finders = len(sys.meta_path)
    keras_classes.defer([("kgan.spaces", "Later")])
    assert "kgan>Later" not in known
    importlib.import_module("keras")
    assert known.pop("kgan>Later").name == "Later"
    assert len(sys.meta_path) == finders


def test_keras_finds_all_models_and_layers():
    for info in pkgutil.walk_packages(kgan.__path__, "kgan."):
        if not info.name.endswith("__main__"):
            importlib.import_module(info.name)
    registered = {
        name.removeprefix("kgan>")
        for name, found in keras.saving.get_custom_objects().items()
        if isinstance(found, type)
        and issubclass(found, NETWORKS)
        and found.__module__.startswith("kgan.")
    }
    # A model belongs into `NAMES` of kgan.models, a layer into `_LAYERS` of kgan.
    assert registered == {"GAN", *kgan.models.__all__, *kgan._LAYERS}


def test_a_class_that_is_imported_stays(monkeypatch):
    known = keras.saving.get_custom_objects()
    monkeypatch.delitem(known, "kgan>Maxout")
    keras_classes.defer([("kgan.layers", "Maxout"), ("kgan.models", "DCGAN")])
    assert known["kgan>DCGAN"] is kgan.DCGAN
    loaded = known["kgan>Maxout"].from_config({"units": 3, "pieces": 2})
    assert isinstance(loaded, kgan.layers.Maxout)


def test_a_name_that_is_nearly_right():
    with pytest.raises(AttributeError, match=r"'DCGan'\. Did you mean DCGAN"):
        kgan.DCGan  # noqa: B018
    # Of the models, not of their modules.
    with pytest.raises(AttributeError, match=r"Did you mean DCGAN"):
        kgan.models.DCGann  # noqa: B018
    with pytest.raises(AttributeError, match=r"'transformers'\.$"):
        kgan.transformers  # noqa: B018


ONE = """
import sys
import kgan
assert not [name for name in sys.modules if name.startswith("tensorflow")]
kgan.DCGAN, kgan.models.DCGAN
print(*sorted(name for name in kgan.models.NAMES.values() if name in sys.modules))
assert kgan.models.vae.VAE is kgan.VAE
"""


def test_a_model_is_imported_alone():
    done = subprocess.run(
        [sys.executable, "-c", ONE], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "kgan.models.dcgan", done.stderr[-2000:]
