import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.models.colorization import colors, lightness
from kgan.spaces.lab import rgb_to_lab
from tests.game_test_case import run_game_test


def build(**kwargs):
    return kgan.Colorization((8, 8, 1), width=2, depth=1, seed=0, **kwargs)


def test_colorization(tmp_path):
    run_game_test(build, tmp_path, eagerly=True)


def test_the_lightness_of_a_picture_stays():
    model = build()
    gray = np.random.default_rng(0).uniform(-0.6, 0.6, (3, 8, 8, 1)).astype("float32")
    # Colors that sRGB has at every lightness.
    last = model.generator.get_layer("to_image")
    last.kernel.assign(0.1 * last.kernel)
    last.bias.assign([0.05, -0.05])
    made = model.translate(gray)
    assert np.ptp(made, axis=-1).max() > 0.05
    l_star = rgb_to_lab(made).numpy()[..., :1]
    np.testing.assert_allclose(l_star, 50 * (lightness(gray) + 1), atol=0.02)


def test_no_color_is_gray():
    model = build()
    last = model.generator.get_layer("to_image")
    last.kernel.assign(keras.ops.zeros_like(last.kernel))
    gray = np.linspace(-1, 1, 64, dtype="float32").reshape(1, 8, 8, 1)
    np.testing.assert_allclose(model.translate(gray), gray.repeat(3, -1), atol=1e-3)


def test_what_the_players_see():
    red = tf.constant(np.full((1, 8, 8, 3), [1.0, -1.0, -1.0]), "float32")
    batch = build().play((tf.fill((1, 8, 8, 1), 0.0), red), training=True)
    np.testing.assert_allclose(
        batch.real[0, 0, 0], [80.0923 / 110, 67.2028 / 110], 1e-4
    )
    # A gray of half the levels has a lightness of 53.39.
    np.testing.assert_allclose(batch.source[0, 0, 0], [53.389 / 50 - 1], atol=1e-4)
    assert batch.fake.shape == (1, 8, 8, 2)
    assert np.abs(colors(batch.real[..., :1] * np.ones(3))).max() < 1e-4


def test_bad_input():
    with pytest.raises(ValueError, match="Expected gray sources"):
        kgan.Colorization((16, 16, 3))
    with pytest.raises(ValueError, match="of one size"):
        kgan.Colorization((32, 32, 1), (64, 64, 3))
