import json

import numpy as np
import pytest

import kgan
from kgan import recipes
from kgan.evaluation import Samples, open_samples
from kgan.runs.config import as_config
from kgan.spaces import Images, Points, to_uint8
from kgan.spaces.interpolation import interpolation_picture


def test_a_model(model):
    samples = open_samples(model)
    drawn = samples.draw(7, seed=3)
    assert drawn.dtype == np.uint8
    np.testing.assert_array_equal(drawn, to_uint8(model.generate(7, seed=3)))
    assert samples.weights == "EMA"
    assert samples.trained == {"model": "DCGAN", "steps": 0}
    assert samples.space == Images((28, 28, 1))


def test_raw_weights_of_a_model_that_has_drawn_already(model):
    averaged = model.generate(5, seed=1)
    before = model.ema_generator.get_weights()
    samples = open_samples(model, "raw")
    assert samples.weights == "raw"
    without = kgan.DCGAN((28, 28, 1), latent_dim=4, width=2, seed=0)
    without.generator.set_weights(model.generator.get_weights())
    drawn = samples.draw(5, seed=1)
    np.testing.assert_array_equal(drawn, to_uint8(without.generate(5, seed=1)))
    assert np.abs(drawn.astype(int) - to_uint8(averaged)).max() > 10
    for kept, now in zip(before, model.ema_generator.get_weights(), strict=True):
        np.testing.assert_array_equal(kept, now)


def test_without_an_average():
    model = kgan.DCGAN((28, 28, 1), latent_dim=4, width=2, seed=0)
    assert open_samples(model).weights == "raw"
    assert open_samples(model, "raw").weights == "raw"
    with pytest.raises(ValueError, match="no averaged generator"):
        open_samples(model, "ema")
    with pytest.raises(ValueError, match="auto, ema, raw"):
        open_samples(model, "best")


def test_blocks_are_seeded_apart():
    asked = []

    def block(count, seed):
        asked.append((count, seed))
        return np.full((count, 2), seed, "float32")

    samples = Samples("x", "model", "raw", Points(2), {}, None, block)
    drawn = samples.draw(1100, seed=7)
    assert drawn.shape == (1100, 2)
    assert drawn.dtype == np.float32
    assert [count for count, _ in asked] == [500, 500, 100]
    # The first block is that of the seed itself, as `generate` draws it.
    assert asked[0][1] == 7
    assert len({seed for _, seed in asked}) == 3
    np.testing.assert_array_equal(samples.draw(600, seed=7), drawn[:600])


def test_a_diverged_generator(model):
    weight = model.ema_generator.weights[0]
    weight.assign(weight * np.nan)
    with pytest.raises(ValueError, match="NaN or infinite values from the generator"):
        open_samples(model).draw(3)


def test_bad_numbers(model):
    samples = open_samples(model)
    for count, seed in ((0, 0), (3, -1)):
        with pytest.raises(ValueError, match=r"count >= 1 and seed >= 0"):
            samples.draw(count, seed)
    with pytest.raises(ValueError, match=r"steps >= 2"):
        samples.interpolations(3, 1)


def test_a_keras_file(model, tmp_path):
    path = tmp_path / "gan.keras"
    model.save(path)
    for weights in ("auto", "raw"):
        loaded = open_samples(path, weights)
        expected = open_samples(model, weights)
        np.testing.assert_array_equal(loaded.draw(5, 2), expected.draw(5, 2))
        assert loaded.weights == expected.weights
    assert loaded.kind == "keras"


def test_a_keras_file_in_a_run_is_of_its_recipe(model, tmp_path):
    config = as_config(recipes.get("dcgan"))
    (tmp_path / "config.json").write_text(json.dumps(config))
    model.save(tmp_path / "best.keras")
    samples = open_samples(tmp_path / "best.keras")
    assert samples.trained == {"model": "DCGAN", "steps": 0, "recipe": "dcgan"}
    assert samples.data == recipes.get("dcgan").data


def test_a_keras_file_that_is_no_gan(model, tmp_path):
    path = tmp_path / "generator.keras"
    model.generator.save(path)
    with pytest.raises(ValueError, match=r"Expected a kgan.Game.*Functional"):
        open_samples(path)
    path.write_bytes(b"nonsense")
    with pytest.raises(ValueError, match="cannot be loaded as a Keras model"):
        open_samples(path)


def test_an_export(export):
    samples = open_samples(export)
    assert samples.kind == "savedmodel"
    assert samples.weights == "as exported"
    assert samples.space == Images((28, 28, 1))
    drawn = samples.draw(600, seed=5)
    assert drawn.shape == (600, 28, 28, 1)
    np.testing.assert_array_equal(drawn[:20], samples.draw(20, seed=5))
    assert samples.interpolations(2, 3).shape == (2 * 30 + 2, 2 * (3 * 30 + 2) + 12, 1)
    with pytest.raises(ValueError, match="one set of weights"):
        open_samples(export, "raw")


def test_an_export_with_its_card(model, tmp_path):
    """Scored as its run would be: the same samples, to the level."""
    model.steps.assign(3)
    path = tmp_path / "export" / "dcgan" / "1"
    model.export(path)
    samples = open_samples(path)
    assert samples.weights == "EMA"
    assert samples.trained == {"model": "DCGAN", "steps": 3, "recipe": None}
    assert samples.data is None
    drawn = open_samples(model).draw(40, seed=9)
    np.testing.assert_array_equal(samples.draw(40, seed=9), drawn)
    assert samples.interpolations(2, 3).shape == (2 * 30 + 2, 2 * (3 * 30 + 2) + 12, 1)


def test_large_examples_come_in_smaller_blocks():
    asked = []

    def block(count, seed):
        asked.append(count)
        return np.zeros((count, 1), "uint8")

    Samples("x", "model", "raw", Images((2048, 2048, 4)), {}, None, block).draw(40)
    assert asked == [16, 16, 8]


def test_interpolations_of_a_model(model):
    picture = open_samples(model).interpolations(2, 3, seed=4)
    expected = interpolation_picture(model.interpolate, 2, 3, 4)
    np.testing.assert_array_equal(picture, expected)


def test_what_is_none_of_these(export, tmp_path):
    with pytest.raises(ValueError, match="which does not exist"):
        open_samples(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="directory of versions; give the path of one"):
        open_samples(export.parent)
    with pytest.raises(ValueError, match=r"without config.json or saved_model.pb"):
        open_samples(tmp_path)
    (tmp_path / "x.txt").write_text("")
    with pytest.raises(ValueError, match="a file of another kind"):
        open_samples(tmp_path / "x.txt")


def test_what_a_result_says(model):
    samples = open_samples(model)
    drawn = samples.draw(3, 1)
    about = samples.about(3, 1, drawn)
    assert about["count"] == 3
    assert about["seed"] == 1
    assert about["weights"] == "EMA"
    assert about["sha256"] == samples.about(3, 1, drawn.copy())["sha256"]
    assert about["sha256"] != samples.about(3, 1, drawn + 1)["sha256"]
