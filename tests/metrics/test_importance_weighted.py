import numpy as np
import pytest
from scipy import special

import kgan
from kgan import metrics
from kgan.recipes import Data
from tests.metrics.metric_test_case import run_metric_test


@pytest.fixture
def log_weights():
    return np.random.default_rng(0).normal(-90.0, 5.0, (20, 6)).astype("float32")


def test_importance_weighted_bound(log_weights):
    metric = metrics.ImportanceWeightedBound(k=6, capacity=20)
    # Streams are kept in float32.
    run_metric_test(metric, {"fake": log_weights}, tolerance=1e-6)
    values = metric.score(None, log_weights)
    bounds = special.logsumexp(log_weights.astype("float64"), axis=1) - np.log(6)
    value = values["importance_weighted_bound"]
    assert value.value == pytest.approx(bounds.mean(), rel=1e-12)
    assert value.error == pytest.approx(bounds.std() / 20**0.5, rel=1e-12)
    assert values["elbo"].value == pytest.approx(log_weights.mean(), rel=1e-6)
    assert values["elbo"].value < value.value


def test_one_sample_is_the_elbo(log_weights):
    values = metrics.ImportanceWeightedBound(1).score(None, log_weights[:, :1])
    assert values["elbo"].value == pytest.approx(
        values["importance_weighted_bound"].value, rel=1e-12
    )


def test_weights_that_no_float_holds():
    value = metrics.ImportanceWeightedBound(2).score(None, np.array([[-2000.0, -1e4]]))
    bound = value["importance_weighted_bound"].value
    assert bound == pytest.approx(-2000.0 - np.log(2), rel=1e-12)


def test_bad_input(log_weights):
    metric = metrics.ImportanceWeightedBound(k=5)
    with pytest.raises(ValueError, match=r"\[n, 5\], k=5.*\(20, 6\)"):
        metric.score(None, log_weights)
    with pytest.raises(ValueError, match="Expected finite log weights"):
        metric.score(None, np.full((2, 5), -np.inf))
    with pytest.raises(ValueError, match="k >= 1"):
        metrics.ImportanceWeightedBound(k=0)


# Asked of a model, of its export and of others


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "images.npz"
    rng = np.random.default_rng(1)
    np.savez(path, images=rng.integers(0, 256, (24, 6, 5, 1), dtype="uint8"))
    metric = metrics.ImportanceWeightedBound(k=3)
    return kgan.evaluation.Evaluation(Data(str(path)), [metric], "pixels", samples=8)


def test_bound_of_a_model(evaluation):
    model = kgan.VAE(
        (6, 5, 1), 2, hidden=(4,), likelihood="bernoulli_stochastic", seed=0
    )
    score = evaluation.run(model).scores["importance_weighted_bound"]
    images = evaluation.reals.side("held_out") or evaluation.reals.side("reference")
    # By hand: k questions, the mean of the weights.
    seeds = kgan.random.seeds.stream(0, "importance")
    ask = model.endpoint("weigh").sample
    log_w = [
        ask(seed=next(seeds), images=images.examples)["log_weights"] for _ in range(3)
    ]
    by_hand = (special.logsumexp(log_w, axis=0) - np.log(3)).mean()
    assert score["value"] == pytest.approx(by_hand, rel=1e-5)
    # 30 pixels of a model that knows nothing.
    assert score["noise"]["value"] == pytest.approx(-30 * np.log(2), rel=1e-5)
    assert score["real"]["value"] == 0.0
    assert score["better"] == "higher"
    assert "pixels on or off, one fixed draw" in score["says"]
    assert f"the model says: {score['says']}" in evaluation.run(model).table()


def test_no_bound_without_a_probability(evaluation):
    result = evaluation.run(kgan.VAE((6, 5, 1), 2, hidden=(4,), likelihood="gaussian"))
    assert not result.scores
    assert any("likelihood is a probability" in w for w in result.warnings)


@pytest.mark.slow
def test_bound_of_an_export(evaluation, tmp_path):
    model = kgan.VAE((6, 5, 1), 2, hidden=(4,), likelihood="bernoulli_static", seed=0)
    score = evaluation.run(model).scores["importance_weighted_bound"]
    exported = model.export(tmp_path / "vae" / "1", force=True, limit=40)
    other = evaluation.run(exported).scores["importance_weighted_bound"]
    assert other["value"] == pytest.approx(score["value"], rel=1e-5)
    assert other["says"] == score["says"]


def test_a_generator_without_an_encoder_is_left_out(evaluation):
    model = kgan.VanillaGAN(
        (6, 5, 1), 2, generator_hidden=(3,), discriminator_hidden=(3,), seed=0
    )
    result = evaluation.run(model)
    assert not result.scores
    (warning,) = [w for w in result.warnings if "importance" in w]
    assert "no endpoint from images and noise to log_weights" in warning
