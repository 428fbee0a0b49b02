"""Each of Keras' callbacks with a game, as docs/keras_callbacks.md says."""

import csv

import keras
import numpy as np
import pytest

import kgan
from tests.callbacks.test_checkpoint import At, CrashError, crash, state, tiny
from tests.game_test_case import as_new


def batches():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (24, 8, 8, 1), "uint8")
    return kgan.data.load(images, batch_size=8)


def made():
    model = tiny(2)
    model.compile(keras.optimizers.SGD(0.5), keras.optimizers.SGD(0.25))
    return model


@pytest.fixture(scope="module")
def model():
    """One model for all, because its step is traced once."""
    return made()


def fit(model, *callbacks, epochs=2):
    return model.fit(batches(), epochs=epochs, callbacks=callbacks, verbose=0).history


def rates(model):
    return [float(o.learning_rate) for o in model.optimizer.optimizers]


def test_learning_rate_scheduler(model):
    before = rates(model)
    fit(model, keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2))
    assert rates(model) == [rate / 4 for rate in before]


def test_reduce_on_plateau(model):
    before = rates(model)
    callback = keras.callbacks.ReduceLROnPlateau(
        "g_loss", mode="min", factor=0.5, patience=1, min_delta=1e9
    )
    fit(model, callback)
    assert rates(model) == [rate / 2 for rate in before]


def test_early_stopping(model):
    callback = keras.callbacks.EarlyStopping(
        "d_real", mode="max", min_delta=1e9, restore_best_weights=True
    )
    assert len(fit(model, callback, epochs=5)["d_real"]) == 2


def test_early_stopping_by_a_score(model):
    class Scores(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["frechet_distance"] = float(epoch)

    stop = keras.callbacks.EarlyStopping("frechet_distance", mode="min")
    assert len(fit(model, Scores(), stop, epochs=5)["frechet_distance"]) == 2


def test_model_checkpoint(model, tmp_path):
    path = str(tmp_path / "{epoch}.keras")
    fit(model, keras.callbacks.ModelCheckpoint(path))
    loaded = keras.models.load_model(tmp_path / "2.keras")
    for a, b in zip(state(loaded), state(model), strict=True):
        np.testing.assert_array_equal(a, b)


def test_csv_logger(model, tmp_path):
    history = fit(model, keras.callbacks.CSVLogger(tmp_path / "log.csv"))
    rows = list(csv.DictReader((tmp_path / "log.csv").read_text().splitlines()))
    assert [float(row["d_loss"]) for row in rows] == history["d_loss"]


def test_lambda_callback(model):
    ended = []
    callback = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: ended.append(logs["value"])
    )
    assert fit(model, callback)["value"] == ended


def test_backup_and_restore_restores_both_sides(tmp_path):
    unbroken = as_new(made)
    fit(unbroken, epochs=2)
    expected = state(unbroken)
    backup = keras.callbacks.BackupAndRestore(tmp_path)
    # In the middle of the second epoch, which is repeated.
    with pytest.raises(CrashError):
        fit(as_new(made), backup, At(5, crash))
    again = as_new(made)
    fit(again, keras.callbacks.BackupAndRestore(tmp_path))
    for a, b in zip(state(again), expected, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("callback", "message"),
    [
        (keras.callbacks.TerminateOnNaN(), r"kgan\.callbacks\.Health"),
        (keras.callbacks.SwapEMAWeights(), "ema_decay"),
        (keras.callbacks.EarlyStopping(), r"d_loss, g_loss.*monitor='val_loss'"),
        (keras.callbacks.EarlyStopping("d_loss"), "mode='min' or mode='max'"),
        (keras.callbacks.ReduceLROnPlateau("loss"), "monitor='loss'"),
        (keras.callbacks.ModelCheckpoint("a.keras", save_best_only=True), "val_loss"),
    ],
)
def test_what_cannot_work_is_refused_before_training(model, callback, message):
    counter = At(10**9, crash)
    with pytest.raises(ValueError, match=message):
        fit(model, callback, counter)
    assert counter.seen == 0
