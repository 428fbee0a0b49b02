import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.serving import next_version


@pytest.fixture
def model():
    return kgan.DCGAN((28, 28, 1), latent_dim=4, width=2, ema_decay=0.9, seed=0)


def test_variables_are_stored_once(model, tmp_path):
    path = model.export(tmp_path / "1")
    stored = tf.train.load_checkpoint(str(path / "variables" / "variables"))
    shapes = stored.get_variable_to_shape_map()
    sizes = sum(np.prod(s) for name, s in shapes.items() if "VARIABLE" in name)
    assert sizes == model.ema_generator.count_params()


def test_the_average_is_exported(model, tmp_path):
    for weight in model.ema_generator.weights:
        weight.assign(weight * 2)
    path = model.export(tmp_path / "1")
    serve = tf.saved_model.load(str(path)).signatures["serving_default"]
    z = np.ones((2, 4), "float32")
    images = serve(latents=tf.constant(z))["images"]
    np.testing.assert_array_equal(images, model.ema_generator(z))
    assert images.shape == (2, 28, 28, 1)


def test_nothing_is_overwritten(model, tmp_path):
    model.export(tmp_path / "1")
    before = (tmp_path / "1" / "saved_model.pb").read_bytes()
    with pytest.raises(FileExistsError, match="nothing is overwritten"):
        model.export(tmp_path / "1")
    assert (tmp_path / "1" / "saved_model.pb").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["1"]


def test_nan_is_not_exported(model, tmp_path):
    weight = model.ema_generator.weights[0]
    weight.assign(weight * np.nan)
    with pytest.raises(ValueError, match=r"finite weights.*project/kernel"):
        model.export(tmp_path / "1")
    assert list(tmp_path.iterdir()) == []


def test_next_version(tmp_path):
    assert next_version(tmp_path / "m") == tmp_path / "m" / "1"
    for name in ("2", "10", "notes"):
        (tmp_path / "m" / name).mkdir(parents=True)
    assert next_version(tmp_path / "m") == tmp_path / "m" / "11"
