"""Games that go wrong on purpose. Started by hand: pytest -m slow."""

import keras
import numpy as np
import pytest

import kgan
from kgan.callbacks import Checkpoint, Diverged, Health
from tests.callbacks.test_health import texts

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def digits():
    return kgan.data.open_source("mnist_10k")


def play(folder, source, d_rate=1e-3, g_rate=1e-3, epochs=4, batch_size=64):
    """What is said of a DCGAN on `source`: the names of the alarms, and when."""
    model = kgan.DCGAN(width=16, seed=0, ema_decay=0.99)
    model.compile(
        keras.optimizers.Adam(d_rate, beta_1=0.5, beta_2=0.99),
        keras.optimizers.Adam(g_rate, beta_1=0.5, beta_2=0.99),
    )
    data = source.batches(batch_size, seed=0)
    health = Health(folder, source, budget=None)
    model.fit(data, epochs=epochs, callbacks=[health], verbose=0)
    said = texts(folder) if any(folder.glob("events.*")) else {}
    return {tag.removeprefix("health/"): said[tag] for tag in said}


def test_a_game_that_goes_well(tmp_path, digits):
    assert play(tmp_path, digits, epochs=10) == {}


def test_learning_rates_100_times_too_high(tmp_path, digits):
    said = play(tmp_path, digits, d_rate=0.1, g_rate=0.1)
    assert "instability" in said


def test_a_discriminator_that_does_not_learn(tmp_path, digits):
    said = play(tmp_path, digits, d_rate=0.0)
    assert said.keys() == {"deception"}
    assert [epoch for epoch, _ in said["deception"]] == [3]


def test_a_discriminator_that_is_too_strong(tmp_path, digits):
    said = play(tmp_path, digits, g_rate=1e-6)
    assert said.keys() == {"saturation"}
    assert [epoch for epoch, _ in said["saturation"]] == [3]


def test_sixteen_training_images(tmp_path, digits):
    few = kgan.spaces.to_uint8(digits.some(16))
    # Often in an epoch, which costs time of its own.
    often = kgan.data.ArraySource(np.repeat(few, 128, axis=0))
    said = play(tmp_path, often, epochs=60, batch_size=16)
    assert "memorization" in said


def test_a_generator_that_learns_too_fast(tmp_path, digits):
    """It makes one image of all latents, and stays there."""
    model = kgan.VanillaGAN(mean=digits.mean(), seed=0)
    model.compile(*(keras.optimizers.Adam(rate, beta_1=0.5) for rate in (2e-4, 5e-3)))
    health = Health(tmp_path, digits, budget=None)
    data = digits.batches(64, seed=0)
    model.fit(data, epochs=12, callbacks=[health], verbose=0)
    assert np.ptp(model.generate(64, seed=0), axis=0).max() < 0.1
    said = texts(tmp_path)
    assert said.keys() == {"health/saturation", "health/collapse"}
    assert [epoch for epoch, _ in said["health/collapse"]] == [12]


@pytest.mark.parametrize("roll_back", [False, True])
def test_a_divergence(tmp_path, digits, roll_back):
    """The game of 2014 at 100 times its learning rate."""
    model = kgan.VanillaGAN(mean=digits.mean(), seed=0)
    model.compile(*(keras.optimizers.SGD(10.0, momentum=0.5) for _ in range(2)))
    data = digits.batches(100, seed=0)
    checkpoint = Checkpoint(tmp_path / "checkpoints", data) if roll_back else None
    callbacks = [Health(tmp_path, digits, checkpoint=checkpoint)]
    if not roll_back:
        with pytest.raises(Diverged, match="of epoch 1: the game diverges"):
            model.fit(data, callbacks=callbacks, verbose=0)
        return
    model.fit(data, epochs=2, callbacks=[checkpoint, *callbacks], verbose=0)
    assert 1 <= len(texts(tmp_path)["health/divergence"]) <= 4
    assert all(np.isfinite(w).all() for w in model.get_weights())
