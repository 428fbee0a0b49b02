import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
import kgan.runs.starting
from kgan.networks.heads import features_of
from tests.game_test_case import batch_for, compiled, run_game_test, step

SHAPE = (16, 16, 1)


def build(**kwargs):
    given = {"width": 2, "search_steps": 3, "restarts": 2, **kwargs}
    return kgan.AnoGAN(SHAPE, 3, **given, seed=0)


def test_anogan(tmp_path):
    run_game_test(build, tmp_path, eagerly=True)


def with_contrast(model):
    """New weights make gray images, all alike."""
    for weight in model.generator.weights:
        if weight.path.endswith("kernel"):
            weight.assign(weight * 8)
    return model


def loss_by_hand(model, x, z):
    made = model.generator(z, training=False).numpy().astype("float64")
    network = model.discriminator
    inner = keras.Model(network.input, features_of(network))
    f, g = (inner(i.astype("float32"), training=False).numpy() for i in (x, made))
    residual = np.abs(x - made).sum(axis=(1, 2, 3))
    features = np.abs(f - g).sum(axis=1)
    weight = model.feature_weight
    return ((1 - weight) * residual + weight * features) / 256, np.abs(x - made)


def test_the_score_is_the_loss_of_the_best_latents():
    model = with_contrast(build(search_steps=1, restarts=1, search_rate=1e-9))
    x = batch_for(model, 3)
    # The search stays where it begins: at one draw for all images.
    z = np.tile(model.latent_prior.sample((1, 3), 0), (3, 1))
    expected, residuals = loss_by_hand(model, x, z)
    model.map_sigma = 0.0
    answers = model.endpoint("score")(images=x)
    np.testing.assert_allclose(answers["scores"], expected, rtol=1e-4)
    np.testing.assert_allclose(answers["maps"], residuals[..., 0], atol=1e-3)


def test_the_search_finds_what_g_made():
    model = with_contrast(build(search_steps=150, restarts=8, search_rate=0.05))
    rng = np.random.default_rng(3)
    # Within DCGAN's prior, beyond which nothing is searched.
    z = rng.uniform(-1, 1, (4, 3)).astype("float32")
    x = model.synthesize(z)
    scores = model.endpoint("score")(images=x)["scores"]
    drawn = rng.uniform(-1, 1, (200, 3)).astype("float32")
    best_drawn = [
        loss_by_hand(model, np.repeat(x[i : i + 1], 200, axis=0), drawn)[0].min()
        for i in range(4)
    ]
    assert (scores < 0.1 * np.array(best_drawn)).all()
    # What no latents make stays strange.
    noise = rng.uniform(-1, 1, x.shape).astype("float32")
    assert model.endpoint("score")(images=noise)["scores"].min() > 50 * scores.max()


def test_more_steps_and_restarts_are_no_worse():
    x = batch_for(build(), 5)
    scores = [
        with_contrast(build(search_steps=s, restarts=r)).endpoint("score")(images=x)
        for s, r in ((2, 1), (8, 1), (8, 3))
    ]
    for worse, better in itertools.pairwise(scores):
        assert (better["scores"] <= worse["scores"] + 1e-6).all()


def test_a_score_does_not_depend_on_other_images():
    endpoint = with_contrast(build()).endpoint("score")
    x = batch_for(build(), 5)
    alone = endpoint(images=x[3:4])["scores"]
    np.testing.assert_allclose(endpoint(images=x)["scores"][3:4], alone, rtol=1e-5)


def test_uniform_latents_stay_where_they_can_be_drawn():
    model = build(latent_prior="uniform", search_rate=9.0)
    inner = keras.Model(model.discriminator.input, features_of(model.discriminator))
    z = model.search(tf.constant(batch_for(model, 2)), model.generator, inner)
    assert np.abs(z).max() <= 1.0


def test_it_takes_the_networks_of_a_wasserstein_gan():
    gan = kgan.WGANGP(SHAPE, latent_dim=3, width=2, seed=7)
    model = compiled(lambda: build(normalization=None, loss="wasserstein"))
    names, _ = kgan.runs.starting.copy_networks(model, gan, "gan")
    assert names == ["discriminator", "generator"]
    assert np.isfinite(step(model, batch_for(model))["g_loss"]).all()


def test_bad_input():
    with pytest.raises(ValueError, match="search_steps >= 1"):
        build(search_steps=0)
    with pytest.raises(ValueError, match="restarts >= 1"):
        build(restarts=0)
    with pytest.raises(ValueError, match=r"feature_weight in \[0, 1\]"):
        build(feature_weight=1.5)
