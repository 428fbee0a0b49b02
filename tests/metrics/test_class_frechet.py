import keras
import numpy as np
import pytest

import kgan
from kgan import metrics


def sides(seed=0):
    """Three classes with means of their own; class 2 is made badly."""
    rng = np.random.default_rng(seed)
    real_labels, labels = rng.integers(0, 3, 300), np.arange(240) % 3
    means = np.array([[0, 0, 0], [5, 0, 0], [0, 5, 0]])
    real = rng.normal(size=(300, 3)) + means[real_labels]
    fake = rng.normal(size=(240, 3)) + means[labels]
    fake[labels == 2] += 1.0
    examples = {"real": real.astype("float32"), "fake": fake.astype("float32")}
    return {**examples, "real_labels": real_labels, "labels": labels}


def alone(given, number):
    real = given["real"][given["real_labels"] == number]
    fake = given["fake"][given["labels"] == number]
    return metrics.FrechetDistance().score(real, fake)["frechet_distance"]


def test_it_is_the_distance_on_the_class_alone():
    given = sides()
    made = metrics.ClassFrechetDistance().of_classes(**given)
    assert made == {number: alone(given, number) for number in range(3)}


def test_mean_and_worst():
    given = sides()
    values = metrics.ClassFrechetDistance().score(**given)
    assert list(values) == list(metrics.ClassFrechetDistance.better)
    expected = [alone(given, number) for number in range(3)]
    mean = values["class_frechet_distance"]
    assert mean.value == pytest.approx(np.mean([v.value for v in expected]))
    error = np.sqrt(sum(v.error**2 for v in expected)) / 3
    assert mean.error == pytest.approx(error)
    assert mean.how.endswith("mean of 3 classes, 80 to 80 generated examples each")
    worst = values["worst_class_frechet"]
    assert worst.value == expected[2].value
    assert worst.how.startswith("class 2; ")


def test_a_generator_that_ignores_its_labels():
    given = sides()
    permuted = np.random.default_rng(1).permutation(given["labels"])
    ignored = {**given, "labels": permuted}
    name = "class_frechet_distance"
    metric = metrics.ClassFrechetDistance()
    apart = metric.score(**ignored)[name].value / metric.score(**given)[name].value
    assert apart > 5


def test_streams():
    given = sides()
    metric = metrics.ClassFrechetDistance()
    for side, array in given.items():
        for i in range(0, 300, 70):
            if len(array[i : i + 70]):
                metric.update_state(**{side: array[i : i + 70]})
    expected = {k: v.value for k, v in metric.score(**given).items()}
    assert metric.result() == pytest.approx(expected, rel=1e-9)
    strategy = kgan.distribute.strategy("cpu:2")
    with strategy.scope():
        copy = kgan.metrics.get(keras.saving.serialize_keras_object(metric))
        copy.build((3,))
    for side, array in given.items():
        parts = strategy.experimental_distribute_values_from_function(
            lambda context, a=array: np.split(a, [99])[context.replica_id_in_sync_group]
        )
        strategy.run(copy.update_state, kwargs={side: parts})
    assert copy.result() == pytest.approx(expected, rel=1e-9)


def test_bad_input():
    given = sides()
    metric = metrics.ClassFrechetDistance()
    few = {**given, "labels": np.where(np.arange(240) == 7, 3, given["labels"])}
    with pytest.raises(ValueError, match=r"0 real and 1 generated examples of class 3"):
        metric.score(**few)
    with pytest.raises(ValueError, match=r"Expected labels, one per.*none"):
        metric.score(given["real"], given["fake"], real_labels=given["real_labels"])
    with pytest.raises(ValueError, match=r"real_labels to be 300 whole.*\(240,\)"):
        metric.score(**{**given, "real_labels": given["labels"]})
    with pytest.raises(ValueError, match="labels to be 240 whole numbers"):
        metric.score(**{**given, "labels": given["labels"] + 0.5})
