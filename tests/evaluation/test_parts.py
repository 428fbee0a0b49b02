"""Scores of generators that take labels, or images."""

import dataclasses

import keras
import numpy as np
import pytest
from PIL import Image

import kgan
from kgan.evaluation import Evaluation, Reals, open_samples
from kgan.metrics import (
    AUROC,
    ClassFrechetDistance,
    ClassificationAccuracyScore,
)
from kgan.recipes import Data
from kgan.spaces import Images, Scalar, to_float, to_uint8
from tests.games import nets
from tests.games.conditional import Conditional
from tests.games.translation import Translation

HEIGHT, WIDTH, CHANNELS = nets.IMAGE


def image(number, seed=0):
    rng = np.random.default_rng([number, seed])
    return rng.integers(0, 256, nets.IMAGE, dtype="uint8")


def save(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.squeeze(pixels)).save(path)


@pytest.fixture
def pairs(tmp_path):
    """Two folders of 12 images with equal names."""
    for i in range(12):
        save(tmp_path / "a" / f"{i:02}.png", image(i))
        save(tmp_path / "b" / f"{i:02}.png", image(i, seed=1))
    return Data(str(tmp_path / "a"), target=str(tmp_path / "b"), channels=CHANNELS)


@pytest.fixture
def classes(tmp_path):
    """Three classes of 10, 11 and 12 images."""
    for c in range(3):
        for i in range(10 + c):
            save(tmp_path / "set" / "abc"[c] / f"{i}.png", image(i, seed=c))
    return Data(str(tmp_path / "set"), labels=True, channels=CHANNELS)


def test_labels_are_balanced():
    model = Conditional(seed=0)
    samples = open_samples(model)
    assert list(samples.takes) == ["labels"]
    labels = np.array([0, 1, 2, 0, 1, 2, 0])
    expected = to_uint8(model.generate(7, seed=5, labels=labels))
    np.testing.assert_array_equal(samples.draw(7, 5), expected)
    np.testing.assert_array_equal(samples.draw(7, 5, labels=labels), expected)
    ones = to_uint8(model.generate(7, seed=5, labels=np.ones(7, "int32")))
    np.testing.assert_array_equal(samples.draw(7, 5, labels=np.ones(7, int)), ones)
    # Labels go on over the borders of blocks.
    many = samples.draw(1000, 5)
    again = samples.draw(501, 5)
    np.testing.assert_array_equal(again, many[:501])


def test_sources_are_translated():
    model = Translation(seed=0)
    samples = open_samples(model)
    sources = np.stack([image(i) for i in range(5)])
    made = samples.draw(4, 0, images=sources)
    network = model.shown(model.generator)
    expected = to_uint8(np.asarray(network(to_float(sources[:4]))))
    np.testing.assert_array_equal(made, expected)
    with pytest.raises(ValueError, match=r"images \(image .*each of 4.*none"):
        samples.draw(4)
    with pytest.raises(ValueError, match=r"which cannot interpolate"):
        samples.interpolations(2, 3)
    with pytest.raises(ValueError, match=r"Received: 3 images"):
        samples.draw(4, images=sources[:3])
    with pytest.raises(ValueError, match=r"Received: 5 images, 4 labels"):
        samples.draw(4, images=sources, labels=np.zeros(4))


class AnySize(Translation):
    """Its endpoint leaves the size of images open."""

    def endpoints(self, averaged=True):
        (endpoint,) = super().endpoints(averaged).values()
        space = {"images": Images((None, None, CHANNELS))}
        return {"translate": kgan.Endpoint(endpoint.function, space, space)}


def test_images_of_any_size(pairs):
    evaluation = Evaluation(pairs, ["l1"], "pixels", samples=8)
    scores = [evaluation.run(kind(seed=0)).scores for kind in (AnySize, Translation)]
    assert scores[0] == scores[1]


def test_sides_of_pairs(pairs):
    reals = Reals(pairs, 8)
    sources, targets = reals.side("sources"), reals.side("target")
    assert reals.pairs
    assert len(sources.examples) == 8
    numbers = [
        next(i for i in range(12) if (image(i) == source).all())
        for source in sources.examples
    ]
    assert len(set(numbers)) == 8
    expected = np.stack([image(i, seed=1) for i in numbers])
    np.testing.assert_array_equal(targets.examples, expected)
    # What is learned is the target.
    pictures = {image(i, seed=1).tobytes() for i in range(12)}
    assert {x.tobytes() for x in reals.side("reference").examples} <= pictures


def test_scores_of_pairs(pairs):
    model = Translation(seed=0)
    evaluation = Evaluation(pairs, ["psnr", "l1"], "pixels", samples=50)
    result = evaluation.run(model)
    sides = [evaluation.reals.side(name).examples for name in ("sources", "target")]
    made = open_samples(model).draw(12, images=sides[0])
    error = np.square(made.astype(float) - sides[1]).mean((1, 2, 3))
    score = result.scores["psnr"]
    expected = np.mean(10 * np.log10(255**2 / error))
    assert score["value"] == pytest.approx(expected, rel=1e-9)
    distance = np.abs(made.astype(float) - sides[1]).mean() / 127.5
    assert result.scores["l1"]["value"] == pytest.approx(distance, rel=1e-6)
    assert score["against"]["target"]["of"].startswith("targets of ")
    assert score["against"]["target"]["count"] == 12
    assert score["real"]["value"] == np.inf
    # Uniform noise against uniform noise: the mean square of a difference is 255^2 / 6.
    assert score["noise"]["value"] == pytest.approx(10 * np.log10(6), abs=0.3)
    assert result.samples["count"] == 12


def test_defaults_of_pairs(pairs):
    names = [metric.name for metric in Evaluation(pairs, samples=8).metrics]
    # SSIM needs larger images.
    assert names[:2] == ["psnr", "l1"]
    assert "class_frechet_distance" not in names


def test_sides_of_classes(classes):
    side = Reals(classes, 33).side("reference")
    assert np.bincount(side.labels).tolist() == [10, 11, 12]
    for example, label in zip(side.examples, side.labels, strict=True):
        own = {image(i, seed=label).tobytes() for i in range(12)}
        assert example.tobytes() in own


def test_scores_of_classes(classes):
    model = Conditional(seed=0)
    metric = ClassFrechetDistance()
    evaluation = Evaluation(classes, [metric], "pixels", samples=33)
    with pytest.warns(UserWarning, match="features is biased"):
        values = evaluation.score(open_samples(model).draw(33), metric)
    result = evaluation.run(model)
    score = result.scores["class_frechet_distance"]
    assert score["value"] == values["class_frechet_distance"].value
    side = evaluation.reals.side("reference")
    made = open_samples(model).draw(33, evaluation.seed)
    distances = []
    for c in range(3):
        parts = side.examples[side.labels == c], made[c::3]
        both = [to_float(p).numpy().reshape(len(p), -1) for p in parts]
        with pytest.warns(UserWarning, match="biased"):
            distances.append(kgan.metrics.frechet_distance(
                *map(kgan.metrics.gaussian, both)))  # fmt: skip
    assert score["value"] == pytest.approx(np.mean(distances), rel=1e-6)
    worst = result.scores["worst_class_frechet"]
    assert worst["value"] == pytest.approx(max(distances), rel=1e-6)


class Copies(Conditional):
    """Makes dark images for class 0, brighter ones for 1 and 2; or the next class."""

    by = 0

    def make(self, latents, labels=None, training=False, network=None):
        made = super().make(latents, labels, training, network)
        level = keras.ops.cast((labels + self.by) % 3, "float32") * 0.8 - 0.8
        return 0.2 * made + level[:, None, None, None]


class Shifted(Copies):
    by = 1


@pytest.fixture
def levels(tmp_path):
    """Three classes of 20 images, dark, gray and bright."""
    for c in range(3):
        for i in range(20):
            pixels = image(i, seed=c) // 5 + 100 * c
            save(tmp_path / "set" / "abc"[c] / f"{i}.png", pixels.astype("uint8"))
    return Data(str(tmp_path / "set"), labels=True, channels=CHANNELS)


def test_what_a_class_is_and_what_is_asked_for(levels):
    names = ["agreement", "class_diversity", ClassificationAccuracyScore(steps=40)]
    evaluation = Evaluation(levels, names, "pixels", samples=60)
    result, shifted = (evaluation.run(kind(seed=0)) for kind in (Copies, Shifted))
    agreement = result.scores["agreement"]
    assert agreement["value"] == agreement["real"]["value"] == 1.0
    assert shifted.scores["agreement"]["value"] == 0.0
    assert agreement["noise"]["value"] == pytest.approx(1 / 3, abs=0.05)
    assert agreement["against"]["real"]["count"] == 60
    diversity = result.scores["class_diversity"]
    assert diversity["real"]["value"] == pytest.approx(1.0, abs=0.1)
    assert 0 < diversity["value"] < 1
    assert diversity["noise"]["value"] > 3
    taught = result.scores["classification_accuracy_score"]
    assert taught["value"] > 0.9
    assert shifted.scores["classification_accuracy_score"]["value"] < 0.1
    assert taught["noise"]["value"] == pytest.approx(1 / 3, abs=0.2)
    # There is no other split: one half is tested by what the other half teaches.
    assert taught["real"]["value"] > 0.9
    assert taught["real"]["between"]["real"]["of"].startswith("half of")
    assert taught["real"]["between"]["fake"]["of"].startswith("other half of")
    assert not [w for w in result.warnings if "unusable" in w]
    assert [w for w in shifted.warnings if "unusable" in w]


def test_a_classifier_is_tested_on_what_is_held_out():
    data = Data("mnist_10k", split="train[:300]", labels=True)
    metric = ClassificationAccuracyScore(steps=1)
    evaluation = Evaluation(data, [metric], samples=100)
    reals = evaluation.reals
    assert reals.side("unseen") is reals.side("held_out")
    real, _ = evaluation.anchors(metric)
    images, labels = (reals.side("reference").examples, reals.side("reference").labels)
    trained = kgan.metrics.train_classifier(images, labels, 10, steps=1)
    held_out = reals.side("held_out")
    expected = trained.accuracy(held_out.examples, held_out.labels)
    assert real["classification_accuracy_score"].value == pytest.approx(expected)


class Scoring(Conditional):
    """Its score of an image is the mean of its pixels."""

    def endpoints(self, averaged=True):
        def score(images):
            return {"score": keras.ops.mean(images, axis=(1, 2, 3))}

        takes, gives = {"images": self.examples}, {"score": Scalar()}
        endpoints = super().endpoints(averaged)
        return {**endpoints, "score": kgan.Endpoint(score, takes, gives)}


def test_another_number_of_classes(classes):
    evaluation = Evaluation(classes, ["frechet_distance"], "pixels", samples=33)
    with pytest.raises(ValueError, match=r"data of 4 classes.*Received: set with 3"):
        evaluation.run(Conditional(classes=4, seed=0))


def test_a_score_per_image(classes):
    evaluation = Evaluation(classes, [AUROC(normal=1)], "pixels", samples=33)
    result = evaluation.run(Scoring(seed=0))
    side = evaluation.reals.side("reference")
    means = side.examples.mean((1, 2, 3))
    high, low = means[side.labels != 1], means[side.labels == 1]
    wins = np.mean([(h > n) + (h == n) / 2 for h in high for n in low])
    score = result.scores["auroc"]
    assert score["value"] == pytest.approx(wins, rel=1e-9)
    assert score["real"]["value"] == 1
    assert score["noise"]["value"] == pytest.approx(0.5, abs=0.25)
    assert score["against"]["scored"]["count"] == 33
    result = evaluation.run(Conditional(seed=0))
    assert result.warnings == [
        "auroc: left out, because the model has no endpoint from images to a number."
    ]


def test_classes_that_data_or_generator_lack(classes, pairs):
    names = ["agreement", "class_diversity", "classification_accuracy_score"]
    for name in (*names, "code_error"):
        with pytest.raises(ValueError, match=f"{name} needs classes, but .* labels"):
            Evaluation(pairs, [name], samples=8)
    for name in names:
        with pytest.raises(ValueError, match=f"{name} needs 2 examples of each class"):
            Evaluation(classes, [name], "pixels", samples=5)
    hidden = {"generator_hidden": (4,), "discriminator_hidden": (4,)}
    model = kgan.VanillaGAN(nets.IMAGE, 2, output="tanh", **hidden)
    result = Evaluation(classes, names, "pixels", samples=33).run(model)
    assert result.warnings == [
        f"{name}: left out, because the generator takes no labels." for name in names
    ]


def test_a_class_of_one_image(classes, tmp_path):
    save(tmp_path / "set" / "d" / "0.png", image(0))
    with pytest.raises(ValueError, match=r"2 examples of each.* has 1 of class 3"):
        Evaluation(classes, ["class_frechet_distance"], "pixels", samples=34)
    names = [m.name for m in Evaluation(classes, extractor="pixels").metrics]
    assert "class_frechet_distance" not in names


def test_points_with_modes_as_classes():
    data = Data("ring", labels=True)
    evaluation = Evaluation(data, ["class_frechet_distance"], samples=800)
    real, noise = evaluation.anchors(evaluation.metrics[0])
    assert real["class_frechet_distance"].value < 0.01
    assert noise["class_frechet_distance"].value > 0.1


def test_what_the_data_or_the_generator_lacks(pairs, classes):
    with pytest.raises(ValueError, match=r"needs classes, but .* without labels"):
        Evaluation(pairs, ["class_frechet_distance"], samples=8)
    with pytest.raises(ValueError, match="auroc needs classes"):
        Evaluation(pairs, ["auroc"], samples=8)
    with pytest.raises(ValueError, match=r"a target or a degradation.*takes images"):
        Evaluation(classes, ["frechet_distance"], "pixels", 8).run(Translation(seed=0))
    with pytest.raises(ValueError, match="at least 11x11 pixels for ssim"):
        Evaluation(pairs, ["ssim"], samples=8)


def test_a_generator_of_latents_alone(pairs, classes):
    """What it makes belongs to no source and to no class."""
    hidden = {"generator_hidden": (4,), "discriminator_hidden": (4,)}
    model = kgan.VanillaGAN(nets.IMAGE, 2, output="tanh", **hidden)
    for data, name, what in (
        (pairs, "psnr", "source images"),
        (classes, "class_frechet_distance", "labels"),
    ):
        result = Evaluation(data, [name], "pixels", samples=33).run(model)
        assert result.scores == {}
        expected = f"{name}: left out, because the generator takes no {what}."
        assert result.warnings == [expected]


def test_reconstructions_are_scored_against_their_sources(classes):
    space = {"images": Images(nets.IMAGE)}
    model = kgan.AutoEncoder(nets.IMAGE, 2, hidden=(3,), seed=0)
    unlabelled = dataclasses.replace(classes, labels=False)
    evaluation = Evaluation(unlabelled, ["l1"], "pixels", samples=8)
    score = evaluation.run(model).scores["l1"]
    sources = evaluation.reals.side("sources").examples
    made = to_uint8(model.reconstruct(sources)).astype(float)
    expected = np.abs(made - sources).mean() / 127.5
    assert score["value"] == pytest.approx(expected, rel=1e-5)
    assert score["against"]["target"]["of"] == "set all"
    assert score["real"]["value"] == 0.0
    endpoint = kgan.Endpoint(lambda images: {"images": images}, space, space)
    assert not endpoint.reconstructs
    assert model.endpoint("reconstruct").reconstructs
    # In pictures, the source is shown once.
    (picture,) = model.pictures((to_float(sources),), n=2).values()
    assert list(picture.columns) == ["source", "output"]
    # A translation has no target here.
    with pytest.raises(ValueError, match="a target or a degradation"):
        evaluation.run(Translation(seed=0))
