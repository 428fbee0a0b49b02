import keras
import numpy as np
import pytest

import kgan
from kgan import metrics
from kgan.metrics.discriminant import left_out_accuracy


def sides(seed=0, spread=0.1):
    """Four classes in the corners of a square."""
    rng = np.random.default_rng(seed)
    corners = np.array([[0, 0], [1, 0], [0, 1], [1, 1]])
    real_labels, labels = rng.permutation(np.arange(400) % 4), np.arange(200) % 4
    real = corners[real_labels] + spread * rng.normal(size=(400, 2))
    fake = corners[labels] + spread * rng.normal(size=(200, 2))
    examples = {"real": real.astype("float32"), "fake": fake.astype("float32")}
    return {**examples, "real_labels": real_labels, "labels": labels}


def agreement(given):
    return metrics.Agreement().score(**given)["agreement"]


def test_a_part_of_the_wrong_class():
    given = sides()
    assert agreement(given).value == 1.0
    # 10 examples of class 3 are made as class 0: 190 of 200, 40 of 50.
    fake, labels = given["fake"].copy(), given["labels"]
    fake[np.flatnonzero(labels == 3)[:10]] = fake[np.flatnonzero(labels == 0)[:10]]
    values = metrics.Agreement().score(**{**given, "fake": fake})
    assert list(values) == list(metrics.Agreement.better)
    value, worst = values.values()
    assert value.value == pytest.approx(0.95)
    assert value.error == pytest.approx(np.sqrt(0.95 * 0.05 / 200))
    assert "200 generated examples; by a linear classifier" in value.how
    assert "features of 400 real examples, which tells the class of 100.0%" in value.how
    assert worst.value == pytest.approx(0.8)
    assert worst.error == pytest.approx(np.sqrt(0.8 * 0.2 / 50))
    assert worst.how.startswith("class 3; standard error over 50 generated")


def test_real_examples_agree_as_often_as_the_classifier_is_right():
    given = sides(spread=0.5)
    known = left_out_accuracy(given["real"], given["real_labels"])
    assert 0.6 < known < 0.8
    assert agreement(given).value == pytest.approx(known, abs=0.08)
    assert f"{known:.1%} of real examples" in agreement(given).how


def test_labels_that_are_ignored():
    given = sides()
    mixed = np.random.default_rng(1).permutation(given["labels"])
    assert agreement({**given, "labels": mixed}).value == pytest.approx(0.25, abs=0.1)
    # One class alone may be asked for.
    ones = {"fake": given["fake"], "labels": np.ones(200)}
    assert agreement({**given, **ones}).value == 0.25


def test_streams():
    given = sides(spread=0.5)
    metric = metrics.Agreement()
    for side, array in given.items():
        for i in range(0, len(array), 70):
            metric.update_state(**{side: array[i : i + 70]})
    expected = {k: v.value for k, v in metric.score(**given).items()}
    assert metric.result() == pytest.approx(expected, rel=1e-9)
    copy = kgan.metrics.get(keras.saving.serialize_keras_object(metric))
    assert copy.get_config() == metric.get_config()


def test_bad_input():
    given = sides()
    for wrong, match in (
        ({"labels": None}, r"Expected labels, one per.*none"),
        ({"real_labels": None}, r"Expected real_labels, one per.*none"),
        ({"labels": given["labels"][:9]}, r"labels to be 200 whole.*\(9,\)"),
        ({"labels": given["labels"] + 1}, "from 0 to 3. Received: label 4"),
        ({"labels": given["labels"] - 1}, "from 0 to 3. Received: label -1"),
        ({"real_labels": np.zeros(400)}, "at least 2 classes.*Received: 1 classes"),
        ({"real_labels": np.arange(400) // 399}, "2 of each.*1 of class 1"),
        ({"fake": given["fake"][:, :1]}, "of the same shape"),
        ({"fake": np.full((200, 2), np.nan)}, "Expected finite features"),
    ):
        with pytest.raises(ValueError, match=match):
            metrics.Agreement().score(**{**given, **wrong})
