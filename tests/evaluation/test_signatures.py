"""Exports and servers of games that take labels or images, scored as their models."""

import dataclasses
import itertools
import json
import shutil

import numpy as np
import pytest
from PIL import Image

from kgan import commands
from kgan.evaluation import Evaluation, open_samples
from kgan.evaluation.samples import Samples
from kgan.evaluation.signatures import questions
from kgan.random import seeds
from kgan.recipes import Data
from kgan.serving.client.signature_defs import Signature, Tensor
from kgan.spaces import Images, Labels, Molecules
from tests.evaluation.test_parts import Scoring
from tests.games import nets
from tests.games.translation import Translation
from tests.serving.stand_in import StandIn

MODELS = {"labels": Scoring, "images": Translation}


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    base = tmp_path_factory.mktemp("export")
    for name, kind in MODELS.items():
        model = kind(seed=0)
        model.steps.assign(1)
        model.export(base / name / "1")
    return base


@pytest.fixture(scope="module")
def server(base):
    with StandIn({name: base / name for name in MODELS}) as server:
        yield server


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Three classes of 10 images."""
    folder = tmp_path_factory.mktemp("set")
    rng = np.random.default_rng(0)
    for i in range(30):
        path = folder / "abc"[i % 3] / f"{i}.png"
        path.parent.mkdir(exist_ok=True)
        pixels = rng.integers(0, 256, nets.IMAGE[:2], dtype="uint8")
        Image.fromarray(pixels).save(path)
    return Data(str(folder), labels=True)


def sources(base, server, name):
    """The export, and both protocols of the server."""
    path = f"v1/models/{name}"
    return base / name / "1", f"{server.rest}/{path}", f"{server.grpc}/{path}"


def test_labels(base, server):
    labels = np.array([2, 0, 1, 1, 2])
    expected = open_samples(Scoring(seed=0)).draw(5, 3, labels=labels)
    for source in sources(base, server, "labels"):
        samples = open_samples(source)
        assert list(samples.takes) == ["labels"]
        assert samples.space == Images(nets.IMAGE)
        np.testing.assert_array_equal(samples.draw(5, 3, labels=labels), expected)
        with pytest.raises(ValueError, match=r"Expected labels for interpolations"):
            samples.interpolations(2, 3)
        if samples.kind == "server":
            with pytest.raises(ValueError, match=r"labels \(label\) for each of 5"):
                samples.draw(5, 3)


def test_the_card_of_an_export_counts_the_classes(base, tmp_path):
    samples = open_samples(base / "labels" / "1")
    assert samples.labels == ("labels", Labels(3))
    expected = open_samples(Scoring(seed=0)).draw(5, 3)
    np.testing.assert_array_equal(samples.draw(5, 3), expected)
    # Without a card, or with one that says nothing of labels.
    bare = tmp_path / "1"
    shutil.copytree(base / "labels" / "1", bare)
    card = bare / "assets.extra" / "model_card.json"
    facts = json.loads(card.read_text())
    takes = facts["model"].pop("takes")
    space = {"name": "Labels", "classes": 3, "names": None}
    assert takes["sample"] == {"labels": space}
    # As cards were before.
    card.write_text(json.dumps(facts))
    assert open_samples(bare).labels[1].classes == 3
    assert facts["model"].pop("labels") == {"labels": {"classes": 3, "names": None}}
    card.write_text(json.dumps(facts))
    assert open_samples(bare).labels[1].classes is None
    card.unlink()
    samples = open_samples(bare)
    assert samples.labels[1].number_of("4") == 4
    for label in ("boot", "-1", "1.5", str(2**31)):
        with pytest.raises(ValueError, match=r"as a whole number.*Received"):
            samples.labels[1].number_of(label)


def test_images(base, server):
    images = np.random.default_rng(1).integers(0, 256, (5, *nets.IMAGE), dtype="uint8")
    expected = open_samples(Translation(seed=0)).draw(5, images=images)
    for source in sources(base, server, "images"):
        made = open_samples(source).draw(5, images=images)
        np.testing.assert_array_equal(made, expected)


def test_scores_of_classes_and_of_images(base, server, data):
    metrics = ["class_frechet_distance", "auroc", "l1"]
    labelled = Evaluation(data, metrics[:2], "pixels", samples=30)
    derived = dataclasses.replace(data, labels=False, degradation="mask")
    paired = Evaluation(derived, metrics[2:], "pixels", samples=30)
    for name, evaluation in (("labels", labelled), ("images", paired)):
        expected = evaluation.run(MODELS[name](seed=0))
        assert expected.scores
        for source in sources(base, server, name)[:2]:
            result = evaluation.run(source)
            assert result.samples["sha256"] == expected.samples["sha256"]
            for key, score in expected.scores.items():
                value = result.scores[key]["value"]
                assert value == pytest.approx(score["value"], rel=1e-4)
            assert list(result.scores) == list(expected.scores)


def test_labels_that_nobody_counts(base, server, data):
    unlabelled = dataclasses.replace(data, labels=False)
    evaluation = Evaluation(unlabelled, ["frechet_distance"], "pixels", samples=30)
    assert evaluation.run(base / "labels" / "1").scores
    with pytest.raises(ValueError, match=r"does not say how many.*labels=True"):
        evaluation.run(f"{server.grpc}/v1/models/labels")


def test_the_command(server, data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, metric, given in (
        ("labels", "class_frechet_distance", []),
        ("images", "l1", ["--degradation", "mask"]),
    ):
        address = f"{server.grpc}/v1/models/{name}"
        options = ["--extractor", "pixels", "--samples", "30", "--metrics", metric]
        source = ["--data", data.data, *given]
        commands.main(["evaluate", address, *source, *options])
        place = address.replace(":", "_").replace("/", "_")
        written = json.loads((tmp_path / f"{place}.evaluations/001.json").read_text())
        assert metric in written["scores"]


def test_the_signature_that_takes_least():
    image, label = Tensor("uint8", (None, 4, 4, 1)), Tensor("int32", (None,))
    number, files = Tensor("int32", ()), Tensor("object", (None,))
    seed, given = {"num_samples": number, "seed": number}, {"images": image}
    alike = {
        "serving_default": Signature({"latents": Tensor("float32", (None, 2))}, given),
        "translate": Signature(given, given),
        "encode": Signature(given, {"latents": Tensor("float32", (None, 2))}),
        "labelled": Signature({"seed": number, "labels": label}, given),
        "sample_png": Signature(seed, {"png_bytes": files}),
    }

    def ask(name, inputs):
        return {"images": (name, sorted(inputs))}

    def asked(signatures, **given):
        return questions(signatures, ask, "x").block(1, 0, **given)

    everything = {**alike, "sample": Signature(seed, given)}
    assert asked(everything) == ("sample", ["num_samples", "seed"])
    assert asked(alike, labels=[1]) == ("labelled", ["labels", "seed"])
    translate = {k: s for k, s in alike.items() if k != "labelled"}
    assert asked(translate, images=[1]) == ("translate", ["images"])
    del translate["translate"]
    with pytest.raises(ValueError, match=r"x with encode, sample_png, serving_default"):
        asked(translate)


def test_requests_to_score_have_blocks(monkeypatch):
    """The same images and seeds per request for a model, an export and a server."""
    asked = []

    def ask(name, inputs):
        asked.append((len(inputs["images"]), int(inputs["seed"])))
        return {"log_weights": np.full(len(inputs["images"]), 7.0, "float32")}

    image, rows = Tensor("uint8", (None, 4, 4, 1)), Tensor("float32", (None,))
    number = Tensor("int32", ())
    seeded = {"num_samples": number, "seed": number}
    signatures = {
        "sample": Signature(seeded, {"images": image}),
        "weigh": Signature({"images": image, "seed": number}, {"log_weights": rows}),
    }
    found = questions(signatures, ask, "x", {"weigh": "nats"})
    samples = Samples("x", "server", "as served", found.space, {}, None, found.block,
                      says=found.says)  # fmt: skip
    assert samples.says["log_weights"].of == "nats"
    monkeypatch.setattr("kgan.evaluation.samples._BLOCK", 2)
    numbers = samples.say("log_weights", np.zeros((5, 4, 4, 1), "uint8"), 3)
    assert numbers.tolist() == [7.0] * 5
    expected = list(itertools.islice(seeds.of_blocks(3), 3))
    assert asked == [*zip([2, 2, 1], expected, strict=True)]


def test_the_default_signature_says_what_examples_are():
    """Signatures have no order: here, the codes of a mapping come first."""
    number, codes = Tensor("int32", ()), Tensor("float32", (None, 3))
    points = Tensor("float32", (None, 2))
    seed, latents = {"num_samples": number, "seed": number}, {"latents": codes}
    signatures = {
        "map": Signature(seed, {"codes": codes}),
        "sample": Signature(seed, {"points": points}),
        "serving_default": Signature(latents, {"points": points}),
    }
    found = questions(signatures, lambda name, inputs: {"x": name}, "x")
    assert found.block(1, 0) == "sample"
    assert found.space.shape == (2,)


def test_graphs_whose_space_the_card_knows():
    number, space = Tensor("int32", ()), Molecules(4)
    seed = {"num_samples": number, "seed": number}
    graphs = {
        "graphs_edges": Tensor("uint8", (None, 4, 4)),
        "graphs_nodes": Tensor("uint8", (None, 4)),
    }
    public = space.to_public(space.graphs(["CO", "N"]))

    def ask(name, inputs):
        assert (name, inputs["num_samples"]) == ("sample", 2)
        return {f"graphs_{part}": array for part, array in public.items()}

    signatures = {"sample": Signature(seed, graphs)}
    gives = {"sample": {"graphs": space}}
    found = questions(signatures, ask, "x", gives=gives)
    assert found.space == space and found.takes == {}
    assert space.smiles(found.block(2, 0)) == ["CO", "N"]
    with pytest.raises(ValueError, match="signature that makes examples"):
        questions(signatures, ask, "x")
