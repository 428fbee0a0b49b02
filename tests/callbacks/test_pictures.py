import keras
import numpy as np
import pytest
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import kgan
from kgan.callbacks import (
    HParams,
    Interpolation,
    SampleGrid,
    SamplePoints,
    Throughput,
)


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


def picture_of(real, samples, folder="unused"):
    return SamplePoints(folder, np.float32(real)).picture(np.float32(samples))


def test_points_are_drawn_where_they_are():
    # The plane from -0.15 to 1.15 in 400 pixels: 0 is pixel 46, 1 is 353, from below.
    picture = picture_of([[0, 0], [1, 1]], [[1, 0], [1, 1]])
    assert picture.shape == (400, 400, 3)
    blue, gray, white = (20, 90, 200), (190, 190, 190), (255, 255, 255)
    assert tuple(picture[399 - 46, 46]) == gray
    assert tuple(picture[399 - 46, 353]) == blue
    assert tuple(picture[399 - 353, 353]) == blue
    assert tuple(picture[399 - 353, 46]) == white
    # Each is a square of three pixels.
    for colour, dots in ((blue, 2), (gray, 1), (white, 0)):
        count = np.all(picture == colour, axis=-1).sum()
        assert count == (9 * dots if dots else 400 * 400 - 27)


def test_points_outside_of_the_picture():
    inside = picture_of([[0, 0], [1, 1]], [[0.5, 0.5]])
    out = [[0.5, 0.5], [9, 9], [-1e30, 0], [0.5, 3e38]]
    np.testing.assert_array_equal(picture_of([[0, 0], [1, 1]], out), inside)


def test_points_on_a_line_are_histograms():
    real = np.linspace(0, 1, 1000)[:, None]
    picture = picture_of(real, np.full((50, 1), 0.5))
    blue = np.all(picture == (20, 90, 200), axis=-1)
    # All samples in one bar: of 8 pixels, 4 are blue, from below to above.
    (columns,) = np.nonzero(blue.any(axis=0))
    assert len(columns) == 4
    assert 200 in range(columns[0] - 2, columns[-1] + 3)
    assert blue[:, columns[0]].all()
    gray = np.all(picture == (190, 190, 190), axis=-1)
    # 1000 of 1.3 x 1000 pixels' worth, in 50 bars: 1 / 38.5 x 400 x 5 = 52 high
    assert 48 <= gray[:, 100].sum() <= 56


def test_sample_points(tmp_path):
    source = kgan.data.open_source("ring")
    hidden = {"generator_hidden": (4,), "discriminator_hidden": (4,)}
    model = kgan.VanillaGAN((2,), 2, **hidden, output="linear", seed=0)
    model.compile(keras.optimizers.Adam(0.01), keras.optimizers.Adam(0.01))
    points = SamplePoints(tmp_path, source.some(300), n=40, seed=5)
    model.fit(source.batches(5000), epochs=2, callbacks=[points], verbose=0)
    assert points.latest.name == "epoch_0002.png"
    picture = points.picture(model.generate(40, seed=5))
    np.testing.assert_array_equal(np.array(Image.open(points.latest)), picture)
    assert [e.step for e in images_of(points.folder)["samples"]] == [0, 1, 2]
    with Image.open(points.folder / "training.gif") as animation:
        assert animation.n_frames == 3
    with pytest.raises(ValueError, match=r"real points \[m, d\]. Received: shape \(4,"):
        SamplePoints(tmp_path, np.zeros((4, 2, 2, 1)))


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
