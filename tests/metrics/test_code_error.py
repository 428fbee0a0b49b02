import keras
import numpy as np
import pytest

import kgan
from kgan import metrics


def error(codes, labels):
    return metrics.CodeError().score(None, codes, labels=labels)["code_error"]


def test_numbers_of_codes_do_not_matter():
    labels = np.arange(100) % 10
    codes = (7 * labels + 3) % 10
    assert error(codes, labels).value == 0.0
    # 5 images get the code of another class.
    codes[:5] = codes[1:6]
    value = error(codes, labels)
    assert value.value == pytest.approx(0.05)
    assert value.error == pytest.approx(np.sqrt(0.05 * 0.95 / 100))
    assert value.how.startswith("standard error over 100 real examples; code 0 is 1, ")


def test_one_class_for_one_code():
    # Both classes have code 0 most often; the best matching is not the greedy one.
    codes = np.repeat([0, 0, 1, 1], [10, 9, 8, 0])
    labels = np.repeat([0, 1, 0, 1], [10, 9, 8, 0])
    # Code 0 as class 1 and code 1 as class 0: 9 + 8 right, not 10 + 0.
    assert error(codes, labels).value == pytest.approx(10 / 27)


def test_more_codes_than_classes_and_fewer():
    labels = np.repeat([0, 1], [6, 4])
    # A third code belongs to no class.
    split = np.repeat([0, 1, 2], [3, 3, 4])
    value = error(split, labels)
    assert value.value == pytest.approx(0.3)
    assert "no class" in value.how
    # One code stands for the largest class.
    assert error(np.zeros(10), labels).value == pytest.approx(0.4)
    metric = metrics.CodeError()
    images, rng = np.zeros((10, 4, 4, 1), "uint8"), np.random.default_rng(0)
    assert error(metric.chance(images, rng), labels).value == pytest.approx(0.4)
    assert error(metric.best(images, labels), labels).value == 0.0


def test_many_codes_are_not_listed():
    assert "code" not in error(np.arange(60) % 30, np.arange(60) % 30).how


def test_streams():
    rng = np.random.default_rng(0)
    labels, codes = rng.integers(0, 4, 90), rng.integers(0, 5, 90)
    metric = metrics.CodeError()
    for rows in (slice(0, 50), slice(50, 90)):
        metric.update_state(fake=codes[rows], labels=labels[rows])
    assert metric.result()["code_error"] == error(codes, labels).value
    copy = kgan.metrics.get(keras.saving.serialize_keras_object(metric))
    assert copy.get_config() == metric.get_config()


def test_bad_input():
    codes = np.arange(4)
    for given, match in (
        ((codes, codes[:3]), r"labels to be 4 whole numbers.*\(3,\)"),
        ((codes, None), "Expected labels, one per example"),
        ((codes + 0.5, codes), "codes to be 4 whole numbers"),
        ((np.eye(4), codes), r"codes to be 4 whole numbers.*\(4, 4\)"),
        ((codes[:0], codes[:0]), "codes of at least one image"),
    ):
        with pytest.raises(ValueError, match=match):
            error(*given)
