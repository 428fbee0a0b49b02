import csv
import json
import math

import keras
import numpy as np
import pytest

import kgan
from kgan import metrics
from kgan.callbacks import Checkpoint, Evaluate
from kgan.callbacks.best import Best
from kgan.metrics import Value
from tests.callbacks.test_checkpoint import At, CrashError, crash, state, tiny
from tests.callbacks.test_health import Poison, numbers, source
from tests.gan_test_case import two_replicas


def run(folder, *callbacks, epochs=3, build=tiny, evaluate=True, **kwargs):
    """10 steps an epoch; returns (model, history)."""
    data = source().batches(8, seed=1)
    model = build()
    if not hasattr(model, "d_optimizer"):
        model.compile(keras.optimizers.Adam(0.01), keras.optimizers.Adam(0.01))
    checkpoint = Checkpoint(folder / "checkpoints", data, save_every=4)
    if evaluate:
        kwargs = {"extractor": "pixels", "samples": 80, "budget": None, **kwargs}
        callbacks = [Evaluate(folder, source(90), **kwargs), *callbacks]
    for callback in callbacks:
        if isinstance(callback, Poison):
            callback.model_to_poison = model
    history = model.fit(
        data, epochs=epochs, callbacks=[checkpoint, *callbacks], verbose=0
    )
    return model, history.history


def best(folder):
    return json.loads((folder / "best.json").read_text())


def best_weights(folder):
    return keras.models.load_model(folder / "best.keras").get_weights()


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    folder = tmp_path_factory.mktemp("unbroken")
    return folder, *run(folder)


def test_scores_are_those_of_the_metric(unbroken):
    folder, model, history = unbroken
    scores = history["frechet_distance"]
    assert len(scores) == 3
    shown = numbers(folder, "evaluation/frechet_distance")
    assert len(shown) == 4  # the untrained generator's first
    np.testing.assert_allclose(shown[1:], scores, 1e-6)
    # By hand, of the last epoch.
    real = source(90).some(80).reshape(80, -1)
    fake = model.generate(80, seed=0).reshape(80, -1)
    a, b = metrics.gaussian(real), metrics.gaussian(fake)
    assert metrics.frechet_distance(a, b) == pytest.approx(scores[-1], rel=1e-6)


def test_training_is_the_same_with_and_without(unbroken, tmp_path):
    model, history = run(tmp_path, evaluate=False)
    for a, b in zip(state(model), state(unbroken[1]), strict=True):
        np.testing.assert_array_equal(a, b)
    assert history["d_loss"] == unbroken[2]["d_loss"]


def test_the_best_is_kept_and_says_how_it_was_measured(unbroken):
    folder, model, history = unbroken
    scores = history["frechet_distance"]
    kept = best(folder)
    assert kept["epochs"] == 1 + int(np.argmin(scores))
    assert kept["scores"]["frechet_distance"]["value"] == min(scores)
    assert (
        kept["made"].items()
        >= {
            "by": "frechet_distance",
            "better": "lower",
            "samples": 80,
            "real": 80,
            "data": "array",
            "extractor": "pixels",
            "weights": "averaged",
        }.items()
    )
    assert len(kept["made"]["digest"]) == 64
    network = keras.models.load_model(folder / "best.keras")
    assert network.output_shape == model.sampler.output_shape


@pytest.mark.parametrize("step", [9, 10, 11, 25])
def test_a_resumed_run_keeps_its_best(unbroken, tmp_path, step):
    folder, _, history = unbroken
    with pytest.raises(CrashError):
        run(tmp_path, At(step, crash))
    resumed = run(tmp_path)
    assert best(tmp_path) == best(folder)
    for a, b in zip(best_weights(tmp_path), best_weights(folder), strict=True):
        np.testing.assert_array_equal(a, b)
    kept = resumed[1]["frechet_distance"]
    assert kept == history["frechet_distance"][-len(kept) :]


def test_every_other_epoch_and_the_history(tmp_path):
    log = keras.callbacks.CSVLogger(tmp_path / "log.csv")
    _, history = run(tmp_path, log, epochs=2, every=2)
    scores = history["frechet_distance"]
    assert math.isnan(scores[0])
    assert scores[1] > 0
    rows = list(csv.DictReader((tmp_path / "log.csv").read_text().splitlines()))
    assert [row["frechet_distance"] for row in rows] == ["nan", str(scores[1])]


def test_several_metrics_on_two_replicas(tmp_path):
    def build():
        with two_replicas().scope():
            model = tiny()
            model.compile()
        return model

    names = ("precision_recall", "frechet_distance", "density_coverage")
    _, history = run(tmp_path, build=build, epochs=1, metrics=names)
    assert {"precision", "recall", "frechet_distance"} <= history.keys()
    assert best(tmp_path)["made"]["by"] == "precision"
    assert best(tmp_path)["made"]["better"] == "higher"


def test_samples_with_nan_have_no_score(tmp_path, caplog):
    _, history = run(tmp_path, Poison(10), epochs=2)
    scores = history["frechet_distance"]
    assert scores[0] > 0
    assert math.isnan(scores[1])
    assert "samples after epoch 2 have NaN" in caplog.text
    assert best(tmp_path)["epochs"] == 1


def test_budget(tmp_path, caplog):
    class Never:
        share = 0.1

        def allows(self):
            return False

    evaluate = Evaluate(tmp_path, source())
    evaluate._budget = Never()
    evaluate.set_model(tiny())
    evaluate._left_out = False
    for epoch in range(3):
        logs = {}
        evaluate.on_epoch_end(epoch, logs)
        assert math.isnan(logs["frechet_distance"])
    assert caplog.text.count("left out to take at most 0.1 of the time") == 1


def test_what_cannot_be_scored_is_said_before_training(tmp_path):
    counter = At(10**9, crash)
    with pytest.raises(ValueError, match="same features"):
        run(tmp_path, counter, build=lambda: kgan.VanillaGAN((9, 9, 1), 6))
    assert counter.seen == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"every": 0}, "every=0"),
        ({"samples": 1}, "samples=1"),
        ({"budget": 0}, "budget=0"),
        ({"metrics": ()}, "at least one"),
        ({"metrics": ("frechet_distance",) * 2}, "different names"),
        ({"metrics": ("fid",)}, "by name .*frechet_distance"),
        ({"extractor": "vgg"}, "by name .*lenet"),
    ],
)
def test_bad_arguments(tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        Evaluate(tmp_path, source(), **arguments)


# The best


@pytest.fixture
def network():
    return keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])


def scored(value):
    return {"x": Value(value, None, "by hand")}


@pytest.mark.parametrize(
    ("better", "kept"), [("higher", [1, 0, 1, 0]), ("lower", [1, 0, 0, 1])]
)
def test_better(tmp_path, network, better, kept):
    best = Best(tmp_path, "x", better, {})
    best.resume(0)
    values = [2.0, 2.0, 3.0, 1.0]
    assert [best.offer(network, 1, scored(v)) for v in values] == kept
    assert not best.offer(network, 1, scored(math.nan))
    assert not best.offer(network, 1, scored(-math.inf))


def test_goes_on_with_what_can_be_compared(tmp_path, network, caplog):
    first = Best(tmp_path, "x", "lower", {"samples": 10})
    first.resume(0)
    first.offer(network, 3, scored(1.0))
    same = Best(tmp_path, "x", "lower", {"samples": 10})
    same.resume(3)
    assert not same.offer(network, 4, scored(1.5))
    assert not caplog.records
    # A state before it: what comes will be made again.
    same.resume(2)
    assert "it is of epoch 3, and 2 are done" in caplog.text
    assert same.offer(network, 3, scored(1.5))
    other = Best(tmp_path, "x", "lower", {"samples": 20})
    other.resume(3)
    assert "its samples was 10, and is 20" in caplog.text
    assert other.offer(network, 4, scored(9.0))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"epochs": 1}', "null"])
def test_a_damaged_record(tmp_path, text):
    (tmp_path / "best.json").write_text(text)
    with pytest.raises(ValueError, match=r"best.json is damaged.*Remove it"):
        Best(tmp_path, "x", "lower", {}).resume(1)
