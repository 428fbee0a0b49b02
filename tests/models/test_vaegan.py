import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

import kgan
from kgan.models.vaegan import Judged
from tests.game_test_case import batch_for, compiled, run_game_test

SHAPE = (16, 16, 1)


def build(**kwargs):
    return kgan.VAEGAN(SHAPE, **{"latent_dim": 2, "width": 2, "seed": 0, **kwargs})


def test_vaegan(tmp_path):
    # Within the gate, which replicas have to agree on.
    run_game_test(build, tmp_path, eagerly=True, margin=0.35)


@pytest.fixture
def played():
    """A model before an update by SGD(1), its batch, tape, and what losses are of."""
    model = compiled(build, lambda: keras.optimizers.SGD(1.0), gamma=0.5)
    return model, *model.record((tf.constant(batch_for(model)),), *model.players)


def softplus(x):
    return np.logaddexp(0.0, x)


def test_terms_by_hand(played):
    model, batch, _ = played
    mean, log_variance = np.split(batch.code.numpy().astype("float64"), 2, axis=1)
    # D_l: 4x4 pixels of 4 channels
    x, again = batch.real_features.numpy(), batch.features.numpy()
    assert x.shape == (8, 4, 4, 4)
    log_p = stats.norm(again, 1.0).logpdf(x).reshape(8, -1).sum(axis=1)
    constant = 64 * stats.norm.logpdf(0.0)
    prior = (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=1) / 2
    terms = {k: float(v) for k, v in model.encoder_loss(batch).items()}
    assert terms["prior"] == pytest.approx(prior.mean(), rel=1e-5)
    assert terms["features"] == pytest.approx(constant - log_p.mean(), rel=1e-4)
    real, fake = batch.real_logits.numpy(), batch.fake_logits.numpy()
    assert (real.shape, fake.shape) == ((8, 1), (16, 1))
    against = softplus(-real).mean() + softplus(fake).mean()
    terms_d = model.discriminator_loss(batch)
    assert float(terms_d["adversarial"]) == pytest.approx(against, rel=1e-5)
    terms_g = {k: float(v) for k, v in model.generator_loss(batch).items()}
    assert terms_g["adversarial"] == pytest.approx(-softplus(fake).mean(), rel=1e-5)
    assert terms_g["features"] == pytest.approx(terms["features"] / 2, rel=1e-6)


def test_who_learns_of_what(played):
    """Each player's step of SGD(1) is the gradient of its own sum, of one pass."""
    model, batch, tape = played
    likeness, prior = model.feature_loss, lambda b: model.encoder_loss(b)["prior"]
    with tape:
        game = model.discriminator_loss(batch)["adversarial"]
        llike, kl = likeness(batch), prior(batch)
        # The minimax loss of G is L_GAN without the term of real examples.
        against = -tf.reduce_mean(tf.nn.softplus(batch.fake_logits))
    sums = {"d": [(1.0, game)], "g": [(0.5, llike), (1.0, against)]}
    sums["encoder"] = [(1.0, kl), (1.0, llike)]
    expected = {}
    for name, terms in sums.items():
        for v in model.players[name].variables:
            gradients = [(w, tape.gradient(t, v.value)) for w, t in terms]
            gradient = sum(w * g for w, g in gradients if g is not None)
            expected[id(v)] = v.numpy() - np.asarray(gradient)
    for name in model.players:
        model.update(name, batch, tape)
    for player in model.players.values():
        for v in player.variables:
            np.testing.assert_allclose(v, expected[id(v)], atol=1e-5, err_msg=v.path)


def test_encoder_learns_nothing_of_what_d_decides():
    """Only by D's hidden layer: its last layer changes no update of the encoder."""
    weights = []
    for scale in (1.0, -30.0):
        model = compiled(build, lambda: keras.optimizers.SGD(0.1))
        kernel = model.discriminator.get_layer("logits").kernel
        kernel.assign(scale * kernel)
        model.turns((tf.constant(batch_for(model)),))
        weights.append(model.encoder.get_weights())
    for one, other in zip(*weights, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("real", "fake", "d", "g"),
    [
        # D loses log(1 + e^-real) and log(1 + e^fake); from .33 to 1.03 both update.
        (0.0, 0.0, True, True),
        # .31: D is ahead
        (1.0, 0.0, False, True),
        (0.0, -1.0, False, True),
        # 1.31: G is ahead
        (-1.0, 0.0, True, False),
        (0.0, 1.0, True, False),
        # .05 and 3.05: neither would move, so both do
        (3.0, 3.0, True, True),
    ],
)
def test_gate(real, fake, d, g):
    model = build(margin=0.35)
    logits = tf.fill([4, 1], real), tf.fill([8, 1], fake)
    gates = model.gates(Judged(*[None] * 9, *logits))
    assert {name: bool(gate) for name, gate in gates.items()} == {"d": d, "g": g}


def test_gate_is_logged_and_the_encoder_has_none():
    model = compiled(build, margin=1e-6)
    logs = model.train_step(tf.constant(batch_for(model)))
    assert float(logs["d/updated"] + logs["g/updated"]) in (1.0, 2.0)
    assert "encoder/updated" not in logs
    logs = compiled(build).train_step(tf.constant(batch_for(model)))
    assert not {"d/updated", "g/updated"} & logs.keys()


def test_layer_of_the_paper_or_another():
    model = build(layer="down1")
    assert model.discriminate(
        batch_for(model), model.play((tf.constant(batch_for(model)),), training=False)
    ).more["features"].shape == (8, 8, 8, 2)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"gamma": 0.0}, "gamma > 0.*gamma=0.0"),
        ({"gamma": float("nan")}, "gamma > 0"),
        ({"margin": -0.1}, "margin > 0, or None.*margin=-0.1"),
        ({"layer": "down9"}, "layer of D: images, down1, .*layer='down9'"),
        ({"latent_dim": 0}, "latent_dim"),
    ],
)
def test_bad_arguments(given, message):
    with pytest.raises(ValueError, match=message):
        build(**given)
