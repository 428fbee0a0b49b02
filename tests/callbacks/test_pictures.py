import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import kgan
from kgan.callbacks import HParams, Interpolation, Pictures, Throughput
from kgan.spaces.interpolation import interpolation_picture
from tests.game_test_case import as_new, batch_for, compiled
from tests.games.conditional import Conditional
from tests.games.graph import GraphGAN
from tests.games.translation import Translation


@pytest.fixture
def model():
    return as_new(dcgan)


def dcgan():
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


def names_in(folder):
    return sorted(p.name for p in folder.glob("*.*") if "events" not in p.name)


def test_samples(model, digits, tmp_path):
    real = np.ones((8, 28, 28, 1), "float32")
    pictures = Pictures(tmp_path, real, n=6, seed=5)
    fit(model, digits, [pictures])
    assert names_in(pictures.folder) == [
        "epoch_0000.png",
        "epoch_0001.png",
        "epoch_0002.png",
        "real.png",
        "training.gif",
    ]
    assert pictures.latest.name == "epoch_0002.png"
    # The tile of three columns holds what the model generates.
    tile = np.array(Image.open(pictures.latest))
    assert tile.shape == (2 * 30 + 2, 3 * 30 + 2)
    samples = kgan.spaces.to_uint8(model.generate(6, seed=5))
    np.testing.assert_array_equal(tile[2:30, 2:30], samples[0, ..., 0])
    np.testing.assert_array_equal(tile[32:60, 32:60], samples[4, ..., 0])
    with Image.open(pictures.folder / "training.gif") as animation:
        assert animation.n_frames == 3
    logged = images_of(pictures.log_dir)
    assert [e.step for e in logged["samples"]] == [0, 1, 2]
    assert [e.step for e in logged["real"]] == [0]


def test_without_examples(model, digits, tmp_path):
    pictures = Pictures(tmp_path)
    fit(model, digits, [pictures], epochs=1)
    assert "real.png" not in names_in(pictures.folder)
    assert np.array(Image.open(pictures.latest)).shape == (8 * 30 + 2, 8 * 30 + 2)


def trained_with(game, pictures):
    model = compiled(game)
    # The graph of a step takes longer than the step.
    model.run_eagerly = True
    pictures.set_model(model)
    step = tf.data.Dataset.from_tensors(batch_for(model))
    model.fit(step, callbacks=[pictures], verbose=0)
    return model


def test_rows_of_one_class_each(tmp_path):
    pictures = Pictures(tmp_path, n=6, seed=1)
    model = trained_with(Conditional, pictures)
    tile = np.array(Image.open(pictures.latest))
    # Three classes in rows of two, of 4 pixels and margins of 2.
    assert tile.shape == (3 * 6 + 2, 2 * 6 + 2)
    samples = model.generate(labels=[0, 0, 1, 1, 2, 2], seed=1)
    last = kgan.spaces.to_uint8(samples)[4, ..., 0]
    np.testing.assert_array_equal(tile[14:18, 2:6], last)


def test_source_output_and_target(tmp_path):
    examples = batch_for(compiled(Translation), 4)
    pictures = Pictures(tmp_path, examples, n=4)
    model = trained_with(Translation, pictures)
    tile = np.array(Image.open(pictures.latest))
    assert tile.shape == (4 * 6 + 2, 3 * 6 + 2)
    output = model.endpoint("translate")(images=examples[0])["images"]
    for i, column in enumerate((examples[0], output, examples[1])):
        shown = tile[2:6, 2 + 6 * i : 6 + 6 * i]
        expected = kgan.spaces.to_uint8(column)[0, ..., 0]
        np.testing.assert_array_equal(shown, expected)


def vae():
    return kgan.VAE((4, 4, 1), 3, hidden=(2,), seed=0)


def test_several_pictures(tmp_path):
    examples = batch_for(vae(), 4)
    pictures = Pictures(tmp_path, examples, n=4)
    trained_with(vae, pictures)
    assert names_in(pictures.folder) == [
        "epoch_0000.png",
        "epoch_0000_reconstruct.png",
        "epoch_0001.png",
        "epoch_0001_reconstruct.png",
        "real.png",
        "training.gif",
    ]
    assert {"samples", "reconstruct", "real"} <= images_of(pictures.log_dir).keys()


def test_graphs(tmp_path):
    pictures = Pictures(tmp_path, n=4)
    trained_with(GraphGAN, pictures)
    # Four nodes, of 5 pixels each.
    assert np.array(Image.open(pictures.latest)).shape == (2 * 22 + 2, 2 * 22 + 2, 3)


def test_clouds_of_points(tmp_path):
    source = kgan.data.open_source("ring")
    hidden = {"generator_hidden": (4,), "discriminator_hidden": (4,)}
    model = kgan.VanillaGAN((2,), 2, **hidden, output="linear", seed=0)
    adam = [keras.optimizers.Adam(0.01) for _ in range(2)]
    model.compile(*adam, run_eagerly=True)
    real = source.some(300)
    pictures = Pictures(tmp_path, real, n=40, seed=5)
    model.fit(source.batches(5000), epochs=1, callbacks=[pictures], verbose=0)
    columns = {"real": real[:40], "samples": model.generate(40, seed=5)}
    expected = model.examples.picture(columns)
    np.testing.assert_array_equal(np.array(Image.open(pictures.latest)), expected)


def test_long_runs_have_a_hundred_pictures(tmp_path, monkeypatch):
    written = []
    monkeypatch.setattr(Pictures, "_write", lambda self, epochs: written.append(epochs))
    for every, expected in ((None, [*range(2, 201, 2), 201]), (100, [100, 200])):
        pictures = Pictures(tmp_path, every=every)
        pictures.set_params({"epochs": 201})
        written.clear()
        for epoch in range(201):
            pictures.on_epoch_end(epoch)
        assert written == expected


def test_nothing_to_show(tmp_path):
    without = r"has pictures to show\. Received: Translation.*Give examples"
    with pytest.raises(ValueError, match=without):
        trained_with(Translation, Pictures(tmp_path))
    with pytest.raises(ValueError, match=r"\[batch, 4, 4, 1\].*4, 5, 1"):
        wrong = np.zeros((2, 4, 5, 1), "float32")
        trained_with(Translation, Pictures(tmp_path, (wrong, wrong)))
    with pytest.raises(ValueError, match="examples of 2 parts"):
        trained_with(Translation, Pictures(tmp_path, (np.zeros((2, 4, 4, 1)),)))
    with pytest.raises(ValueError, match="every=0"):
        Pictures(tmp_path, every=0)


def test_interpolation(model, digits, tmp_path):
    fit(model, digits, [Interpolation(tmp_path, rows=2, steps=3)])
    grid = np.array(Image.open(tmp_path / "samples" / "interpolation.png"))
    assert grid.shape == (2 * 30 + 2, 2 * (3 * 30 + 2) + 12)
    # Both paths begin and end alike.
    right = grid[:, 92 + 12 :]
    np.testing.assert_array_equal(grid[2:30, 2:30], right[2:30, 2:30])
    np.testing.assert_array_equal(grid[2:30, 62:90], right[2:30, 62:90])


def test_interpolation_has_a_row_per_class(tmp_path):
    model = trained_with(Conditional, Interpolation(tmp_path, steps=3, seed=2))
    shown = np.array(Image.open(tmp_path / "samples" / "interpolation.png"))
    rows = [{"labels": label} for label in range(3)]
    expected = interpolation_picture(model.interpolate, 1, 3, 2, rows)
    np.testing.assert_array_equal(shown, expected[..., 0])
    assert len(shown) == 3 * 6 + 2


def test_interpolation_needs_latents(tmp_path):
    with pytest.raises(ValueError, match="takes latents, alone or with labels, and"):
        trained_with(Translation, Interpolation(tmp_path))


def test_hparams_are_written_once(model, digits, tmp_path):
    values = {"batch": 32, "adam": {"lr": 0.1}, "split": None}
    values["folder"] = str(tmp_path / "photos")
    for _ in range(2):
        fit(model, digits, [HParams(tmp_path, values)], epochs=1)
    assert len(list(tmp_path.glob("events.*"))) == 1
    events = EventAccumulator(str(tmp_path))
    events.Reload()
    data = events.summary_metadata["_hparams_/session_start_info"]
    assert b"adam.lr" in data.plugin_data.content
    # Where this machine has its files is nobody's business.
    assert b".../photos" in data.plugin_data.content
    assert str(tmp_path).encode() not in data.plugin_data.content


def test_throughput(model, digits):
    history = fit(model, digits, [Throughput()], epochs=3).history
    assert len(history["images/s"]) == 3
    assert all(rate > 0 for rate in history["images/s"])
