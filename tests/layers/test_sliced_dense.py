import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.layers import SlicedDense
from tests.game_test_case import batch_for, compiled, step


def test_each_column_has_its_own_gradient():
    head = SlicedDense(seed=0)
    h = tf.constant(np.random.default_rng(0).normal(size=(3, 4)), tf.float32)
    head(h)
    w = head.direction.numpy()[:, 0]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(h)
        logits = head(h)
        features, direction = (tf.reduce_sum(logits[:, i]) for i in (0, 1))
    unit = w / np.linalg.norm(w)
    np.testing.assert_allclose(logits[:, 0], h.numpy() @ unit, rtol=1e-5)
    np.testing.assert_array_equal(logits[:, 0], logits[:, 1])
    np.testing.assert_allclose(tape.gradient(features, h), [unit] * 3, rtol=1e-5)
    assert not np.any(tape.gradient(features, head.direction.value))
    assert not np.any(tape.gradient(direction, h))
    # d <s, w / |w|> / dw = (s - <s, unit> unit) / |w|, with s the sum of the features
    s = h.numpy().sum(axis=0)
    expected = (s - (s @ unit) * unit) / np.linalg.norm(w)
    slope = tape.gradient(direction, head.direction.value)[:, 0]
    np.testing.assert_allclose(slope, expected, rtol=1e-4, atol=1e-5)


def test_a_game():
    x = keras.Input((2,))
    y = SlicedDense()(keras.layers.Dense(8, activation="leaky_relu")(x))
    generator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    critic = keras.Model(x, y)
    model = compiled(lambda: kgan.GAN(generator, critic, loss="sliced", seed=0))
    before = critic.get_weights()
    logs = step(model, batch_for(model))
    assert np.isfinite(logs["d_loss"]).all()
    assert all(
        np.abs(a - b).max() > 0
        for a, b in zip(before, critic.get_weights(), strict=True)
    )


def test_sliced_loss_by_hand():
    loss = kgan.losses.Sliced("hinge")
    real, fake = np.array([[0.5, 3.0]]), np.array([[-2.0, 1.0]])
    # hinge: max(0, 1 - .5) + max(0, 1 - 2); Wasserstein: 1 - 3
    assert float(loss.discriminator(real, fake)) == pytest.approx(0.5 - 2.0)
    assert float(loss.generator(fake)) == pytest.approx(2.0)
    with pytest.raises(ValueError, match="SlicedDense"):
        loss.discriminator(real[:, :1], fake[:, :1])
