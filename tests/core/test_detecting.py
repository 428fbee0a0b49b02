import logging

import keras
import numpy as np
import pytest

import kgan
from tests.game_test_case import compiled, dataset_of

SHAPE = (6, 6, 1)


def build(**kwargs):
    return kgan.AutoEncoder(SHAPE, 2, hidden=(5,), seed=0, **kwargs)


def images(n=60, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, *SHAPE), "uint8")


def test_the_score_of_an_autoencoder_by_hand():
    model = build()
    model.map_sigma = 0.0
    x = images(4)
    difference = x / 127.5 - 1 - model.reconstruct(x)
    answers = model.endpoint("score")(images=x)
    expected = np.mean(difference**2, axis=(1, 2, 3))
    np.testing.assert_allclose(answers["scores"], expected, rtol=1e-5)
    np.testing.assert_allclose(answers["maps"], np.abs(difference[..., 0]), rtol=1e-4)
    # By default a map is smoothed: a sigma of 6 / 32 changes a little.
    model = build()
    smooth = model.endpoint("score")(images=x)["maps"]
    assert 0 < np.abs(smooth - answers["maps"]).max() < 0.1


def test_points_have_no_score():
    model = kgan.AutoEncoder((3,), 2, hidden=(4,), likelihood="gaussian", seed=0)
    assert "score" not in model.endpoints()
    assert model.threshold is None


def test_verdicts_are_by_the_threshold():
    model = build()
    x = images()
    scores = model.endpoint("score")(images=x)["scores"]
    found = model.calibrate(x, false_alarms=0.1)
    # k = ceil(61 * 0.9) = 55
    assert found.value == np.sort(scores)[54]
    answers = model.detect(x)
    np.testing.assert_array_equal(answers["verdicts"], scores > found.value)
    assert answers["verdicts"].sum() == 5
    assert model.threshold == found
    assert (found.false_alarms, found.confidence, found.count) == (0.1, 0.95, 60)
    again = model.calibrate(x, false_alarms=0.5)
    assert model.detect(x)["verdicts"].sum() == 60 - 31
    assert again.value < found.value


def test_a_threshold_without_an_upper_bound_is_saved_too(tmp_path):
    model = compiled(build)
    found = model.calibrate(images(19))
    assert found.high == np.inf
    assert all(np.isfinite(v.numpy()).all() for v in model.variables)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.threshold == found
    x = images(9, seed=1)
    for name, answer in model.detect(x).items():
        np.testing.assert_array_equal(loaded.detect(x)[name], answer)


def test_more_training_takes_the_threshold_away():
    model = compiled(build)
    model.calibrate(images())
    assert "verdicts" in model.endpoint("score").gives
    model.fit(dataset_of(images(8) / np.float32(127.5) - 1), verbose=0)
    assert model.threshold is None
    assert "verdicts" not in model.endpoint("score").gives
    with pytest.raises(ValueError, match=r"AutoEncoder, which has scores but no thre"):
        model.detect(images(2))


def test_raw_networks_have_no_verdicts_where_the_threshold_is_of_averages():
    model = build(ema_decay=0.9)
    model.calibrate(images())
    assert "verdicts" in model.endpoint("score").gives
    assert "verdicts" not in model.endpoint("score", averaged=False).gives


def test_validation_data_give_a_threshold_at_the_end(tmp_path, caplog):
    held_out = kgan.data.ArraySource(images(40, seed=2)).batches(16)
    data = kgan.data.ArraySource(images(32)).batches(16)
    model = compiled(build)
    state = kgan.callbacks.Checkpoint(tmp_path, data)
    with caplog.at_level(logging.INFO, "kgan"):
        model.fit(data, validation_data=held_out, callbacks=[state], verbose=0)
    # All 40 of them, and not only whole batches.
    assert model.threshold.count == 40
    assert "kgan: threshold" in caplog.text
    # The last state that is saved has it.
    other = compiled(build)
    assert kgan.runs.training_state.SavedState(other, tmp_path).restore()
    assert other.threshold == model.threshold


def test_too_few_or_labelled_validation_data_give_a_warning(caplog):
    data = kgan.data.ArraySource(images(32)).batches(16)
    few = kgan.data.ArraySource(images(16)).batches(16)
    model = compiled(build)
    model.fit(data, validation_data=few, verbose=0)
    assert model.threshold is None
    assert "no threshold was set. Expected at least 19" in caplog.text
    labelled = kgan.data.ArraySource(images(32), np.zeros(32, int))
    with pytest.raises(ValueError, match=r"normal images alone.*--normal"):
        kgan.core.detecting.held_out_images(labelled)


def test_strange_images_among_normal_ones_are_named(caplog):
    model = build()
    x = np.full((40, *SHAPE), 128, "uint8") + images(40) // 64
    x[7] = images(1, seed=5)[0] // 128 * 255
    names = [f"{i}.png" for i in range(40)]
    model.calibrate(x, names=names)
    assert "1 of 40 images" in caplog.text
    assert "the others: 7.png. Look at them" in caplog.text


def test_the_card_of_an_export_says_it(tmp_path):
    model = build()
    found = model.calibrate(images())
    path = model.export(tmp_path / "m" / "1", force=True)
    facts = kgan.serving.card.read(path)
    assert facts["model"]["about"]["threshold"]["value"] == found.value
    text = (path / "assets.extra" / "model_card.md").read_text()
    assert f"- Threshold: {found.sentence()}" in text
    assert facts["signatures"]["score"]["outputs"].keys() == {
        *("scores", "maps", "verdicts")
    }
