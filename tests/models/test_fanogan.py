import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.runs.starting import copy_networks
from tests.game_test_case import batch_for, compiled, run_game_test, step

SHAPE = (16, 16, 1)


def networks():
    gan = kgan.WGANGP(SHAPE, latent_dim=3, width=2, seed=5)
    return {"generator": gan.generator, "discriminator": gan.discriminator}


def build(**kwargs):
    return kgan.FAnoGAN(SHAPE, 3, **{"width": 2, **networks(), **kwargs}, seed=0)


def test_fanogan(tmp_path):
    run_game_test(build, tmp_path, eagerly=True)


def test_the_cycle_of_latents_and_a_bounded_encoder():
    model = compiled(build, cycle="ziz", bounded=True)
    logs = step(model, batch_for(model))
    assert np.isfinite(logs["encoder_loss"]).all()
    latents = model.encode(batch_for(model))["latents"]
    assert np.abs(latents).max() < 1.0


def in_numpy(network, x):
    """The dense and convolutional layers of a critic without normalization."""
    x = np.asarray(x, "float64")
    for layer in network.layers[1:]:
        weights = [np.asarray(w, "float64") for w in layer.get_weights()]
        if isinstance(layer, keras.layers.Conv2D):
            x = _convolved(x, *weights)
        elif isinstance(layer, keras.layers.LeakyReLU):
            x = np.where(x > 0, x, 0.2 * x)
        elif isinstance(layer, keras.layers.Flatten):
            return x.reshape(len(x), -1)
    raise AssertionError("no flat features")


def _convolved(x, kernel, bias):
    """A 4x4 convolution of stride 2, with "same" padding: one pixel on each side."""
    x = np.pad(x, [(0, 0), (1, 1), (1, 1), (0, 0)])
    size = (x.shape[1] - 2) // 2
    out = np.zeros((len(x), size, size, kernel.shape[-1]))
    for i in range(size):
        for j in range(size):
            window = x[:, 2 * i : 2 * i + 4, 2 * j : 2 * j + 4]
            out[:, i, j] = np.einsum("bijc,ijco->bo", window, kernel)
    return out + bias


def test_losses_and_score_by_hand():
    given = networks()
    model = build(kappa=0.5, **given)
    x = batch_for(model, 4)
    # E in training mode: its batch norm takes the moments of the batch.
    code = model.encoder(x, training=True).numpy()
    again = given["generator"](code, training=False).numpy()
    f, g = (in_numpy(given["discriminator"], images) for images in (x, again))
    residual = np.mean((x - again).astype("float64") ** 2)
    features = 0.5 * np.mean((f - g) ** 2)
    batch = model.play((tf.constant(x),), training=True)
    terms = {k: float(v) for k, v in model.encoder_loss(batch).items()}
    assert terms == pytest.approx({"residual": residual, "features": features}, 1e-5)

    model.cycle = "izi"
    assert model.encoder_loss(batch).keys() == {"residual"}

    code = model.encoder(x, training=False).numpy()
    again = given["generator"](code, training=False).numpy()
    f, g = (in_numpy(given["discriminator"], images) for images in (x, again))
    scores = np.mean((x - again) ** 2, axis=(1, 2, 3))
    scores = scores + 0.5 * np.mean((f - g) ** 2, axis=1)
    model.map_sigma = 0.0
    answers = model.endpoint("score")(images=x)
    np.testing.assert_allclose(answers["scores"], scores, rtol=1e-4)
    expected = np.abs(x - again).mean(axis=-1)
    np.testing.assert_allclose(answers["maps"], expected, atol=1e-5)

    hottest = build(**given, map_sigma=0.0, hottest=True)
    scores = hottest.endpoint("score")(images=x)["scores"]
    np.testing.assert_allclose(scores, expected.max(axis=(1, 2)), atol=1e-5)


def test_the_cycle_of_latents_by_hand():
    given = networks()
    model = build(cycle="ziz", **given)
    with tf.GradientTape():
        batch = model.play((tf.constant(batch_for(model, 6)),), training=False)
    z = batch.drawn.numpy()
    assert z.shape == (6, 3)
    found = model.encoder(given["generator"](z, training=False), training=False)
    (term,) = model.encoder_loss(batch).values()
    assert float(term) == pytest.approx(np.mean((z - found.numpy()) ** 2), rel=1e-4)


def test_g_and_d_stay_as_they_are():
    """Also their moving statistics: they are in inference mode."""
    model = compiled(build, ema_decay=0.9)
    frozen = [*model.generator.weights, *model.discriminator.weights]
    before = [w.numpy() for w in frozen]
    moving = [v for v in model.encoder.weights if "moving" in v.path]
    old = [v.numpy() for v in moving]
    step(model, batch_for(model))
    for weight, value in zip(frozen, before, strict=True):
        np.testing.assert_array_equal(weight, value, weight.path)
    assert any((v.numpy() != o).any() for v, o in zip(moving, old, strict=True))
    assert not {id(w) for w in frozen} & {id(v) for v in model.optimizer.variables}


def test_it_learns_to_find_latents():
    model = build(cycle="ziz")
    model.compile(keras.optimizers.Adam(1e-2))
    for weight in model.generator.weights:
        # New weights make gray images, all alike.
        if weight.path.endswith("kernel"):
            weight.assign(weight * 8)
    data = kgan.data.ArraySource(np.zeros((64, *SHAPE), "uint8")).batches(32)
    losses = model.fit(data, epochs=20, verbose=0).history["encoder_loss"]
    assert losses[-1] < 0.2 * losses[0]


def test_it_starts_from_a_gan():
    gan = kgan.WGANGP(SHAPE, latent_dim=3, width=2, ema_decay=0.5, seed=5)
    for weight in gan.ema_generator.weights:
        weight.assign(weight + 0.5)
    model = compiled(lambda: build(generator=None, discriminator=None))
    with pytest.raises(ValueError, match=r"Expected a trained generator.*fanogan_gan"):
        step(model, batch_for(model))
    names, _ = copy_networks(model, gan, "gan")
    assert names == ["discriminator", "generator"]
    # The averaged G, because nothing trains this copy of it.
    for a, b in zip(model.generator.weights, gan.ema_generator.weights, strict=True):
        np.testing.assert_array_equal(a, b)
    assert np.isfinite(step(model, batch_for(model))["encoder_loss"]).all()


def test_bad_input():
    with pytest.raises(ValueError, match="kappa >= 0"):
        build(kappa=-1.0)
    with pytest.raises(ValueError, match=r"'izi', 'ziz', 'izi_f'. Received: 'zzz'"):
        build(cycle="zzz")
    with pytest.raises(ValueError, match=r"generator to map \[4\] .*maps \[3\]"):
        kgan.FAnoGAN(SHAPE, 4, width=2, **networks())
    with pytest.raises(ValueError, match=r"image shape|Expected .* pixels|height"):
        kgan.FAnoGAN((15, 15, 1), 3)
