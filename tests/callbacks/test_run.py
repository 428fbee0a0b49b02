"""A script's run is a run: resumed, sampled, scored and exported by its directory."""

import json
import subprocess
import sys

import keras
import numpy as np
import pytest
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import kgan
from kgan.callbacks import Run
from kgan.evaluation import Evaluation, open_samples
from kgan.runs import writing
from kgan.runs.config import settings_of
from kgan.runs.loading import load_model
from tests.callbacks.test_checkpoint import At, CrashError, crash, state, tiny


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of 40 images of 8 x 8."""
    folder = tmp_path_factory.mktemp("images")
    rng = np.random.default_rng(0)
    for i in range(40):
        pixels = rng.integers(0, 256, (8, 8), "uint8")
        Image.fromarray(pixels).save(folder / f"{i:02d}.png")
    return folder


def run(log_dir, folder, *others, epochs=2, width=8, **kwargs):
    data = kgan.data.load(folder, batch_size=8)
    model = tiny(width)
    model.compile(keras.optimizers.Adam(0.01), keras.optimizers.Adam(0.01))
    watched = Run(log_dir, data, **kwargs)
    model.fit(data, epochs=epochs, callbacks=[watched, *others], verbose=0)
    return model


@pytest.fixture(scope="module")
def unbroken(folder, tmp_path_factory):
    log_dir = tmp_path_factory.mktemp("logs") / "mine"
    data = kgan.data.load(folder, batch_size=8)
    scores = Evaluation(data, ("frechet_distance",), "pixels", 16)
    return log_dir, run(log_dir, folder, evaluate=scores)


def test_the_directory_is_that_of_a_run(unbroken, folder):
    log_dir, model = unbroken
    settings = settings_of(log_dir)
    assert settings.name == "mine"
    assert settings.recipe is None
    assert settings.data.data == str(folder)
    loaded = load_model(log_dir)
    for a, b in zip(state(loaded), state(model), strict=True):
        np.testing.assert_array_equal(a, b)
    samples = open_samples(log_dir)
    assert samples.trained == {
        "model": "VanillaGAN",
        "steps": 10,
        "epoch": 2,
        "batch": 0,
    }
    drawn = kgan.spaces.to_uint8(model.generate(3, seed=1))
    np.testing.assert_array_equal(samples.draw(3, seed=1), drawn)
    # What it learned from is known, so that it can be scored.
    scored = Evaluation(samples.data, ("frechet_distance",), "pixels", 16).run(samples)
    last = json.loads((log_dir / "evaluations" / "last.json").read_text())
    assert scored.scores["frechet_distance"]["value"] == pytest.approx(
        last["scores"]["frechet_distance"]["value"]
    )


def test_everything_of_the_run_is_one_row_of_tensorboard(unbroken):
    log_dir, _ = unbroken
    assert {p.parent for p in log_dir.rglob("events.*")} == {log_dir}
    events = EventAccumulator(str(log_dir), size_guidance={"tensors": 0})
    events.Reload()
    tags = set(events.Tags()["tensors"])
    assert {"loss/d", "game/d_real", "rate/learning_rate_g", "samples"} <= tags
    assert [e.step for e in events.Tensors("score/frechet_distance")] == [0, 1, 2]


def test_it_goes_on_when_the_script_runs_again(unbroken, folder, tmp_path):
    with pytest.raises(CrashError):
        run(tmp_path, folder, At(7, crash), save_every=2)
    # The same process, whose lock is still there.
    model = run(tmp_path, folder, save_every=2)
    for a, b in zip(state(model), state(unbroken[1]), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_state_of_another_model_leaves_the_directory_alone(unbroken, folder):
    before = (unbroken[0] / "config.json").read_text()
    with pytest.raises(ValueError, match="is of another model"):
        run(unbroken[0], folder, width=4)
    assert (unbroken[0] / "config.json").read_text() == before


def test_an_array_is_not_opened_again(tmp_path):
    data = kgan.data.load(np.zeros((16, 8, 8, 1), "uint8"), batch_size=8)
    model = tiny(2)
    model.compile()
    model.fit(data, callbacks=[Run(tmp_path / "a", data)], verbose=0)
    assert settings_of(tmp_path / "a").data is None
    assert load_model(tmp_path / "a").generate(1).shape == (1, 8, 8, 1)


def test_one_process_writes(tmp_path):
    writing.lock(tmp_path)
    writing.lock(tmp_path)  # The same process may begin again.
    script = f"from kgan.runs import writing; writing.lock({str(tmp_path)!r})"
    other = subprocess.run([sys.executable, "-c", script], capture_output=True)
    assert b"Another process is training this run" in other.stderr
    writing.unlock(tmp_path)
    subprocess.run([sys.executable, "-c", script], check=True)
