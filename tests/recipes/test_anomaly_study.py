import numpy as np
import pytest

import kgan
from kgan.recipes.anomaly_study import EXPERIMENTS
from tests.scripts import load_script


@pytest.fixture(scope="module")
def script():
    return load_script("anomaly_study")


def test_stages_fit_together():
    """Each takes the networks of the one before it."""
    for experiment in EXPERIMENTS.values():
        for method in experiment.methods.values():
            sizes = [
                [s.recipe.options[n] for n in ("latent_dim", "width")]
                for s in method.stages
            ]
            assert all(size == sizes[0] for size in sizes)
    gans = {
        name: method.stages[0]
        for name, method in EXPERIMENTS["mnist"].methods.items()
        if len(method.stages) == 2
    }
    # Five updates of D, each on a batch of its own.
    assert {gan.recipe.examples_a_step for gan in gans.values()} == {160}
    # One GAN for all of them.
    assert len(set(map(repr, gans.values()))) == 1
    assert len(gans) == 4


def test_normal_classes():
    assert len(EXPERIMENTS["mnist"].normals) == 10
    nine = EXPERIMENTS["mnist_nine"].normals
    missing = [set(map(str, range(10))) - set(normal) for normal in nine]
    assert missing == [{str(i)} for i in range(10)]


def test_nearest(script):
    rng = np.random.default_rng(0)
    train, images = (rng.integers(0, 256, (n, 4, 4, 1), "uint8") for n in (30, 7))
    expected = [min(np.mean((x.astype(float) - y) ** 2) for y in train) for x in images]
    np.testing.assert_allclose(script.nearest(train, images), expected, rtol=1e-4)
    np.testing.assert_allclose(script.nearest(train, train), 0.0, atol=1e-2)


def test_measured(script):
    scores = np.array([1.0, 2.0, 3.0, 4.0, 0.5, 9.0])
    kinds = np.array([0, 0, 1, 2, 2, 2])
    found = kgan.metrics.Threshold(1.5, 1.0, 2.0, 0.05, 0.95, 20)
    result = script.measured(scores, kinds, ["normal", "a", "b"], found)
    assert result["false_alarms"] == 0.5
    assert result["caught"] == 0.75
    assert result["auroc"] == 0.75
    assert result["by_kind"]["a"] == {"images": 1, "auroc": 1.0, "caught": 1.0}
    assert result["by_kind"]["b"] == {"images": 3, "auroc": 0.6667, "caught": 0.6667}
