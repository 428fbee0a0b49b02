import keras
import numpy as np
import pytest

import kgan
from tests.core.test_gan import linear_gan
from tests.game_test_case import batch_for, compiled


def test_by_hand():
    model = linear_gan(ema_decay=0.15)
    model.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.5))
    average = 1.0
    for step in (1, 2, 3):
        model.train_on_batch(batch_for(model, seed=step))
        w = model.generator.weights[0].numpy().item()
        # 2/11 and the later ones are above 0.15.
        decay = min(0.15, (1 + step) / (10 + step))
        average = decay * average + (1 - decay) * w
        ema = model.ema_generator.weights[0].numpy().item()
        assert ema == pytest.approx(average, rel=1e-6)
    z = np.ones((1, 1), "float32")
    np.testing.assert_array_equal(model(z), model.ema_generator(z))


def test_ramp_2_is_the_mean_of_all_steps():
    model = linear_gan(ema_decay=0.999, ema_ramp=2.0)
    weights = [model.generator.weights[0].numpy().item()]
    model.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.5))
    for step in (1, 2, 3):
        model.train_on_batch(batch_for(model, seed=step))
        weights.append(model.generator.weights[0].numpy().item())
    ema = model.ema_generator.weights[0].numpy().item()
    # After its first step d = 2/3 keeps 2 parts of the initial weights and 1 of it.
    assert ema == pytest.approx((weights[0] + sum(weights)) / 5, rel=1e-6)
    assert kgan.GAN.from_config(model.get_config()).averaging.ramp == 2.0


def test_carries_batch_norm_buffers():
    model = compiled(
        lambda **kw: kgan.DCGAN((28, 28, 1), 4, 2, seed=0, **kw), ema_decay=0.5
    )
    model.train_on_batch(batch_for(model))
    norm = model.ema_generator.get_layer("up1_norm")
    assert np.abs(norm.moving_mean.numpy()).max() > 0
