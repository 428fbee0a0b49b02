import contextlib
import csv
import math

import keras
import numpy as np
import pytest
from PIL import Image

import kgan
from kgan import metrics
from kgan.callbacks import Checkpoint, Evaluate
from kgan.evaluation import Evaluation, Result, read_result
from kgan.recipes import Data
from kgan.results.best import Best
from tests.callbacks.test_checkpoint import At, CrashError, crash, state, tiny
from tests.callbacks.test_health import Poison, numbers, source
from tests.game_test_case import as_new, two_replicas


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A folder of 90 images of 8 x 8, with nothing else in the cache."""
    folder = tmp_path_factory.mktemp("images")
    for i, image in enumerate(source(90).examples):
        Image.fromarray(image[..., 0]).save(folder / f"{i:02d}.png")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KGAN_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield Data(data=str(folder))


def made():
    model = tiny()
    model.compile(keras.optimizers.Adam(0.01), keras.optimizers.Adam(0.01))
    return model


def run(folder, data, *callbacks, epochs=3, build=None, metrics=("frechet_distance",),
        **kwargs):  # fmt: skip
    """10 steps an epoch; returns (model, history)."""
    batches = source().batches(8, seed=1)
    model = build() if build else as_new(made)
    checkpoint = Checkpoint(folder / "checkpoints", batches, save_every=4)
    if data is not None:
        evaluation = Evaluation(data, metrics, "pixels", samples=80)
        for metric in evaluation.metrics:
            # So short a training does not beat noise.
            metric.noise_reaches = tuple(metric.better)
        callbacks = [Evaluate(folder, evaluation, **kwargs), *callbacks]
    for callback in callbacks:
        if isinstance(callback, Poison):
            callback.model_to_poison = model
    history = model.fit(
        batches, epochs=epochs, callbacks=[checkpoint, *callbacks], verbose=0
    )
    return model, history.history


def best(folder):
    return read_result(folder / "best.json")


def best_weights(folder):
    return keras.models.load_model(folder / "best.keras").get_weights()


@pytest.fixture(scope="module")
def unbroken(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("unbroken")
    return folder, *run(folder, data, build=made)


def test_scores_are_those_of_the_metric(unbroken, data):
    folder, model, history = unbroken
    scores = history["frechet_distance"]
    assert len(scores) == 3
    shown = numbers(folder, "score/frechet_distance")
    assert len(shown) == 4  # the untrained generator's first
    np.testing.assert_allclose(shown[1:], scores, 1e-6)
    # By hand, of the last epoch, as the bytes of files have it.
    fake = kgan.spaces.to_uint8(model.generate(80, seed=0)) / 127.5 - 1.0
    real = kgan.data.open_source(data.data).some(80)
    a, b = (metrics.gaussian(x.reshape(80, -1)) for x in (real, fake))
    assert metrics.frechet_distance(a, b) == pytest.approx(scores[-1], rel=1e-4)


def test_training_is_the_same_with_and_without(unbroken, tmp_path):
    model, history = run(tmp_path, None)
    for a, b in zip(state(model), state(unbroken[1]), strict=True):
        np.testing.assert_array_equal(a, b)
    assert history["d_loss"] == unbroken[2]["d_loss"]


def test_the_best_is_kept_and_says_how_it_was_measured(unbroken):
    folder, model, history = unbroken
    scores = history["frechet_distance"]
    kept = best(folder)
    assert kept.samples["epoch"] == 1 + int(np.argmin(scores))
    assert kept.scores["frechet_distance"]["value"] == min(scores)
    assert kept.samples["weights"] == "EMA"
    assert kept.samples["count"] == 80
    loaded = keras.models.load_model(folder / "best.keras")
    if kept.samples["epoch"] == 3:
        np.testing.assert_array_equal(loaded.generate(2, 0), model.generate(2, 0))
    assert int(loaded.g_optimizer.iterations) == 10 * kept.samples["epoch"]


@pytest.mark.parametrize("step", [9, pytest.param(11, marks=pytest.mark.slow)])
def test_a_resumed_run_keeps_its_best(unbroken, data, tmp_path, step):
    folder, _, history = unbroken
    with pytest.raises(CrashError):
        run(tmp_path, data, At(step, crash))
    resumed = run(tmp_path, data)
    assert best(tmp_path).scores == best(folder).scores
    assert best(tmp_path).samples["sha256"] == best(folder).samples["sha256"]
    for a, b in zip(best_weights(tmp_path), best_weights(folder), strict=True):
        np.testing.assert_array_equal(a, b)
    kept = resumed[1]["frechet_distance"]
    assert kept == history["frechet_distance"][-len(kept) :]


def test_every_other_epoch_and_the_history(data, tmp_path):
    log = keras.callbacks.CSVLogger(tmp_path / "log.csv")
    _, history = run(tmp_path, data, log, epochs=3, every=2)
    # The second epoch, and the last.
    scores = history["frechet_distance"]
    assert len(scores) == 2
    assert len(history["d_loss"]) == 3
    last = read_result(tmp_path / "evaluations" / "last.json")
    assert last.samples["epoch"] == 3
    assert last.scores["frechet_distance"]["value"] == scores[1]
    rows = list(csv.DictReader((tmp_path / "log.csv").read_text().splitlines()))
    assert len(rows) == 3


def test_the_last_epoch_is_scored_where_training_ends_early(data, tmp_path):
    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = True

    run(tmp_path, data, Stop(), every=2)
    shown = numbers(tmp_path, "score/frechet_distance")
    assert len(shown) == 2  # The untrained generator, and the one after epoch 1.


def test_scores_of_the_data_alone(tmp_path):
    evaluate = Evaluate(tmp_path, source(90).batches(8))
    assert evaluate.evaluation.samples == 2000
    assert evaluate.evaluation.reals.shape == (8, 8, 1)


def test_an_unusable_score_is_said_once_and_keeps_nothing(tmp_path, caplog):
    class Scripted(Fake):
        def run(self, samples):
            made = result(12.0, samples.trained["epoch"])
            anchor = {"value": 11.0, "error": 0.5}
            score = made.scores.pop("x")
            score |= {"error": 0.5, "noise_reaches": False}
            score |= {"real": {"value": 1.0, "error": 0.5}, "noise": anchor}
            made.scores["frechet_distance"] = score
            return made

    run(tmp_path, None, Evaluate(tmp_path, Scripted()), epochs=2)
    assert not (tmp_path / "best.keras").exists()
    said = "unusable, because noise scores as well as the samples"
    assert caplog.text.count(said) == 1
    assert "frechet_distance (noise 11 +- 0.5, samples 12 +- 0.5)" in caplog.text


def test_several_metrics_on_two_replicas(data, tmp_path):
    def build():
        with two_replicas().scope():
            model = tiny()
            model.compile()
        return model

    names = ("precision_recall", "frechet_distance")
    _, history = run(tmp_path, data, build=build, epochs=1, metrics=names)
    assert {"precision", "recall", "frechet_distance"} <= history.keys()
    assert next(iter(best(tmp_path).scores)) == "precision"


def test_samples_with_nan_have_no_score(data, tmp_path, caplog):
    _, history = run(tmp_path, data, Poison(10), epochs=2)
    scores = history["frechet_distance"]
    assert scores[0] > 0
    assert len(scores) == 1
    assert "no score after epoch 2: Expected finite examples" in caplog.text
    assert best(tmp_path).samples["epoch"] == 1


class Fake(Evaluation):
    """Stands in for an `Evaluation` of one score."""

    metrics = (metrics.FrechetDistance(),)

    def __init__(self):
        pass


@pytest.mark.parametrize(("by", "epoch"), [(None, 3), ("precision", 3), ("recall", 2)])
def test_the_score_that_decides_can_be_chosen(tmp_path, by, epoch):
    values = iter([(0.0, 0.0), (0.1, 0.5), (0.2, 0.9), (0.3, 0.7)])

    class Scripted(Fake):
        metrics = (metrics.PrecisionRecall(),)

        def run(self, samples):
            precision, recall = next(values)
            made = result(precision, samples.trained["epoch"], "higher")
            score = made.scores.pop("x")
            made.scores["precision"] = score
            made.scores["recall"] = {**score, "value": recall}
            return made

    evaluate = Evaluate(tmp_path, Scripted(), by=by)
    _, history = run(tmp_path, None, evaluate)
    assert history["recall"] == [0.5, 0.9, 0.7]
    assert best(tmp_path).samples["epoch"] == epoch


def test_budget(data, tmp_path, caplog):
    class Never:
        share = 0.1

        def start(self):
            pass

        def allows(self):
            return False

        def spending(self):
            return contextlib.nullcontext()

    evaluation = Evaluation(data, ("frechet_distance",), "pixels", samples=80)
    evaluate = Evaluate(tmp_path, evaluation, budget=0.1)
    evaluate._budget = Never()
    _, history = run(tmp_path, None, evaluate, epochs=3)
    # The last epoch is scored in any case.
    assert len(history["frechet_distance"]) == 1
    assert caplog.text.count("at most a share of 0.1 of the time") == 1
    assert caplog.text.count("begin to be skipped") == 1


def test_what_cannot_be_scored_is_said_before_training(tmp_path):
    counter = At(10**9, crash)
    others = np.zeros((20, 9, 9, 1), "uint8")
    evaluation = Evaluation(others, ("frechet_distance",), "pixels", samples=8)
    with pytest.raises(ValueError, match=r"examples of shape \(9, 9, 1\)"):
        run(tmp_path, None, Evaluate(tmp_path, evaluation), counter)
    assert counter.seen == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"every": 0}, "every=0"),
        ({"budget": 0}, "budget=0"),
        ({"by": "fid"}, "score of the evaluation: frechet_distance.*by='fid'"),
    ],
)
def test_bad_arguments(tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        Evaluate(tmp_path, Fake(), **arguments)


# The best


@pytest.fixture
def model():
    return keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])


def result(value, epoch=1, better="lower", count=10):
    entry = {
        "value": value,
        "error": None,
        "better": better,
        "metric": {"class": "X"},
        "against": {},
    }
    entry |= {anchor: {"value": 0.0, "error": None} for anchor in ("real", "noise")}
    return Result(
        samples={"epoch": epoch, "count": count, "weights": "EMA"},
        reference={"dataset": "mnist", "split": "test", "shape": [28, 28, 1]},
        extractor={"name": "lenet", "digest": "0", "resize": ""},
        scores={"x": entry},
        warnings=[],
        kgan="1",
    )


@pytest.mark.parametrize(
    ("better", "kept"), [("higher", [1, 0, 1, 0]), ("lower", [1, 0, 0, 1])]
)
def test_better(tmp_path, model, better, kept):
    best = Best(tmp_path, "x")
    best.resume(0)
    results = [result(value, better=better) for value in (2.0, 2.0, 3.0, 1.0)]
    assert [best.offer(model, r) for r in results] == kept
    assert not best.offer(model, result(math.nan))
    assert not best.offer(model, result(-math.inf))


def test_goes_on_with_what_can_be_compared(tmp_path, model, caplog):
    first = Best(tmp_path, "x")
    first.resume(0)
    first.offer(model, result(1.0, epoch=3))
    again = Best(tmp_path, "x")
    again.resume(3)
    assert not again.offer(model, result(1.5, epoch=4))
    assert not caplog.records
    # A state before it: what comes will be made again.
    again.resume(2)
    assert "of a later epoch than the 2 that the run has done" in caplog.text
    assert again.offer(model, result(1.5, epoch=3))
    again.resume(3)
    assert again.offer(model, result(9.0, epoch=4, count=20))
    assert "is replaced: samples is 10 in the one and 20 in the other" in caplog.text


def test_a_damaged_record(tmp_path):
    (tmp_path / "best.json").write_text("{")
    with pytest.raises(ValueError, match=r"best.json, Expecting property name"):
        Best(tmp_path, "x").resume(1)
