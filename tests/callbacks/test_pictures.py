import keras
import numpy as np
import pytest
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import kgan
from kgan.callbacks import HParams, Interpolation, SampleGrid, Throughput


@pytest.fixture
def model():
    model = kgan.DCGAN((28, 28, 1), latent_dim=4, width=2, seed=0)
    # Fast, so that no two frames are alike.
    model.compile(keras.optimizers.Adam(0.01), keras.optimizers.Adam(0.01))
    return model


def images_of(path):
    events = EventAccumulator(str(path), size_guidance={"tensors": 0})
    events.Reload()
    return {tag: events.Tensors(tag) for tag in events.Tags()["tensors"]}


def fit(model, digits, callbacks, epochs=2):
    data = kgan.data.load(digits, batch_size=32)
    return model.fit(data, epochs=epochs, callbacks=callbacks, verbose=0)


def test_sample_grid(model, digits, tmp_path):
    real = np.ones((4, 28, 28, 1), "float32")
    grid = SampleGrid(tmp_path, real, n=6, columns=3, seed=5)
    fit(model, digits, [grid])
    names = sorted(p.name for p in grid.folder.glob("*.*") if "events" not in p.name)
    assert names == [
        "epoch_0000.png",
        "epoch_0001.png",
        "epoch_0002.png",
        "real.png",
        "training.gif",
    ]
    assert grid.latest.name == "epoch_0002.png"
    # The tile holds what the model generates.
    tile = np.array(Image.open(grid.latest))
    assert tile.shape == (2 * 30 + 2, 3 * 30 + 2)
    samples = kgan.images.to_uint8(model.generate(6, seed=5))
    np.testing.assert_array_equal(tile[2:30, 2:30], samples[0, ..., 0])
    np.testing.assert_array_equal(tile[32:60, 32:60], samples[4, ..., 0])
    with Image.open(grid.folder / "training.gif") as animation:
        assert animation.n_frames == 3
    logged = images_of(grid.folder)
    assert [e.step for e in logged["samples"]] == [0, 1, 2]
    assert [e.step for e in logged["real"]] == [0]


def test_sample_grid_needs_images(tmp_path):
    model = kgan.VanillaGAN((2,), 2, output="linear")
    model.compile()
    data = kgan.data.load("ring", batch_size=1000)
    with pytest.raises(ValueError, match=r"examples of shape \(2,\)"):
        model.fit(data, callbacks=[SampleGrid(tmp_path)], verbose=0)


def test_interpolation(model, digits, tmp_path):
    fit(model, digits, [Interpolation(tmp_path, rows=2, steps=3)])
    grid = np.array(Image.open(tmp_path / "samples" / "interpolation.png"))
    assert grid.shape == (2 * 30 + 2, 2 * (3 * 30 + 2) + 12)
    # Both paths begin and end alike.
    right = grid[:, 92 + 12 :]
    np.testing.assert_array_equal(grid[2:30, 2:30], right[2:30, 2:30])
    np.testing.assert_array_equal(grid[2:30, 62:90], right[2:30, 62:90])


def test_hparams_are_written_once(model, digits, tmp_path):
    values = {"batch": 32, "adam": {"lr": 0.1}, "split": None}
    for _ in range(2):
        fit(model, digits, [HParams(tmp_path, values)], epochs=1)
    assert len(list(tmp_path.glob("events.*"))) == 1
    events = EventAccumulator(str(tmp_path))
    events.Reload()
    data = events.summary_metadata["_hparams_/session_start_info"]
    assert b"adam.lr" in data.plugin_data.content


def test_throughput(model, digits):
    history = fit(model, digits, [Throughput(32)], epochs=3).history
    assert len(history["images/s"]) == 3
    assert all(rate > 0 for rate in history["images/s"])
