import keras
import pytest
import tensorflow as tf

import kgan
from kgan.distribute import strategies as distribute
from tests.game_test_case import two_replicas


def test_one_device_needs_no_strategy():
    assert distribute.strategy("auto") is tf.distribute.get_strategy()
    assert distribute.strategy("cpu:1") is tf.distribute.get_strategy()


@pytest.mark.parametrize("devices", ["cuda", "cpu", "cpu:x", "cpu:0", "gpu", "auto:2"])
def test_unknown_devices(devices):
    with pytest.raises(ValueError, match=f"devices='{devices}'"):
        distribute.strategy(devices)


def test_more_cpus_than_there_are():
    with pytest.raises(ValueError, match=r"runs with 2 logical CPUs"):
        distribute.strategy("cpu:3")


def test_gpu_that_is_not_there():
    with pytest.raises(ValueError, match=r"visible GPUs \(none\).*'gpu:0'"):
        distribute.strategy("gpu:0")


def test_malformed_tf_config(monkeypatch):
    for text in ("{", "[]", '{"cluster": {"worker": ["a"]}}'):
        monkeypatch.setenv("TF_CONFIG", text)
        with pytest.raises(ValueError, match="Expected TF_CONFIG to be like"):
            distribute.strategy("multiworker")


def test_batch_that_does_not_divide():
    source = kgan.data.open_source("ring")
    with pytest.raises(ValueError, match="work: 62 or 64"):
        distribute.batches(two_replicas(), source, 63)
    with pytest.raises(ValueError, match="work: 2"):
        distribute.batches(two_replicas(), source, 1)
    assert distribute.batches(two_replicas(), source, 64).position.steps == 50_000 // 64


def test_chief():
    assert distribute.is_chief(tf.distribute.get_strategy())
    assert distribute.is_chief(two_replicas())


def test_no_xla_on_logical_cpus():
    with two_replicas().scope():
        model = kgan.VanillaGAN((4, 4, 1), 3, generator_hidden=(4,))
        with pytest.raises(ValueError, match=r"no XLA.*2 replicas on .*CPU:0"):
            model.compile(jit_compile=True)


def test_optimizer_made_outside_of_the_scope():
    with two_replicas().scope():
        model = kgan.VanillaGAN((4, 4, 1), 3, generator_hidden=(4,))
    outside = keras.optimizers.SGD(name="mine"), keras.optimizers.SGD()
    with pytest.raises(ValueError, match=r"in the scope of.*'mine'.*strategy.scope"):
        model.compile(*outside)
    # A name has no scope of its own.
    model.compile("sgd", "sgd")
    assert model.distribute_strategy is two_replicas()


def test_slurm_tasks(monkeypatch):
    step = {"PROCID": "2", "STEP_NODELIST": "n[01-02]", "STEP_TASKS_PER_NODE": "2(x2)"}
    for name, value in {**step, "STEP_NUM_TASKS": "4"}.items():
        monkeypatch.setenv(f"SLURM_{name}", value)
    assert distribute._slurm_tasks() == {
        "cluster": {"worker": ["n01:8888", "n01:8889", "n02:8888", "n02:8889"]},
        "task": {"type": "worker", "index": 2},
    }
    monkeypatch.delenv("SLURM_PROCID")
    with pytest.raises(ValueError, match="start it by srun"):
        distribute.strategy("slurm")


def test_one_step_an_execution_on_several_replicas():
    with two_replicas().scope():
        model = kgan.VanillaGAN((4, 4, 1), 3, generator_hidden=(4,))
        with pytest.raises(ValueError, match=r"several replicas.*=3, 2 replicas"):
            model.compile("sgd", "sgd", steps_per_execution=3)
