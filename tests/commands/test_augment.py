"""A folder of generated images, read back by kgan and by plain Keras."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

import kgan
from kgan.commands import main
from kgan.evaluation import open_samples
from kgan.evaluation.labelled import MANIFEST, TRIES, draws, folder_names
from kgan.system import image_files
from tests.serving.stand_in import StandIn

NAMES = ["boot", "coat", "shirt"]
# The levels of real images of the three classes.
LEVELS = (0, 128, 255)


def level_model(names=NAMES):
    """A generator whose images have one level for each class, and a little noise."""
    z = keras.Input((4,), name="latents")
    y = keras.Input((3,), name="labels")
    dense = keras.layers.Dense
    values = keras.initializers.Constant(np.array([[-9.0], [0.0], [9.0]]))
    level = dense(1, use_bias=False, kernel_initializer=values)(y)
    tiny = keras.initializers.RandomNormal(0.0, 0.05, seed=0)
    noise = dense(64, use_bias=False, kernel_initializer=tiny)(z)
    pixels = keras.layers.Activation("tanh")(keras.layers.Add()([level, noise]))
    generator = keras.Model([z, y], keras.layers.Reshape((8, 8, 1))(pixels))
    x = keras.Input((8, 8, 1))
    discriminator = keras.Model(x, dense(1)(keras.layers.Flatten()(x)))
    spaces = [kgan.spaces.Images((8, 8, 1)), kgan.spaces.Labels(3, names)]
    return kgan.GAN(generator, discriminator, spaces=spaces, seed=0)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A model in a file, one without labels, an export, and real images."""
    place = tmp_path_factory.mktemp("place")
    level_model().save(place / "levels.keras")
    # The generator knows 0 as the level of the class 2, and the reverse.
    for folder, levels in (("real", LEVELS), ("turned", LEVELS[::-1])):
        for name, level in zip(NAMES, levels, strict=True):
            for i in range(12):
                pixels = np.full((8, 8, 1), level, "uint8")
                pixels[i % 8, i // 8] = 100
                (place / folder / name).mkdir(parents=True, exist_ok=True)
                image_files.save(place / folder / name / f"{i}.png", pixels)
    kgan.DCGAN((28, 28, 1), latent_dim=4, width=2).save(place / "plain.keras")
    level_model().export(place / "export" / "1", force=True)
    return place


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def augment(source, *options, per_class=5, out="out"):
    arguments = ["augment", source, "--per-class", per_class, "--out", out, *options]
    main([str(argument) for argument in arguments])


def manifest(folder="out"):
    return json.loads((Path(folder) / MANIFEST).read_text())


def fails(capsys, *arguments, **options):
    """The message of a command that must fail."""
    with pytest.raises(SystemExit) as stop:
        augment(*arguments, **options)
    assert stop.value.code == 2
    return capsys.readouterr().err


def test_kgan_reads_it_back(place, here):
    augment(place / "levels.keras")
    assert [path.name for path in here.iterdir()] == ["out"]
    source = kgan.data.open_source("out", labels=True)
    assert source.class_names == NAMES
    assert source.class_counts().tolist() == [5, 5, 5]
    images, labels = next(iter(kgan.data.load("out", labels=True, batch_size=15)))
    means = [np.mean(images[labels == c]) for c in range(3)]
    np.testing.assert_allclose(means, [-1.0, 0.0, 1.0], atol=0.05)


def test_keras_reads_it_back_and_learns(place):
    augment(place / "levels.keras", per_class=20)
    data = keras.utils.image_dataset_from_directory(
        "out", color_mode="grayscale", image_size=(8, 8), batch_size=60, verbose=False
    )
    assert data.class_names == NAMES
    ((images, labels),) = data
    assert np.bincount(labels).tolist() == [20, 20, 20]
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(3)])
    model.compile(
        keras.optimizers.Adam(0.1),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    model.fit(images / 255.0, labels, epochs=60, verbose=0)
    real = np.stack([np.full((8, 8, 1), level / 255.0) for level in LEVELS])
    assert model.predict(real, verbose=0).argmax(1).tolist() == [0, 1, 2]


def test_manifest_and_files(place):
    augment(place / "levels.keras", "--data", place / "real", "--seed", "3")
    said = manifest()
    assert said["synthetic"] is True
    assert said["seed"] == 3
    assert said["made_by"]["kgan"] == kgan.__version__
    assert said["made_by"]["model"] == "GAN"
    assert said["made_by"]["weights"] == "raw"
    assert said["licence"]["data"].startswith("not known")
    assert said["filter"] is None
    assert said["classes"][1] == {"label": 1, "name": "coat", "folder": "coat",
                                  "drawn": 5, "agreeing": 5, "kept": 5}  # fmt: skip
    # Where the files of this machine are is not in it.
    assert str(place) not in json.dumps(said)
    files = {entry["file"]: entry["label"] for entry in said["files"]}
    assert len(files) == 15
    assert files["shirt/synthetic_00004.png"] == 2
    with Image.open("out/shirt/synthetic_00004.png") as picture:
        assert picture.text["Comment"].startswith("synthetic")
        pixels = np.array(picture)
    # The pixels are those of the model, without any change.
    images, sure = next(draws(open_samples(place / "levels.keras"), 2, 5, seed=3))
    assert sure is None
    np.testing.assert_array_equal(pixels, images[4, ..., 0])


def test_some_classes_are_those_of_all(place):
    augment(place / "levels.keras", out="all")
    augment(place / "levels.keras", "--label", "shirt", "1", out="some")
    assert [entry["label"] for entry in manifest("some")["classes"]] == [1, 2]
    for file in ("coat/synthetic_00000.png", "shirt/synthetic_00003.png"):
        assert Path("all", file).read_bytes() == Path("some", file).read_bytes()


def test_an_export_and_a_server_give_the_same_images(place):
    augment(place / "levels.keras", out="file")
    augment(place / "export" / "1", out="export")
    assert manifest("export")["made_by"]["kind"] == "savedmodel"
    with StandIn({"levels": place / "export"}) as server:
        address = f"{server.rest}/v1/models/levels"
        augment(address, "--label", "0", "1", "2", out="server")
    # A server does not say the names of classes.
    for folder, name in (("export", "coat"), ("server", "1")):
        for i in range(5):
            expected = image_files.read(f"file/coat/synthetic_{i:05d}.png")
            pixels = image_files.read(f"{folder}/{name}/synthetic_{i:05d}.png")
            np.testing.assert_array_equal(pixels, expected)


def test_the_filter_keeps_what_agrees(place, capsys):
    real = "--data", place / "real"
    augment(place / "levels.keras", *real, "--filter", "0.6")
    out = capsys.readouterr().out
    assert "36 real images" in out
    assert "5 (100%)" in out
    said = manifest()
    assert said["filter"]["confidence"] == 0.6
    assert said["filter"]["classifier"]["real_images"] == 36
    assert min(entry["probability"] for entry in said["files"]) >= 0.6


def test_the_filter_refuses_a_class_that_it_cannot_fill(place, capsys, here):
    turned = "--data", place / "turned"
    error = fails(capsys, place / "levels.keras", *turned, "--filter", "0.6")
    assert f"0 of {TRIES * 5} drawn" in error
    assert "the class boot" in error
    # All or nothing.
    assert not list(here.iterdir())


def test_folders_have_the_order_of_the_labels():
    assert folder_names(["ant", "bee"], 2) == ["ant", "bee"]
    assert folder_names(["Trouser", "Bag"], 2) == ["0_Trouser", "1_Bag"]
    assert folder_names(["a/b", "a_b"], 2) == ["0_a_b", "1_a_b"]
    assert folder_names(["Ant", "ant"], 2) == ["0_Ant", "1_ant"]
    assert folder_names(["..", "x"], 2) == ["0", "1_x"]
    assert folder_names(None, 3) == ["0", "1", "2"]
    eleven = [str(label) for label in range(11)]
    assert folder_names(eleven, 11) == sorted(folder_names(eleven, 11))


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        ("plain.keras", (), "Train one on data with labels"),
        ("levels.keras", ("--label", "3"), "from 0 to 2, or a name: boot"),
        ("levels.keras", ("--label", "boat"), "Did you mean"),
        ("levels.keras", ("--filter", "1"), "between 0 and 1"),
        ("levels.keras", ("--filter", "0.5"), "Name the real data by --data"),
        ("levels.keras", ("--filter", "0.5", "--data", "mnist_10k"), "10 classes"),
        ("levels.keras", ("--per-class", "0"), "per_class >= 1"),
        ("levels.keras", ("--seed", "-1"), "seed >= 0"),
        ("levels.keras", ("--out", "there"), "nothing is overwritten"),
        ("nowhere", (), "does not exist"),
    ],
)
def test_bad_input(place, capsys, here, source, options, message):
    (here / "there").mkdir()
    error = fails(capsys, place / source, *options)
    assert error.startswith("\nerror: ")
    assert message in error
    assert [path.name for path in here.iterdir()] == ["there"]
