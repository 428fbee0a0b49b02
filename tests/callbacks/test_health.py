import logging
import math
import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import kgan
from kgan.callbacks import Checkpoint, Diverged, Health
from kgan.runs.training_state import TrainingState
from kgan.spaces import Images
from tests.callbacks.test_checkpoint import At, CrashError, crash, state, tiny
from tests.game_test_case import as_new, two_replicas

RATES = (1e-3, 0.01)


def source(n=80):
    rng = np.random.default_rng(0)
    return kgan.data.ArraySource(rng.integers(0, 255, (n, 8, 8, 1), "uint8"))


def made():
    model = tiny()
    model.compile(
        keras.optimizers.Adam(RATES[0]), keras.optimizers.SGD(RATES[1], momentum=0.9)
    )
    return model


def run(folder, *callbacks, epochs=3, build=None, roll_back=True, **kwargs):
    """10 steps an epoch, saved every 4; `callbacks` come last."""
    data = source().batches(8, seed=1)
    model = build() if build else as_new(made)
    checkpoint = Checkpoint(folder / "checkpoints", data, save_every=4)
    saved = checkpoint if roll_back else None
    health = Health(folder, checkpoint=saved, **kwargs)
    for callback in callbacks:
        if isinstance(callback, Poison):
            callback.model_to_poison = model
    callbacks = [checkpoint, health, *callbacks]
    history = model.fit(data, epochs=epochs, callbacks=callbacks, verbose=0)
    return model, history.history


class Poison(At):
    """Makes a weight of G NaN after some steps, so that the next step shows it."""

    def __init__(self, *steps, which=-1):
        super().__init__(None, None)
        self.steps, self.which = steps, which

    def on_train_batch_end(self, batch, logs=None):
        self.seen += 1
        if self.seen in self.steps:
            weight = self.model_to_poison.generator.trainable_variables[self.which]
            weight.assign(weight * math.nan)


def rates(model):
    optimizers = (model.d_optimizer, model.g_optimizer)
    return [float(o.learning_rate) for o in optimizers]


def finite(model):
    return all(np.isfinite(values).all() for values in state(model))


def texts(folder):
    """What TensorBoard shows, by tag: [(step, text)]."""
    events = EventAccumulator(str(folder), size_guidance={"tensors": 0})
    events.Reload()
    shown = {tag: events.Tensors(tag) for tag in events.Tags()["tensors"]}
    return {
        tag: [(e.step, e.tensor_proto.string_val[0].decode()) for e in entries]
        for tag, entries in shown.items()
        if entries[0].tensor_proto.string_val
    }


# NaN and infinity


def test_stops(tmp_path, caplog):
    counter = At(10**9, crash)
    message = (
        r"stopped at step 3 of epoch 2: the game diverges, d_fake = nan and 4 other"
    )
    with pytest.raises(Diverged, match=message):
        run(tmp_path, counter, Poison(12), roll_back=False)
    assert counter.seen == 12
    assert texts(tmp_path)["health/divergence"][0][0] == 2
    assert "kgan: Step 3 of epoch 2: the game diverges" in caplog.text
    # What is resumed is finite: the state at the end of the first epoch.
    counter = At(10**9, crash)
    model, _ = run(tmp_path, counter, roll_back=False)
    assert counter.seen == 20
    assert finite(model)


@pytest.mark.parametrize("step", [1, 10])
def test_rolls_back(tmp_path, step):
    counter = At(10**9, crash)
    model, history = run(tmp_path, counter, Poison(step))
    assert counter.seen == 30
    assert finite(model)
    assert np.isfinite(history["d_loss"]).all()
    assert len(history["d_loss"]) == 3
    assert rates(model) == pytest.approx([rate / 4 for rate in RATES])


def test_goes_on_with_the_data_that_comes_next(tmp_path):
    """The state after step 4, and after step 8 batches 8, 9, ... at lower rates."""

    def keep():
        shutil.copytree(tmp_path / "run" / "checkpoints", tmp_path / "kept")

    model, _ = run(tmp_path / "run", At(5, keep), Poison(7), epochs=1)
    data = source().batches(8, seed=1)
    batches = list(data)
    other = made()
    restored = TrainingState(other, tmp_path / "kept", 2)
    assert restored.restore()
    assert (restored.epoch, restored.batch) == (0, 4)
    for optimizer in (other.d_optimizer, other.g_optimizer):
        optimizer.learning_rate.assign(float(optimizer.learning_rate) * 0.25)
    for batch in batches[8:]:
        other.train_on_batch(batch)
    for a, b in zip(state(model), state(other), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.slow
def test_killed_after_a_rollback_and_resumed(tmp_path):
    unbroken = run(tmp_path / "unbroken", Poison(7), build=made)[0]
    with pytest.raises(CrashError):
        run(tmp_path / "killed", Poison(7), At(9, crash))
    resumed = run(tmp_path / "killed")[0]
    for a, b in zip(state(resumed), state(unbroken), strict=True):
        np.testing.assert_array_equal(a, b)
    assert rates(resumed) == rates(unbroken)


def test_rollbacks_are_bounded(tmp_path, caplog):
    with pytest.raises(Diverged, match="3 rollbacks did not help"):
        run(tmp_path, Poison(*range(5, 30)), rollbacks=3)
    told = [text for _, text in texts(tmp_path)["health/divergence"]]
    assert len(told) == 4
    assert (
        "rolled back to epoch 1, step 4, with learning rates 0.00025, 0.0025"
        in (told[0])
    )
    assert "rollback 3 of at most 3" in told[2]
    # The last state is finite, and at the lowest rates.
    model, _ = run(tmp_path)
    assert finite(model)
    assert rates(model) == pytest.approx([rate / 4**3 for rate in RATES])


def test_weights_that_no_term_shows(tmp_path):
    """NaN in a layer whose answers are not selected."""
    data = source(800).batches(8, seed=1)
    z = keras.Input((6,))
    shown = keras.layers.Dense(64, "tanh")(z)
    hidden = keras.layers.Dense(64, name="hidden")(z)
    x = keras.ops.where(shown > 9.0, hidden, shown)
    generator = keras.Model(z, keras.layers.Reshape((8, 8, 1))(x))
    model = kgan.GAN(generator, tiny().discriminator, seed=0)
    model.compile()
    poison = Poison(60, which=-2)
    poison.model_to_poison = model
    with pytest.raises(Diverged, match=r"end of epoch 1: .*, hidden/kernel is NaN"):
        model.fit(data, epochs=2, callbacks=[Health(tmp_path), poison], verbose=0)


def test_rolls_back_on_two_replicas(tmp_path):
    def build():
        with two_replicas().scope():
            model = tiny()
            model.compile(*(keras.optimizers.SGD(rate) for rate in RATES))
        return model

    model, history = run(tmp_path, Poison(7), build=build, epochs=1)
    assert finite(model)
    assert np.isfinite(history["d_loss"]).all()
    for variable in model.generator.trainable_variables:
        first, second = variable.value.values
        np.testing.assert_array_equal(first, second)


def test_stops_without_waiting_for_each_step(tmp_path):
    """Alone, it leaves Keras to hand out logs in another thread."""
    model = tiny()
    model.compile()
    health = Health(tmp_path)
    poison = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: model.generator.set_weights(
            [w * math.nan for w in model.generator.get_weights()]
        )
    )
    with pytest.raises(Diverged):
        model.fit(source().batches(8), callbacks=[health, poison], verbose=0)
    assert health.async_safe


def test_rates_that_follow_a_schedule(tmp_path):
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)

    def build():
        model = tiny()
        model.compile(keras.optimizers.Adam(schedule), keras.optimizers.Adam(0.1))
        return model

    with pytest.raises(ValueError, match=r"numbers.*Received: d with a schedule"):
        run(tmp_path, build=build)


def test_a_checkpoint_that_does_not_take_part(tmp_path):
    data = source().batches(8)
    model = tiny()
    model.compile()
    health = Health(tmp_path, checkpoint=Checkpoint(tmp_path, data))
    with pytest.raises(ValueError, match="before Health in the callbacks"):
        model.fit(data, callbacks=[health], verbose=0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rollbacks": -1}, "rollbacks=-1"),
        ({"factor": 1.0}, "factor=1.0"),
        ({"patience": 0}, "patience=0"),
        ({"budget": 2}, "budget=2"),
    ],
)
def test_bad_arguments(tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        Health(tmp_path, **arguments)


# The others


class Game:
    """Stands in for a model that makes `samples`."""

    distribute_strategy = tf.distribute.get_strategy()
    weights = ()

    def __init__(self, samples=None):
        self.samples = samples

    # It is its own endpoint too.
    drawn, given, seed_alone = ["latents"], [], True
    gives = {"images": Images((8, 8, 1))}

    def built_endpoints(self):
        return {"generate": self}

    def endpoint(self, name):
        return self

    def sample(self, n, seed):
        return {"images": self.generate(n, seed)}

    def generate(self, n, seed):
        rows = np.resize(np.arange(len(self.samples)), n)
        return self.samples[rows]


def watch(health, model, epochs, logs=None, steps=100):
    health.set_model(model)
    health.on_train_begin()
    for epoch in range(epochs):
        health.on_epoch_begin(epoch)
        health.on_train_batch_end(steps - 1, {})
        health.on_epoch_end(epoch, logs)


def as_images(values):
    return kgan.spaces.to_uint8(values)


@pytest.mark.parametrize(
    ("logs", "name"),
    [
        ({"d_real": 0.99, "d_fake": 0.01, "value": -0.02}, "saturation"),
        ({"d_real": 0.5, "d_fake": 0.99, "value": -5.3}, "deception"),
        ({"d_real": 0.5, "d_fake": 0.5, "value": -2.0}, "instability"),
        ({"augment/r_t": 0.95, "augment/p": 0.85}, "overfitting"),
        ({"augment/r_t": 0.95, "augment/p": 0.5}, None),
        ({"d_real": 0.6, "d_fake": 0.4, "value": -1.0}, None),
        ({"d_loss": 0.0}, None),
        (None, None),
    ],
)
def test_balance_of_the_game(tmp_path, caplog, logs, name):
    watch(Health(tmp_path), Game(), 6, logs)
    told = [r.getMessage() for r in caplog.records if r.name == "kgan"]
    assert len(told) == (name is not None)
    if name:
        assert told[0].startswith("kgan: Epoch 3: the ")
        assert told[0].endswith(".")
        assert texts(tmp_path)[f"health/{name}"] == [(3, told[0][6:])]


def test_short_epochs_are_looked_at_together(tmp_path, caplog):
    logs = {"d_real": 0.99, "d_fake": 0.01, "value": -0.02}
    watch(Health(tmp_path), Game(), 149, logs, steps=2)
    assert not caplog.records
    watch(Health(tmp_path), Game(), 150, logs, steps=2)
    assert [r.levelno for r in caplog.records] == [logging.WARNING]


def numbers(folder, tag):
    events = EventAccumulator(str(folder), size_guidance={"tensors": 0})
    events.Reload()
    return [tf.make_ndarray(e.tensor_proto).item() for e in events.Tensors(tag)]


def test_collapse(tmp_path, caplog):
    real = np.random.default_rng(0).uniform(-1, 1, (300, 8, 8, 1))
    data = kgan.data.ArraySource(as_images(real))
    others = np.random.default_rng(1).uniform(-1, 1, (256, 8, 8, 1))
    watch(Health(tmp_path / "well", data, budget=None), Game(others), 4)
    assert not caplog.records
    diversity = numbers(tmp_path / "well", "health/diversity")
    assert diversity == [pytest.approx(1, abs=0.05)] * 4

    class Falling(Game):
        def generate(self, n, seed):
            samples = super().generate(n, seed)
            self.samples = others[:3]
            return samples

    watch(Health(tmp_path / "ill", data, budget=None), Falling(others), 8)
    assert len(caplog.records) == 1
    assert "G collapses" in caplog.text
    assert "Vendi score of its samples is 2.93 where" in caplog.text


def test_memorization(tmp_path, caplog):
    real = np.random.default_rng(0).uniform(-1, 1, (16, 8, 8, 1))
    # Each twice: the second nearest example is another one all the same.
    data = kgan.data.ArraySource(as_images(np.concatenate([real, real])))
    noise = np.random.default_rng(1).normal(0, 0.05, (256, 8, 8, 1))
    copies = np.resize(real, (256, 8, 8, 1)) + noise
    watch(Health(tmp_path, data, budget=None), Game(copies), 6)
    assert len(caplog.records) == 1
    assert (
        "100% of its samples are copies of a training image and 0% of real"
        in caplog.text
    )
    assert numbers(tmp_path, "health/copies") == [1.0] * 6


def test_points_and_labels(tmp_path, caplog):
    points, modes = kgan.data.synthetic.ring(1000)
    data = kgan.data.ArraySource(points, modes)
    others, _ = kgan.data.synthetic.ring(256, seed=1)
    watch(Health(tmp_path, data, budget=None), Game(others), 4)
    assert not caplog.records
    watch(Health(tmp_path, data, budget=None), Game(points[modes == 0]), 12)
    assert "G collapses" in caplog.text


def test_graphs(tmp_path, caplog):
    """Samples of several arrays."""
    data = kgan.data.open_source("molecules", nodes=5)
    (graphs,) = data.batches(256, seed=3).take(1)
    graphs = {name: part.numpy() for name, part in graphs.items()}

    class Graphs(Game):
        def generate(self, n, seed):
            rows = np.resize(np.arange(256), n)
            return {name: part[rows] for name, part in self.samples.items()}

    watch(Health(tmp_path / "well", data, budget=None), Graphs(graphs), 4)
    assert "G collapses" not in caplog.text
    first = {name: part[np.zeros(256, int)] for name, part in graphs.items()}
    watch(Health(tmp_path / "ill", data, budget=None), Graphs(first), 12)
    assert "G collapses" in caplog.text


def test_samples_that_are_not_finite_are_left_out(tmp_path, caplog):
    samples = np.full((1, 8, 8, 1), math.nan)
    watch(Health(tmp_path, source(), budget=None), Game(samples), 4)
    assert not caplog.records


def test_a_single_training_image(tmp_path):
    one = source(1)
    watch(Health(tmp_path, one, budget=None), Game(np.zeros((4, 8, 8, 1))), 4)


def test_looking_changes_nothing(tmp_path):
    """The same weights with and without."""

    def trained(*callbacks):
        model = as_new(made)
        data = source(800).batches(8, seed=1)
        model.fit(data, callbacks=list(callbacks), verbose=0)
        return state(model)

    watched = trained(Health(tmp_path, source(800), budget=None))
    assert numbers(tmp_path, "health/copies") == [0.0]
    for a, b in zip(watched, trained(), strict=True):
        np.testing.assert_array_equal(a, b)
