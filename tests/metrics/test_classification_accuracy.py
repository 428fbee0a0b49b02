import keras
import numpy as np
import pytest

import kgan
from kgan import metrics
from tests.metrics.test_classifier import bars


def sides(fakes=120):
    real, real_labels = bars(60, seed=1)
    fake, labels = bars(fakes, seed=2)
    floats = [images / np.float32(127.5) - 1 for images in (real, fake)]
    # Labels need not be 0, 1, 2, ...
    examples = dict(zip(("real", "fake"), floats, strict=True))
    return {**examples, "real_labels": real_labels * 3, "labels": labels * 3}


def test_what_a_generator_teaches():
    given = sides()
    metric = metrics.ClassificationAccuracyScore(steps=40)
    values = metric.score(**given)
    assert list(values) == list(metric.better)
    value, worst = values.values()
    assert value.value > 0.9
    p = value.value
    assert value.error == pytest.approx(np.sqrt(p * (1 - p) / 60))
    assert value.how == (
        "standard error over 60 real examples; a classifier of 40 steps on 120 "
        "generated"
    )
    assert worst.how.startswith(("class 0; ", "class 3; "))
    exchanged = {**given, "labels": 3 - given["labels"]}
    assert metric.score(**exchanged)["classification_accuracy_score"].value < 0.1
    # One class is made as the other: half of the real images are told.
    labels, fake = given["labels"], given["fake"]
    alike = np.where(labels[:, None, None, None] == 3, fake[[0]], fake)
    values = metric.score(**{**given, "fake": alike})
    assert values["worst_class_accuracy"].value < 0.3
    assert values["worst_class_accuracy"].how.startswith("class 3; ")


def test_it_is_the_accuracy_of_the_classifier():
    given = sides()
    trained = metrics.train_classifier(
        given["fake"], given["labels"] // 3, classes=2, steps=5, seed=7
    )
    expected = trained.accuracy(given["real"], given["real_labels"] // 3)
    metric = metrics.ClassificationAccuracyScore(steps=5)
    values = metric.score(**given, seed=7)
    assert values["classification_accuracy_score"].value == expected


def test_streams():
    given = sides()
    metric = metrics.ClassificationAccuracyScore(steps=3)
    for side, array in given.items():
        for i in range(0, len(array), 50):
            metric.update_state(**{side: array[i : i + 50]})
    expected = {k: v.value for k, v in metric.score(**given).items()}
    assert metric.result() == pytest.approx(expected, rel=1e-9)
    copy = kgan.metrics.get(keras.saving.serialize_keras_object(metric))
    assert copy.steps == 3


def test_bad_input():
    given = sides()
    metric = metrics.ClassificationAccuracyScore(steps=1)
    for wrong, match in (
        ({"labels": None}, r"Expected labels, one per.*none"),
        ({"labels": given["labels"][:9]}, r"labels to be 120 whole.*\(9,\)"),
        ({"labels": given["labels"] + 1}, "from 0 to 3. Received: label 1"),
        ({"labels": 0 * given["labels"]}, "none of class 3 among 120"),
        ({"real_labels": 0 * given["real_labels"]}, "at least 2 classes"),
        ({"fake": given["fake"] * 3}, "pixels in"),
        ({"fake": given["fake"][:, :8]}, "of the same shape"),
    ):
        with pytest.raises(ValueError, match=match):
            metric.score(**{**given, **wrong})
    with pytest.raises(ValueError, match=r"at least 2x2 pixels.*Received: 1x9"):
        metric.check((1, 9, 3))
    with pytest.raises(ValueError, match="Expected steps >= 1"):
        metrics.ClassificationAccuracyScore(steps=0)
