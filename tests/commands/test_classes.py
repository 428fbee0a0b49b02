"""Asking a conditional generator for classes: run, .keras file, export, server."""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

import kgan
from kgan import recipes
from kgan.commands import main
from kgan.evaluation import open_samples
from kgan.spaces import Endpoint, Images, Labels, Scalar, to_uint8
from kgan.spaces.images import tile
from kgan.spaces.interpolation import interpolation_picture
from tests.games import nets
from tests.games.conditional import Conditional
from tests.serving.stand_in import StandIn
from tests.serving.trained import trained

NAMES = ["boot", "coat", "hat"]


@keras.saving.register_keras_serializable("test")
class Mixing(Conditional):
    """Between two classes there are those in between, made pixel by pixel."""

    def endpoints(self, averaged=True):
        endpoints = super().endpoints(averaged)
        generate = endpoints["generate"]

        def mix(latents, labels, labels_to, share):
            one, other = (
                generate.function(latents=latents, labels=y)["images"]
                for y in (labels, labels_to)
            )
            share = tf.reshape(share, [-1, 1, 1, 1])
            return {"images": (1.0 - share) * one + share * other}

        takes = {**generate.takes, "labels_to": self.labels, "share": Scalar()}
        return {**endpoints, "mix": Endpoint(mix, takes, generate.gives)}


def contrasted(model):
    for weight in model.generator.trainable_weights:
        weight.assign(weight * 3)
    model.steps.assign(1)
    return model


@pytest.fixture(scope="module")
def model():
    return contrasted(Mixing(classes=3, seed=0, class_names=NAMES))


@pytest.fixture(scope="module")
def sources(model, tmp_path_factory):
    """Paths and addresses of the model."""
    place = tmp_path_factory.mktemp("place")
    model.compile("sgd", "sgd")
    model.save(place / "gan.keras")
    export = model.export(place / "dcgan" / "1")
    with StandIn({"dcgan": export.parent}) as server:
        yield {
            "keras": str(place / "gan.keras"),
            "export": str(export),
            "rest": server.rest,
            "grpc": f"grpc://{server.grpc}",
        }


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def pixels(path):
    return np.asarray(Image.open(path))


def fails(capsys, *arguments):
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    error = capsys.readouterr().err
    assert error.count("error:") == 1
    return error


def grid(model, rows, columns, seed=0):
    labels = np.repeat(rows, columns)
    return tile(to_uint8(model.generate(labels=labels, seed=seed)), columns)[..., 0]


@pytest.mark.parametrize("kind", ["keras", "export"])
def test_a_row_per_class(model, sources, kind, place, capsys):
    main(["sample", sources[kind], "--out", "all.png"])
    np.testing.assert_array_equal(pixels("all.png"), grid(model, [0, 1, 2], 10))
    assert "3 x 10 samples of 3 classes (0 boot, 1 coat, 2 hat)" in (
        capsys.readouterr().out
    )
    # A row for the first classes, or several rows for each.
    main(["sample", sources[kind], "--grid", "2x3", "--out", "few.png"])
    np.testing.assert_array_equal(pixels("few.png"), grid(model, [0, 1], 3))
    main(["sample", sources[kind], "--grid", "4x3", "--seed", "5", "--out", "more.png"])
    expected = grid(model, [0, 0, 1, 2], 3, seed=5)
    np.testing.assert_array_equal(pixels("more.png"), expected)


@pytest.mark.parametrize("kind", ["keras", "export", "rest", "grpc"])
def test_the_classes_asked_for(model, sources, kind, place):
    sample = ["sample", sources[kind], "--label"]
    main([*sample, "2", "--out", "one.png"])
    np.testing.assert_array_equal(pixels("one.png"), grid(model, [2] * 8, 8))
    main([*sample, "2", "0", "--grid", "2x3", "--out", "two.png"])
    np.testing.assert_array_equal(pixels("two.png"), grid(model, [2, 0], 3))
    if kind in ("keras", "export"):
        main([*sample, "Hat", "0", "--grid", "2x3", "--out", "named.png"])
        np.testing.assert_array_equal(pixels("named.png"), pixels("two.png"))


def test_labels_that_are_refused(sources, place, capsys):
    for kind in ("keras", "export"):
        for label, message in (
            ("3", "a label from 0 to 2, or a name: boot, coat, hat. Received: '3'"),
            ("-1", "from 0 to 2"),
            ("cat", "Received: 'cat'. Did you mean coat or hat?"),
        ):
            assert message in fails(capsys, "sample", sources[kind], "--label", label)
    for kind in ("rest", "grpc"):
        assert "Expected labels by --label" in fails(capsys, "sample", sources[kind])
        error = fails(capsys, "sample", sources[kind], "--label", "hat")
        assert "as a whole number" in error
        error = fails(capsys, "sample", sources[kind], "--label", "3")
        assert "labels from 0 to 2" in error
        error = fails(capsys, "interpolate", sources[kind])
        assert "Expected labels by --label" in error
    few = "sample", sources["keras"], "--label", "0", "1", "--grid", "1x3"
    assert "2 labels and 1 rows" in fails(capsys, *few)
    assert not list(place.iterdir())


def test_a_model_without_labels(place, capsys, monkeypatch):
    trained().save("gan.keras")
    conditional = dataclasses.replace(
        recipes.get("dcgan"), name="with_labels", data=recipes.Data(labels=True)
    )
    monkeypatch.setitem(recipes.RECIPES, "with_labels", conditional)
    for command in (
        ["sample", "gan.keras", "--label", "1"],
        ["interpolate", "gan.keras", "--label", "1"],
        ["interpolate", "gan.keras", "--label-from", "1", "--label-to", "2"],
    ):
        error = fails(capsys, *command)
        assert "gan.keras, a DCGAN, which is unconditional" in error
        assert "with_labels" in error


@pytest.mark.parametrize("kind", ["keras", "export", "rest", "grpc"])
def test_latents_between_in_each_class(model, sources, kind, place):
    numbers = ["--steps", "3", "--seed", "3", "--out"]
    rows = [{"labels": 2}, {"labels": 0}]
    expected = interpolation_picture(model.interpolate, 1, 3, 3, rows)[..., 0]
    two = ["interpolate", sources[kind], "--label", "2", "0", *numbers]
    main([*two, "two.png"])
    np.testing.assert_array_equal(pixels("two.png"), expected)
    # Two halves of two rows of three images of 4 pixels.
    assert expected.shape == (2 * 6 + 2, 2 * (3 * 6 + 2) + 12)
    main(["interpolate", sources[kind], "--label", "1", *numbers, "one.png"])
    assert pixels("one.png").shape[0] == 8 * 6 + 2


def test_every_class_by_default(model, sources, place):
    main(["interpolate", sources["export"], "--steps", "3", "--out", "all.png"])
    rows = [{"labels": label} for label in range(3)]
    expected = interpolation_picture(model.interpolate, 1, 3, 0, rows)[..., 0]
    np.testing.assert_array_equal(pixels("all.png"), expected)


@pytest.mark.parametrize("kind", ["keras", "export", "rest", "grpc"])
def test_from_class_to_class(model, sources, kind, place):
    ends = ["--label-from", "1", "--label-to", "2", "--rows", "2", "--steps", "3"]
    main(["interpolate", sources[kind], *ends, "--out", "mix.png"])
    one, other = (model.generate(labels=[y, y], seed=0) for y in (1, 2))
    expected = np.stack([one, (one + other) / 2.0, other], axis=1)
    expected = tile(to_uint8(expected.reshape(-1, *nets.IMAGE)), 3)[..., 0]
    apart = pixels("mix.png").astype(int) - expected
    assert np.abs(apart).max() <= 1
    assert np.abs(to_uint8(one).astype(int) - to_uint8(other)).max() > 20


def test_a_model_that_mixes_no_classes(sources, place, capsys):
    contrasted(Conditional(seed=0)).save("gan.keras")
    ends = ["--label-from", "0", "--label-to", "2"]
    error = fails(capsys, "interpolate", "gan.keras", *ends)
    assert "takes latents, labels, labels_to, share" in error
    assert "--label 0 2" in error
    for bad in (ends[:2], ends[2:], [*ends, "--label", "1"]):
        error = fails(capsys, "interpolate", sources["keras"], *bad)
        assert "Expected --label-from and --label-to" in error
    ends[3] = "7"
    assert "from 0 to 2" in fails(capsys, "interpolate", sources["keras"], *ends)


def test_rows_of_a_run_have_captions(place, capsys):
    """A run opens its data, and so knows the names; large rows are captioned."""
    for i, name in enumerate(NAMES * 4):
        folder = place / "set" / name
        folder.mkdir(parents=True, exist_ok=True)
        Image.new("L", (12, 12), 20 * i).save(folder / f"{i}.png")
    source = kgan.data.open_source("set", labels=True)
    assert source.spaces[1].names == NAMES
    model = Large(seed=0)
    model.compile("sgd", "sgd")
    data = source.batches(4)
    model.fit(data, verbose=0, callbacks=[kgan.callbacks.Run("logs/large", data)])
    assert model.labels.names == NAMES
    main(["sample", "logs/large", "--label", "coat", "--out", "coats.png"])
    assert "of class 1 coat" in capsys.readouterr().out
    bare = grid(model, [1] * 8, 8)
    height, width = bare.shape
    picture = pixels("coats.png")
    assert picture.shape[0] == height
    assert picture.shape[1] > width
    np.testing.assert_array_equal(picture[:, -width:], bare)
    first = pixels("logs/large/samples/epoch_0001.png")
    between = pixels("logs/large/samples/interpolation.png")
    # Three classes, 14 pixels each.
    assert first.shape[0] == between.shape[0] == 3 * 14 + 2
    assert open_samples("logs/large").labels[1].names == NAMES


@keras.saving.register_keras_serializable("test")
class Large(kgan.GAN):
    """As `Conditional`, of larger images."""

    def __init__(self, classes=3, seed=0, **kwargs):
        shape = (12, 12, 1)
        z, y, x = keras.Input((5,)), keras.Input((classes,)), keras.Input(shape)
        beside = keras.layers.Concatenate()
        flat = keras.layers.Flatten()(x)
        super().__init__(
            keras.Model([z, y], nets.to_image(beside([z, y]), seed, shape)),
            keras.Model([x, y], nets.dense(beside([flat, y]), 1, seed, None)),
            spaces=(Images(shape), Labels(classes)),
            latent_dim=5,
            seed=seed,
            **kwargs,
        )

    def _one_hot(self, labels):
        return tf.one_hot(labels, self.labels.classes)

    def make(self, latents, labels=None, training=False, network=None):
        inputs = [latents, self._one_hot(labels)]
        return (network or self.generator)(inputs, training=training)

    def discriminate(self, examples, batch):
        inputs = [examples, self._one_hot(batch.labels)]
        return self.discriminator(inputs, training=batch.training)
