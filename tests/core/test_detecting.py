import logging

import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.runs.training_state import SavedState, TrainingState
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


def models_of_before():
    """Those that were there before they had thresholds."""
    began = kgan.BEGAN((10, 10, 1), latent_dim=2, hidden=2, width=2, seed=0)
    sizes = {"hidden": (5,), "seed": 0}
    return [kgan.AutoEncoder(SHAPE, 2, **sizes), kgan.VAE(SHAPE, 2, **sizes), began]


@pytest.mark.parametrize("number", range(3))
def test_files_and_states_of_before_still_load(number, tmp_path):
    model = compiled(lambda: models_of_before()[number])
    shape = model.spaces[0].shape
    x = np.random.default_rng(0).integers(0, 256, (40, *shape), "uint8")
    # Two counters, BEGAN's k, and nothing for a threshold.
    of_networks = {id(v) for network in model.networks for v in network.weights}
    own = [v.name for v in model.weights if id(v) not in of_networks]
    assert own == ["steps", "images", *model.states]
    assert set(model.states) <= {"k"}
    # A state as it was written before: variables in their order, and the place.
    place = {n: tf.Variable(1, dtype=tf.int64) for n in ("epoch", "batch")}
    variables = [v.value for v in model.saved_variables]
    state = tf.train.Checkpoint(variables=variables, **place)
    tf.train.CheckpointManager(state, str(tmp_path / "old"), 1).save()
    # A file of before has no notes.
    model.save(tmp_path / "old.keras")
    found = model.calibrate(x)
    model.save(tmp_path / "new.keras")
    assert keras.models.load_model(tmp_path / "new.keras").threshold == found
    scores = model.endpoint("score")(images=x)["scores"]

    assert SavedState(model, tmp_path / "old").restore()
    loaded = keras.models.load_model(tmp_path / "old.keras")
    for other in (model, loaded):
        assert other.threshold is None
        answers = other.endpoint("score")(images=x)
        assert answers.keys() == {"scores", "maps"}
        np.testing.assert_array_equal(answers["scores"], scores)
    model.load_weights(tmp_path / "new.keras")
    assert model.threshold == found


def test_a_state_has_a_threshold_where_there_is_one(tmp_path):
    model, other = compiled(build), compiled(build)
    state = TrainingState(model, tmp_path, keep=3)
    state.save(epoch=1, batch=0)
    names = [name for name, _ in tf.train.list_variables(str(tmp_path))]
    assert not any("notes" in name for name in names)
    found = model.calibrate(images())
    state.save(epoch=2, batch=0)
    again = model.calibrate(images(), false_alarms=0.3)
    assert state.restore()
    assert model.threshold == found != again
    assert SavedState(other, tmp_path).restore()
    assert other.threshold == found
    # No state is overwritten by one after the restoring.
    model.calibrate(images(), false_alarms=0.3)
    state.save(epoch=3, batch=0)
    assert len(tf.train.get_checkpoint_state(tmp_path).all_model_checkpoint_paths) == 3
    assert SavedState(other, tmp_path).restore()
    assert other.threshold == again


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
    assert SavedState(other, tmp_path).restore()
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
