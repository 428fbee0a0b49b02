import os
import signal

import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.callbacks import Checkpoint, Interrupted
from tests.game_test_case import as_new, two_replicas

# 10 steps an epoch, 3 epochs.
STEPS = 30


class CrashError(Exception):
    pass


class At(keras.callbacks.Callback):
    """Does something at one step of the run."""

    def __init__(self, step, do):
        super().__init__()
        self.step, self.do, self.seen = step, do, 0

    def on_train_batch_end(self, batch, logs=None):
        self.seen += 1
        if self.seen == self.step:
            self.do()


def crash():
    raise CrashError


def run(folder, callbacks=(), epochs=3, save_every=4, build=None, fresh=False,
        **kwargs):  # fmt: skip
    rng = np.random.default_rng(0)
    images = rng.integers(0, 255, (80, 8, 8, 1), "uint8")
    data = kgan.data.ArraySource(images).batches(8, seed=1)
    strategy = kwargs.pop("strategy", tf.distribute.get_strategy())

    def made():
        with strategy.scope():
            model = (build or tiny)()
            adam, sgd = keras.optimizers.Adam, keras.optimizers.SGD
            model.compile(adam(1e-3), sgd(0.01, momentum=0.9), **kwargs)
        return model

    again = not (fresh or build or strategy.num_replicas_in_sync > 1)
    model = as_new(made, "tiny", *kwargs.items()) if again else made()
    checkpoint = Checkpoint(folder, data, save_every=save_every)
    history = model.fit(
        data, epochs=epochs, callbacks=[checkpoint, *callbacks], verbose=0
    )
    return model, history.history


def tiny(width=8):
    return kgan.VanillaGAN(
        (8, 8, 1),
        6,
        generator_hidden=(width,),
        discriminator_hidden=(8,),
        ema_decay=0.9,
        seed=0,
    )


def state(model):
    variables = model.variables + model.d_optimizer.variables
    return [v.numpy() for v in variables + model.g_optimizer.variables]


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    return run(tmp_path_factory.mktemp("unbroken"), fresh=True)


def assert_same(result, unbroken, history=True):
    for a, b in zip(state(result[0]), state(unbroken[0]), strict=True):
        np.testing.assert_array_equal(a, b)
    if history:
        # The epochs' means too, of the epoch that was broken included.
        for name, values in result[1].items():
            assert values == unbroken[1][name][-len(values) :], name


@pytest.mark.parametrize("step", [1, 10, 29])
def test_resumed_equals_never_stopped(tmp_path, unbroken, step):
    with pytest.raises(CrashError):
        run(tmp_path, [At(step, crash)])
    assert_same(run(tmp_path, fresh=True), unbroken)


@pytest.mark.slow
def test_crash_after_crash(tmp_path, unbroken):
    crashes = 0
    for _ in range(20):
        try:
            result = run(tmp_path, [At(8, crash)], save_every=3)
            break
        except CrashError:
            crashes += 1
    assert crashes >= 3
    assert_same(result, unbroken)


def test_several_steps_an_execution(tmp_path, unbroken):
    with pytest.raises(CrashError):
        run(tmp_path, [At(3, crash)], steps_per_execution=5)
    # Five steps at a time reach the states that single steps do.
    assert_same(run(tmp_path, steps_per_execution=5), unbroken)


def test_executions_that_do_not_fill_an_epoch(tmp_path):
    with pytest.raises(ValueError, match=r"an epoch, 10, .*Received: 4.*work: 2 or 5"):
        run(tmp_path, steps_per_execution=4)


@pytest.mark.parametrize("to_two", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_resumed_on_other_devices(tmp_path, unbroken, to_two):
    one, two = tf.distribute.get_strategy(), two_replicas()
    with pytest.raises(CrashError):
        run(tmp_path, [At(15, crash)], strategy=one if to_two else two)
    model, _ = run(tmp_path, strategy=two if to_two else one)
    for a, b in zip(model.weights, unbroken[0].weights, strict=True):
        # Adam turns the rounding of gradients near 0 into steps of up to 1e-3.
        np.testing.assert_allclose(a.numpy(), b.numpy(), 1e-3, 1e-4, err_msg=a.path)


def test_loses_at_most_save_every_steps(tmp_path):
    with pytest.raises(CrashError):
        run(tmp_path, [At(17, crash)])
    counter = At(10**9, crash)
    run(tmp_path, [counter])
    # The last state is that after step 14, the fourth of the second epoch.
    assert counter.seen == STEPS - 14


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_save_and_stop(tmp_path, unbroken, number):
    before = signal.getsignal(number)
    with pytest.raises(Interrupted, match=signal.Signals(number).name) as stop:
        run(tmp_path, [At(15, lambda: os.kill(os.getpid(), number))], save_every=1000)
    assert (stop.value.epoch, stop.value.batch) in [(1, 5), (1, 6)]
    assert signal.getsignal(number) is before
    counter = At(10**9, crash)
    assert_same(run(tmp_path, [counter]), unbroken)
    assert counter.seen in (14, 15)


def test_signal_at_the_end_of_an_epoch_waits_for_its_callbacks(tmp_path, unbroken):
    ended = []
    watch = keras.callbacks.LambdaCallback(on_epoch_end=lambda e, logs: ended.append(e))
    kill = At(10, lambda: os.kill(os.getpid(), signal.SIGTERM))
    with pytest.raises(Interrupted) as stop:
        run(tmp_path, [kill, watch])
    assert ended == [0]
    assert (stop.value.epoch, stop.value.batch) == (1, 0)
    assert_same(run(tmp_path), unbroken)


def test_finished_run_has_nothing_to_do_and_can_be_extended(tmp_path, unbroken, caplog):
    run(tmp_path, epochs=2)
    counter = At(10**9, crash)
    caplog.clear()
    run(tmp_path, [counter], epochs=2)
    assert counter.seen == 0
    assert "nothing is left to do" in caplog.text
    assert "has 2 epochs, and fit was asked for 2" in caplog.text
    assert_same(run(tmp_path, epochs=3), unbroken)


def test_epochs_of_a_resumed_run_end_where_they_should(tmp_path):
    with pytest.raises(CrashError):
        run(tmp_path, [At(18, crash)])
    ended = []
    watch = keras.callbacks.LambdaCallback(on_epoch_end=lambda e, logs: ended.append(e))
    run(tmp_path, [watch])
    assert ended == [1, 2]


def test_half_written_state_is_ignored(tmp_path, unbroken):
    with pytest.raises(CrashError):
        run(tmp_path, [At(18, crash)])
    # What a kill during a write leaves: files that the state file does not name.
    newest = max(tmp_path.glob("ckpt-*.index"), key=lambda p: p.stat().st_mtime)
    number = int(newest.stem.split("-")[1])
    (tmp_path / f"ckpt-{number + 1}.index").write_bytes(newest.read_bytes()[:50])
    (tmp_path / f"ckpt-{number + 1}.data-00000-of-00001").write_bytes(b"half")
    assert_same(run(tmp_path), unbroken)


def test_damaged_state_falls_back_to_the_one_before(tmp_path, unbroken, caplog):
    with pytest.raises(CrashError):
        run(tmp_path, [At(18, crash)])
    newest = max(tmp_path.glob("ckpt-*.data*"), key=lambda p: p.stat().st_mtime)
    newest.write_bytes(newest.read_bytes()[:100])
    assert_same(run(tmp_path), unbroken)
    assert "cannot be read" in caplog.text


def test_no_state_can_be_read(tmp_path):
    run(tmp_path, epochs=1)
    for path in tmp_path.glob("ckpt-*.data*"):
        path.write_bytes(b"")
    with pytest.raises(ValueError, match="None of the checkpoints"):
        run(tmp_path)


def test_state_of_another_model(tmp_path):
    run(tmp_path, epochs=1)
    with pytest.raises(ValueError, match="is of another model"):
        run(tmp_path, build=lambda: tiny(width=9))


def test_early_stopping_is_kept(tmp_path):
    with pytest.raises(CrashError):
        run(tmp_path, [At(15, crash)])

    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = True

    counter = At(10**9, crash)
    run(tmp_path, [Stop(), counter])
    # Only the rest of the broken epoch.
    assert counter.seen == 6


def test_bad_arguments(tmp_path, digits):
    data = kgan.data.load(digits, batch_size=8)
    with pytest.raises(ValueError, match="save_every"):
        Checkpoint(tmp_path, data, save_every=0)


def test_state_that_cannot_be_written(tmp_path, monkeypatch, unbroken):
    run(tmp_path, epochs=1)
    (tmp_path / "ckpt-9_temp").mkdir()

    def full(manager):
        raise tf.errors.ResourceExhaustedError(None, None, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(tf.train.CheckpointManager, "save", full)
        message = (
            r"epoch 2, after 4 of its .*cannot be written.*newest complete .*ckpt-3"
        )
        with pytest.raises(OSError, match=message):
            run(tmp_path)
    assert not list(tmp_path.glob("*_temp"))
    assert_same(run(tmp_path), unbroken)


def run_on_own_data(folder, *callbacks, epochs=2):
    """On 4 batches that know nothing of their place."""
    rng = np.random.default_rng(0)
    images = rng.uniform(-1, 1, (32, 8, 8, 1)).astype("float32")
    data = tf.data.Dataset.from_tensor_slices(images).batch(8)
    model = tiny()
    model.compile("adam", "adam", run_eagerly=True)
    checkpoint = Checkpoint(folder, data, save_every=2)
    callbacks = [checkpoint, *callbacks]
    model.fit(data, epochs=epochs, callbacks=callbacks, verbose=0)
    return model, checkpoint


def test_other_data_resume_at_the_ends_of_epochs(tmp_path):
    unbroken, checkpoint = run_on_own_data(tmp_path / "unbroken")
    assert (checkpoint.state.epoch, checkpoint.state.batch) == (2, 0)
    folder = tmp_path / "broken"
    stop = At(6, lambda: os.kill(os.getpid(), signal.SIGTERM))
    with pytest.raises(Interrupted, match=r"after 3 of its steps\. Saved are 1 epochs"):
        run_on_own_data(folder, stop)
    # The broken epoch begins again.
    resumed, _ = run_on_own_data(folder)
    for a, b in zip(state(unbroken), state(resumed), strict=True):
        np.testing.assert_array_equal(a, b)
