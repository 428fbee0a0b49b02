"""What a model says of real images: numbers, and classes or codes."""

import dataclasses

import keras
import numpy as np
import pytest
from PIL import Image

import kgan
from kgan.evaluation import Evaluation, open_samples
from kgan.evaluation.scored import what_is_said
from kgan.recipes import Data
from kgan.spaces import Images, Labels, Points, Scalar
from tests.games import nets
from tests.games.conditional import Conditional
from tests.serving.stand_in import StandIn

IMAGE = Images(nets.IMAGE)


class Coding(Conditional):
    """Its code of an image is the number of the brightest pixel at the top."""

    def endpoints(self, averaged=True):
        def encode(images):
            first = images[:, 0, :, 0]
            code = keras.ops.cast(keras.ops.argmax(first, axis=1), "int32")
            return {"category": code, "continuous": first[:, :2]}

        gives = {"category": Labels(4), "continuous": Points(2)}
        endpoint = kgan.Endpoint(encode, {"images": self.examples}, gives)
        return {**super().endpoints(averaged), "encode": endpoint}


@pytest.fixture
def classes(tmp_path):
    """Three classes of 10, 11 and 12 images."""
    rng = np.random.default_rng(0)
    for c in range(3):
        for i in range(10 + c):
            path = tmp_path / "set" / "abc"[c] / f"{i}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            pixels = rng.integers(0, 256, nets.IMAGE[:2], dtype="uint8")
            Image.fromarray(pixels).save(path)
    return Data(str(tmp_path / "set"), labels=True)


def expected_error(evaluation):
    side = evaluation.reals.side("unseen")
    codes = side.examples[:, 0, :, 0].argmax(axis=1)
    metric = kgan.metrics.CodeError()
    return metric.score(None, codes, labels=side.labels)["code_error"].value


def test_which_answers_are_said():
    gives = {"a": Scalar(), "b": Labels(3), "c": Points(2), "d": None}
    assert what_is_said([IMAGE], gives, False) == {"scores": "a", "classes": "b"}
    assert what_is_said([IMAGE], gives, True) == {"a": "a", "b": "b"}
    # One of two labels cannot be chosen.
    twice = {**gives, "e": Labels(2)}
    assert what_is_said([IMAGE], twice, False) == {"scores": "a"}
    for given in ([], [Labels(3)], [IMAGE, Labels(3)], [IMAGE, IMAGE]):
        assert what_is_said(given, gives, False) == {}


def test_codes_of_a_model_its_export_and_server(classes, tmp_path):
    model = Coding(seed=0)
    model.steps.assign(1)
    evaluation = Evaluation(classes, ["code_error"], "pixels", samples=33)
    score = evaluation.run(model).scores["code_error"]
    assert score["value"] == expected_error(evaluation)
    assert 0 < score["value"] < 1
    assert score["real"]["value"] == 0.0
    counts = np.bincount(evaluation.reals.side("unseen").labels)
    assert score["noise"]["value"] == pytest.approx(1 - counts.max() / 33)
    assert score["needs"] == "classes"
    model.export(tmp_path / "export" / "coding" / "1")
    with StandIn({"coding": tmp_path / "export" / "coding"}) as server:
        for source in (
            tmp_path / "export" / "coding" / "1",
            f"{server.grpc}/v1/models/coding",
        ):
            samples = open_samples(source)
            assert list(samples.says) == ["classes"]
            again = evaluation.run(samples).scores["code_error"]
            assert again["value"] == score["value"]


def test_a_model_without_codes(classes):
    # Nobody has to learn the labels that a score needs.
    unlabelled = dataclasses.replace(classes, labels=False)
    evaluation = Evaluation(unlabelled, ["code_error"], "pixels", 33)
    assert evaluation.reals.classes == 3
    assert Evaluation(unlabelled, ["l1"], "pixels", 33).reals.classes is None
    result = evaluation.run(Conditional(seed=0))
    assert result.warnings == [
        "code_error: left out, because the model has no endpoint from images to a "
        "class or code."
    ]
