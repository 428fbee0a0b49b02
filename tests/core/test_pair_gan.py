import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.core import PairGAN
from kgan.spaces import Images
from tests.game_test_case import batch_for, compiled, step

SHAPES = (8, 8, 1), (8, 8, 3)


class Distant(PairGAN):
    """D sees the sum of a pair; G learns by a distance too."""

    def discriminate(self, examples, batch):
        return self.discriminator(examples + batch.source, training=batch.training)

    def generator_loss(self, batch):
        distance = keras.ops.mean((batch.real - batch.fake) ** 2)
        return {**super().generator_loss(batch), "distance": distance}


def build(**kwargs):
    keras.utils.set_random_seed(0)
    tanh = keras.layers.Conv2D(3, 1, activation="tanh")
    g = keras.Sequential([keras.Input(SHAPES[0]), tanh])
    d = keras.Sequential([keras.Input(SHAPES[1]), keras.layers.Conv2D(1, 8)])
    return Distant(g, d, spaces=[Images(s) for s in SHAPES], seed=0, **kwargs)


def terms(model):
    batch = model.play(tuple(map(tf.constant, batch_for(model))), training=True)
    return {k: float(v) for k, v in model.generator_loss(batch).items()}


def test_the_weight_of_the_adversarial_term():
    one, half = terms(build()), terms(build(adversarial=0.5))
    assert half["adversarial"] == pytest.approx(0.5 * one["adversarial"])
    assert half["distance"] == one["distance"]


def test_d_sees_the_pair():
    model = build()
    assert model.examples == Images(SHAPES[1])
    source, target = map(tf.constant, batch_for(model))
    batch = model.play((source, target), training=True)
    np.testing.assert_array_equal(batch.fake, model.generator(source))
    expected = model.discriminator(target + source)
    np.testing.assert_allclose(model.judge(batch.real, batch), expected, rtol=1e-5)


def test_without_d_only_g_moves():
    model = compiled(build, adversarial=0.0)
    before = {w.path: w.numpy() for w in model.weights}
    assert sorted(step(model, batch_for(model))) == ["g_loss"]
    moved = [n for n, w in before.items() if not np.array_equal(w, now(model)[n])]
    assert moved
    networks = {w.path for w in model.discriminator.weights}
    assert not networks & set(moved)


def now(model):
    return {w.path: w.numpy() for w in model.weights}
