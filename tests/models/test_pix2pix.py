import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from tests.game_test_case import batch_for, compiled, run_game_test, step

SHAPES = (8, 8, 1), (8, 8, 3)


def build(**kwargs):
    return kgan.Pix2Pix(*SHAPES, width=2, depth=1, seed=0, **kwargs)


def test_pix2pix(tmp_path):
    run_game_test(build, tmp_path, eagerly=True)


def copying(gain):
    """A G that gives the gray source times `gain`, three times."""
    source = keras.Input(SHAPES[0])
    three = keras.layers.Conv2D(3, 1, use_bias=False, activation="tanh")
    network = keras.Model(source, three(source))
    three.kernel.assign(np.full((1, 1, 1, 3), gain))
    return network


def test_l1_by_hand():
    model = kgan.Pix2Pix(*SHAPES, depth=1, width=2, l1=100.0, generator=copying(0.5))
    source = np.full((2, *SHAPES[0]), 0.4, "float32")
    target = np.full((2, *SHAPES[1]), -0.3, "float32")
    batch = model.play((tf.constant(source), tf.constant(target)), training=True)
    terms = model.generator_loss(batch)
    assert float(terms["l1"]) == pytest.approx(100 * (np.tanh(0.2) + 0.3), rel=1e-5)


def test_d_sees_the_source():
    model = build()
    source, target = map(tf.constant, batch_for(model))
    batch = model.play((source, target), training=True)
    other = batch._replace(source=-source)
    one, two = (model.judge(batch.real, b).numpy() for b in (batch, other))
    assert np.abs(one - two).max() > 1e-4
    by_hand = model.discriminator([target, source], training=True)
    np.testing.assert_allclose(one, by_hand, rtol=1e-5, atol=1e-6)


def test_l1_alone_and_the_game_alone():
    """The rows of the paper's table 1."""
    l1 = compiled(build, adversarial=0.0)
    before = [v.numpy() for v in l1.discriminator.weights]
    assert sorted(step(l1, batch_for(l1))) == ["g_loss"]
    for v, old in zip(l1.discriminator.weights, before, strict=True):
        np.testing.assert_array_equal(v, old)
    game = compiled(build, l1=0.0)
    logs = step(game, batch_for(game))
    assert "g/l1" not in logs
    assert "d_loss" in logs


def test_a_small_set_is_learned():
    """G learns by heart what four label maps look like."""
    labels, pictures = (
        kgan.data.facades.of_split(name, "test")[:4, ::4, ::4]
        for name in ("facade_labels", "facades")
    )
    pairs = [kgan.spaces.to_float(x).numpy() for x in (labels, pictures)]
    model = kgan.Pix2Pix((16, 16, 3), (16, 16, 3), width=8, depth=1, seed=0)
    model.compile(*(keras.optimizers.Adam(2e-3, beta_1=0.5) for _ in range(2)))
    distance = lambda: np.abs(model.translate(labels) - pairs[1]).mean()  # noqa: E731
    before = distance()
    data = tf.data.Dataset.from_tensors(tuple(pairs)).repeat(60)
    model.fit(data, verbose=0)
    assert distance() < 0.4 * before


def test_bad_input():
    with pytest.raises(ValueError, match=r"of one size.*\(8, 8, 1\).*\(16, 16, 3\)"):
        kgan.Pix2Pix((8, 8, 1), (16, 16, 3))
    with pytest.raises(ValueError, match="l1 >= 0 and adversarial >= 0"):
        build(l1=0.0, adversarial=0.0)
    with pytest.raises(ValueError, match="fresh=0 for a game"):
        build(fresh=1)
