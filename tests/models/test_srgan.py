import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.metrics.perceptual import Perceptual
from kgan.networks import rrdb, srgan_discriminator
from kgan.runs.starting import copy_networks
from tests.game_test_case import batch_for, compiled, run_game_test, step


def build(**kwargs):
    shapes = (8, 8, 3), (16, 16, 3)
    small = {"width": 2, "blocks": 1, "d_width": 2, "pixels": 0.5}
    return kgan.SRGAN(*shapes, **{**small, **kwargs}, seed=0)


def test_srgan(tmp_path):
    # Without the features, which compute in float32 and so round otherwise.
    run_game_test(lambda **kwargs: build(content=0.0, **kwargs), tmp_path, eagerly=True)


def test_the_frozen_network_is_no_part_of_the_game():
    """No gradient, no update, not in the optimizer, and not in the file."""
    model = compiled(build)
    owned = {id(v) for v in [*model.weights, *model.optimizer.variables]}
    network = model.perceptual._maps.__closure__[0].cell_contents
    before = [v.numpy() for v in network.weights]
    assert len(before) > 10
    assert not owned & {id(v) for v in network.weights}
    assert not network.trainable_variables
    logs = step(model, batch_for(model))
    assert {"g/adversarial", "g/content", "g/pixels"} <= set(logs)
    for v, old in zip(network.weights, before, strict=True):
        np.testing.assert_array_equal(v, old)


def test_terms_by_hand():
    double = keras.Sequential([keras.Input((16, 16, 3)), keras.layers.Rescaling(2.0)])
    model = build(perceptual=double, content=3.0, pixels=0.5, adversarial=0.25)
    source, target = map(tf.constant, batch_for(model))
    batch = model.play((source, target), training=True)
    terms = model.generator_loss(batch)
    difference = target - batch.fake
    content = 3.0 * np.mean((2.0 * difference.numpy()) ** 2)
    assert float(terms["content"]) == pytest.approx(content, rel=1e-4)
    pixels = 0.5 * np.mean(np.abs(difference))
    assert float(terms["pixels"]) == pytest.approx(pixels, rel=1e-4)
    logits = model.discriminator(batch.fake, training=True).numpy()
    adversarial = 0.25 * np.mean(np.log1p(np.exp(-logits)))
    assert float(terms["adversarial"]) == pytest.approx(adversarial, rel=1e-3)


def test_gradients_reach_the_images():
    perceptual = Perceptual("color")
    x = tf.Variable(np.full((1, 20, 24, 3), 0.1, "float32"))
    target = tf.constant(np.random.default_rng(0).uniform(-1, 1, x.shape), "float32")
    with tf.GradientTape() as tape:
        value = perceptual(target, x)
    assert float(value) > 0
    assert np.abs(tape.gradient(value, x)).max() > 0
    assert float(perceptual(x, x)) == 0.0
    assert len(perceptual.maps(target[..., :1])) == 3


def test_it_starts_from_srresnet():
    first = kgan.SRResNet((8, 8, 3), factor=2, width=2, blocks=1, seed=7)
    model = build()
    assert copy_networks(model, first, "first")[0] == ["generator"]
    x = np.random.default_rng(0).uniform(-1, 1, (1, 9, 7, 3)).astype("float32")
    np.testing.assert_allclose(model.translate(x), first.translate(x), atol=1e-6)


def test_esrgan():
    model = compiled(
        build,
        loss="relativistic_average",
        architecture="rrdb",
        distance="l1",
        pixels=0.01,
        adversarial=0.005,
    )
    logs = step(model, batch_for(model))
    assert np.isfinite(logs["g_loss"]).all()
    assert model.translate(np.zeros((1, 5, 6, 3))).shape == (1, 10, 12, 3)


def test_parameters_by_hand():
    conv = lambda i, o: 9 * i * o + o  # noqa: E731
    # ESRGAN's generator has 16.70 million weights.
    dense = sum(conv(64 + 32 * i, 32) for i in range(4)) + conv(64 + 128, 64)
    ends = conv(3, 64) + conv(64, 64) + 3 * conv(64, 64) + conv(64, 3)
    weights = rrdb().count_params()
    assert weights == 23 * 3 * dense + ends
    assert round(weights / 1e6, 2) == 16.70
    widths = [3, 64, 64, 128, 128, 256, 256, 512, 512]
    kernels = sum(9 * i * o for i, o in itertools.pairwise(widths))
    d = kernels + 64 + 4 * sum(widths[2:]) + 6 * 6 * 512 * 1024 + 1024 + 1025
    assert srgan_discriminator((96, 96, 3)).count_params() == d


def test_bad_input():
    with pytest.raises(ValueError, match="perceptual features 'color', 'lpips'"):
        build(perceptual="vgg")
    with pytest.raises(ValueError, match=r"lpips_alex_v0\.1\.npz"):
        build(perceptual="lpips:nowhere.npz")
    with pytest.raises(ValueError, match="'srresnet', 'rrdb'"):
        build(architecture="unet")
    with pytest.raises(ValueError, match="adversarial > 0"):
        build(adversarial=0.0)
    with pytest.raises(ValueError, match="at least 16 pixels"):
        kgan.SRGAN((4, 4, 3), (8, 8, 3))
