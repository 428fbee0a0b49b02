import keras
import numpy as np
import pytest
from scipy.spatial.distance import pdist

import kgan
from kgan import metrics
from kgan.metrics import class_diversity
from kgan.metrics.class_diversity import mean_distance


def sides(seed=0):
    """Three classes; in the real ones, class c is c + 1 times as wide as class 0."""
    rng = np.random.default_rng(seed)
    real_labels, labels = rng.permutation(np.arange(300) % 3), np.arange(240) % 3
    real = rng.normal(size=(300, 3)) * (real_labels[:, None] + 1)
    fake = rng.normal(size=(240, 3)) * (labels[:, None] + 1)
    examples = {"real": real.astype("float32"), "fake": fake.astype("float32")}
    return {**examples, "real_labels": real_labels, "labels": labels}


@pytest.mark.parametrize("rows", [7, 1024])
def test_mean_distance_against_scipy(rows, monkeypatch):
    monkeypatch.setattr(class_diversity, "_ROWS", rows)
    x = np.random.default_rng(0).normal(size=(50, 4)) + 100.0
    assert mean_distance(x)[0] == pytest.approx(pdist(x).mean(), rel=1e-9)


def test_its_error_is_the_spread_of_repeated_draws():
    rng = np.random.default_rng(1)
    made = np.array([mean_distance(rng.normal(size=(80, 2))) for _ in range(300)])
    assert made[:, 1].mean() == pytest.approx(made[:, 0].std(), rel=0.15)


def test_real_examples_are_as_diverse_as_real_ones():
    given = sides()
    copies = {**given, "fake": given["real"], "labels": given["real_labels"]}
    values = metrics.ClassDiversity().score(**copies)
    assert list(values) == list(metrics.ClassDiversity.better)
    assert [v.value for v in values.values()] == [1.0, 1.0]
    value = metrics.ClassDiversity().score(**given)["class_diversity"]
    assert value.value == pytest.approx(1.0, abs=4 * value.error)
    assert 0 < value.error < 0.1


def test_one_example_per_class():
    given = sides()
    again = given["fake"][:3][given["labels"]]
    values = metrics.ClassDiversity().score(**{**given, "fake": again})
    assert [v.value for v in values.values()] == pytest.approx([0, 0], abs=1e-6)


def test_mean_and_worst():
    given = sides()
    # Classes of a half, all and twice the distances of real examples.
    factors = np.array([0.5, 1.0, 2.0])[given["real_labels"]][:, None]
    fake = {"fake": given["real"] * factors, "labels": given["real_labels"]}
    made = metrics.ClassDiversity().of_classes(**{**given, **fake})
    expected = [0.5, 1.0, 2.0]
    assert [v.value for v in made.values()] == pytest.approx(expected, rel=1e-6)
    value, worst = metrics.ClassDiversity().score(**{**given, **fake}).values()
    assert value.value == pytest.approx(3.5 / 3, rel=1e-6)
    error = np.sqrt(sum(v.error**2 for v in made.values())) / 3
    assert value.error == pytest.approx(error)
    assert worst.value == pytest.approx(0.5, rel=1e-6)
    assert worst.how == (
        "class 0; standard error over 100 generated and 100 real examples"
    )
    goal, error = mean_distance(given["real"][given["real_labels"] == 0])
    assert made[0].error == pytest.approx(np.hypot(0.5 * error, 0.5 * error) / goal)


def test_streams():
    given = sides()
    metric = metrics.ClassDiversity()
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
        ({"labels": given["labels"][:9]}, r"labels to be 240 whole.*\(9,\)"),
        ({"labels": given["labels"] + 1}, "100 real and 0 generated .* class 0"),
        ({"real": np.zeros((300, 3))}, "to differ. Received: 100 equal .* class 0"),
        (
            {"fake": given["fake"][:2], "labels": given["labels"][:2]},
            "100 real and 1 generated examples of class 0",
        ),
    ):
        with pytest.raises(ValueError, match=match):
            metrics.ClassDiversity().score(**{**given, **wrong})
