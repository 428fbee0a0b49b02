import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from tests.game_test_case import batch_for, compiled, run_game_test, step

SHAPE = (16, 16, 1)


def build(**kwargs):
    arguments = {"width": 2, "blocks": 1, "depth": 1, "identity": 5.0, "history": 5}
    return kgan.CycleGAN(SHAPE, SHAPE, **{**arguments, **kwargs}, seed=0)


def test_cyclegan(tmp_path):
    run_game_test(build, tmp_path, eagerly=True)


def scaling(gain):
    x = keras.Input(SHAPE)
    layer = keras.layers.Conv2D(1, 1, use_bias=False)
    network = keras.Model(x, layer(x))
    layer.kernel.assign(np.full((1, 1, 1, 1), gain))
    return network


def terms_of(to_b, to_a, a, b):
    model = build(history=0)
    model.to_b, model.to_a = scaling(to_b), scaling(to_a)
    data = tf.fill((2, *SHAPE), a), tf.fill((2, *SHAPE), b)
    return model.generator_loss(model.play(data, training=True))


def test_terms_by_hand():
    # Inverse networks lead back to where it began.
    terms = terms_of(0.5, 2.0, 0.4, -0.2)
    assert float(terms["cycle"]) == pytest.approx(0.0, abs=1e-6)
    # |0.5 b - b| + |2 a - a|
    assert float(terms["identity"]) == pytest.approx(5 * (0.1 + 0.4), rel=1e-5)
    # Each there and back again: half of it.
    terms = terms_of(0.5, 1.0, 0.4, -0.2)
    assert float(terms["cycle"]) == pytest.approx(10 * (0.2 + 0.1), rel=1e-5)


def test_least_squares_of_both_sides():
    model = build(history=0)
    data = tuple(map(tf.constant, batch_for(model)))
    batch = model.play(data, training=True)
    told = [
        (model.d_a, batch.a, batch.as_a),
        (model.d_b, batch.b, batch.as_b),
    ]
    d = sum(
        np.mean((net(x).numpy() - 1) ** 2) / 2 + np.mean(net(y).numpy() ** 2) / 2
        for net, x, y in told
    )
    g = sum(np.mean((net(y).numpy() - 1) ** 2) / 2 for net, _, y in told)
    d_loss = float(model.discriminator_loss(batch)["adversarial"])
    assert d_loss == pytest.approx(d, rel=1e-4)
    g_loss = float(model.generator_loss(batch)["adversarial"])
    assert g_loss == pytest.approx(g, rel=1e-4)


def test_both_ways_and_their_pictures():
    model = build()
    a, b = batch_for(model)
    np.testing.assert_allclose(model.translate(a), model.to_b(a), atol=1e-5)
    np.testing.assert_allclose(model.translate_back(b), model.to_a(b), atol=1e-5)
    pictures = model.pictures((a, b), n=3)
    assert list(pictures) == ["translate", "translate_back"]
    columns = pictures["translate"].columns
    assert list(columns) == ["source", "output", "back"]
    again = model.to_a(model.to_b(a[:3]))
    np.testing.assert_allclose(columns["back"], again, atol=1e-4)
    assert pictures["translate_back"].draw().ndim == 3
    assert model.pictures(None) == {}


def test_without_identity_there_is_no_such_term():
    model = compiled(build, identity=0.0)
    assert "g/identity" not in step(model, batch_for(model))


def test_bad_input():
    with pytest.raises(ValueError, match="one size and as many channels"):
        kgan.CycleGAN((16, 16, 1), (16, 16, 3))
    with pytest.raises(ValueError, match="cycle >= 0"):
        build(cycle=-1.0)
    with pytest.raises(ValueError, match="a loss of fakes alone"):
        build(loss="relativistic")
    with pytest.raises(ValueError, match="that 4 divides"):
        kgan.CycleGAN((30, 30, 3), (30, 30, 3))
