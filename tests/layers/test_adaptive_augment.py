from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.layers import AdaptiveAugment, color_matrices, motions
from kgan.layers.chance import Chance
from kgan.layers.warp import blit, enlarging, reducing, warp
from kgan.random.draws import Draws
from tests.game_test_case import two_replicas
from tests.layers.augmentation_test_case import (
    check_replicas_draw_as_one,
    check_second_gradient,
    check_types_and_compilers,
)


def images_of(*shape, seed=0):
    return tf.constant(np.random.default_rng(seed).uniform(-1, 1, shape))


def numbers(*values):
    return tf.constant(values, "float64")


def ramp(size):
    """[1, size, size, 2]: x and y of each pixel, from the center."""
    places = np.arange(size) - (size - 1) / 2
    return tf.constant(np.stack(np.meshgrid(places, places), 2)[None])


# Pixel blitting


def test_flips_and_turns_copy_pixels():
    x = images_of(4, 5, 5, 3)
    flipped = blit(x, motions.flip(numbers(0, 1, 0, 1)))
    for i in range(4):
        np.testing.assert_array_equal(flipped[i], x[i, :, ::-1] if i % 2 else x[i])
    turned = blit(x, motions.rotate(numbers(0, 1, 2, 3) * (np.pi / 2)))
    for i in range(4):
        np.testing.assert_array_equal(turned[i], np.rot90(x[i], i))


def test_shifts_let_the_mirror_image_in():
    x = images_of(2, 4, 6, 1)
    shifted = blit(x, motions.shift(numbers(2, -1), numbers(0, 3)))
    padded = np.pad(x, [[0, 0], [3, 3], [3, 3], [0, 0]], "reflect")
    np.testing.assert_array_equal(shifted[0], padded[0, 3:7, 1:7])
    np.testing.assert_array_equal(shifted[1], padded[1, 0:4, 4:10])


def test_the_leftmost_motion_is_the_first():
    x = images_of(1, 5, 5, 1)
    matrix = motions.flip(numbers(1)) @ motions.shift(numbers(1), numbers(0))
    first = blit(x, motions.flip(numbers(1)))
    expected = blit(first, motions.shift(numbers(1), numbers(0)))
    np.testing.assert_array_equal(blit(x, matrix), expected)


# Geometry


@pytest.mark.parametrize("size", [2, 3, 7, 28])
def test_enlarging_and_reducing_change_nothing(size):
    large = enlarging(size)
    assert large.shape == (4 * (size - 1), size)
    # Constant images stay constant.
    np.testing.assert_allclose(large.sum(1), 1, atol=1e-9)
    # The places -5 ... 2 size + 4 of the period, which the reduced pixels see.
    seen = large[np.arange(-5, 2 * size + 5) % len(large)]
    np.testing.assert_allclose(reducing(size) @ seen, np.eye(size), atol=1e-9)


def test_whole_shifts_are_exact():
    x = images_of(3, 8, 9, 2)
    np.testing.assert_allclose(
        warp(x, tf.eye(3, batch_shape=[3], dtype="float64")), x, atol=1e-9
    )
    matrix = motions.shift(numbers(2, -11, 30), numbers(0, 3, -5))
    np.testing.assert_allclose(warp(x, matrix), blit(x, matrix), atol=1e-9)


def middle(images):
    return np.asarray(images)[0, 8:16, 8:16]


def test_motions_of_a_ramp():
    x = ramp(24)
    # The image moves by half a pixel: its values fall by half.
    moved = warp(x, motions.shift(numbers(0.5), numbers(-0.25)))
    np.testing.assert_allclose(middle(moved), middle(x) - [0.5, -0.25], atol=1e-9)
    # The center of the filter is known to 1/200 of a pixel.
    wide = warp(x, motions.scale(numbers(2), numbers(0.8)))
    np.testing.assert_allclose(middle(wide), middle(x) / [2, 0.8], atol=0.005)
    flipped = warp(x, motions.flip(numbers(1)))
    np.testing.assert_allclose(middle(flipped), middle(x) * [-1, 1], atol=0.005)
    turned = warp(x, motions.rotate(numbers(np.pi / 6)))
    cosine, sine = np.cos(np.pi / 6), 0.5
    right, down = middle(x)[..., 0], middle(x)[..., 1]
    expected = np.stack([cosine * right - sine * down, sine * right + cosine * down], 2)
    np.testing.assert_allclose(middle(turned), expected, atol=0.005)


def test_rotations_happen_once_or_twice_with_probability_p():
    draws = Draws(0)
    chance = Chance(draws, 4000, 0.36, 7, 4)
    matrix = np.asarray(motions.draw_geometry(chance, 8, 8))
    # Scales alone leave 0 beside the diagonal.
    assert abs((matrix[:, 0, 1] != 0).mean() - 0.36) < 0.03


# Color


def of_colors(matrix, color):
    pixels = tf.constant(color, "float64", [1, 1, 1, 3])
    return np.asarray(color_matrices.apply(pixels, matrix)).ravel()


def test_colors():
    color = np.array([0.6, -0.3, 0.3])
    np.testing.assert_allclose(
        of_colors(color_matrices.brighten(numbers(0.2)), color), color + 0.2
    )
    np.testing.assert_allclose(
        of_colors(color_matrices.add_contrast(numbers(1.5)), color), 1.5 * color
    )
    # The mean is 0.2: 0.4 less of all.
    np.testing.assert_allclose(
        of_colors(color_matrices.flip_luma(numbers(1)), color), color - 0.4
    )
    np.testing.assert_allclose(
        of_colors(color_matrices.flip_luma(numbers(0)), color), color
    )
    # A third of a full turn: red becomes green.
    np.testing.assert_allclose(
        of_colors(color_matrices.turn_hue(numbers(2 * np.pi / 3)), color),
        color[[2, 0, 1]],
    )
    np.testing.assert_allclose(
        of_colors(color_matrices.saturate(numbers(2)), color), 2 * color - 0.2
    )


def test_gray_images_are_the_mean_of_their_colors():
    matrix = color_matrices.add_contrast(numbers(2)) @ color_matrices.brighten(
        numbers(0.25)
    )
    matrix = color_matrices.turn_hue(numbers(1)) @ matrix
    gray = tf.constant(0.5, "float64", [1, 2, 2, 1])
    np.testing.assert_allclose(color_matrices.apply(gray, matrix), 0 * gray + 1.5)
    np.testing.assert_allclose(
        color_matrices.apply(gray, color_matrices.flip_luma(numbers(1))), -gray
    )


# The layer


def test_nothing_happens_at_0():
    x = tf.cast(images_of(3, 8, 8, 3), "float32")
    np.testing.assert_array_equal(AdaptiveAugment(0, policy="bc")(x, training=True), x)
    np.testing.assert_allclose(AdaptiveAugment(0)(x, training=True), x, atol=2e-6)
    assert AdaptiveAugment(1)(x) is x


@pytest.mark.parametrize("channels", [1, 3])
def test_all_happens_at_1(channels):
    x = tf.cast(images_of(256, 8, 6, channels), "float32")
    y = np.asarray(AdaptiveAugment(1, seed=0)(x, training=True))
    assert np.isfinite(y).all()
    assert np.abs(y).max() < 50
    assert np.abs(y - x).max((1, 2, 3)).min() > 0.01


@pytest.mark.parametrize("policy", ["b", "g", "c"])
def test_p_is_the_part_of_changes(policy):
    x = tf.cast(images_of(2000, 4, 4, 1), "float32")
    y = AdaptiveAugment(0.2, policy=policy, seed=0)(x, training=True)
    changed = (np.abs(y - x).max((1, 2, 3)) > 1e-4).mean()
    # Flips and quarter turns are no change in 1 of 2 and 1 of 4 cases; shifts by at
    # most 0.5 of 4 pixels round to 0.
    same = {"b": 0.9 * 0.85, "g": 0.8**4, "c": 0.8**2 * 0.9}[policy]
    assert abs(changed - (1 - same)) < 0.04


def test_second_gradient():
    check_second_gradient(lambda: AdaptiveAugment(0.9, seed=2))
    check_second_gradient(lambda: AdaptiveAugment(0.9, policy="bc", seed=2))


@pytest.mark.parametrize("policy", ["bgc", "bc"])
def test_types_and_compilers(policy):
    check_types_and_compilers(lambda: AdaptiveAugment(0.9, policy=policy, seed=2))


def test_replicas_draw_as_one():
    check_replicas_draw_as_one(lambda: AdaptiveAugment(0.7, seed=3), two_replicas())


# The controller


def game(step, r_t, batch=10, **kwargs):
    return SimpleNamespace(
        steps=step,
        batch_size=batch,
        watched={"augment/r_t": tf.convert_to_tensor(r_t)},
        **kwargs,
    )


def test_p_follows_the_signs():
    layer = AdaptiveAugment(0.1, target=0.5, images=100, every=2)
    signs = [0.2, 0.9] + [0.6, 0.3] + [0.9, 0.0] + [1.0, 1.0] * 6 + [-1.0, 0.5]
    # 20 images at each change. Means 0.55, 0.45, 0.45, 1 and -0.25.
    ps = [0.3, 0.1, 0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.0, 0.8]
    before = 0.1
    for step, sign in enumerate(signs, 1):
        layer.after_step(game(step, sign))
        expected = before if step % 2 else ps[step // 2 - 1]
        np.testing.assert_allclose(layer.p, expected, atol=1e-6)
        assert float(layer.sign_count) == (10 if step % 2 else 0)
        before = expected


def test_changes_of_p_count_the_images_seen():
    layer = AdaptiveAugment(0.0, target=0.0, images=100, every=2)
    layer.after_step(game(1, 1.0, batch=tf.constant(30)))
    # (30 - 10) / 40 is above 0.
    layer.after_step(game(2, -1.0, batch=tf.constant(10)))
    np.testing.assert_allclose(layer.p, 0.4)


def test_monitor():
    layer = AdaptiveAugment(0.25)
    logits = [tf.constant([[3.0, -1.0]]), tf.constant([[0.0], [0.5], [2.0]])]
    logs = layer.monitor(logits, None)
    assert float(logs["augment/p"]) == 0.25
    # Signs 1, -1, 0, 1, 1.
    np.testing.assert_allclose(logs["augment/r_t"], 0.4)


def test_p_that_stays_or_follows_a_schedule():
    layer = AdaptiveAugment(0.25, target=None)
    layer.after_step(SimpleNamespace())
    assert float(layer.p) == 0.25
    layer = AdaptiveAugment(kgan.schedules.Linear(0.5, 0.0, images=100))
    assert float(layer.p) == 0.5
    layer.after_step(SimpleNamespace(images_seen=tf.constant(50)))
    assert float(layer.p) == 0.25
    again = AdaptiveAugment.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert float(again.schedule(50)) == 0.25


def test_replicas_have_one_p():
    strategy = two_replicas()
    with strategy.scope():
        layer = AdaptiveAugment(0.5, target=0.0, images=100, every=1)

    @tf.function
    def part():
        own = tf.distribute.get_replica_context().replica_id_in_sync_group
        # 1 and -0.8: the mean is above 0.
        layer.after_step(game(1, 1.0 - 1.8 * tf.cast(own, "float32")))

    strategy.run(part)
    values = strategy.experimental_local_results(layer.p.value)
    np.testing.assert_allclose([float(value) for value in values], [0.6, 0.6])


def test_saved_with_a_model(tmp_path):
    layer = AdaptiveAugment(0.25, target=0.7, images=1000, every=3, policy="b", seed=4)
    model = kgan.DCGAN((28, 28, 1), 4, width=2, augment=layer)
    layer.p.assign(0.375)
    layer.sign_sum.assign(-2.0)
    layer.sign_count.assign(8.0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras").augment
    assert loaded.get_config() == layer.get_config()
    numbers = [float(v) for v in (loaded.p, loaded.sign_sum, loaded.sign_count)]
    assert numbers == [0.375, -2.0, 8.0]
    # The seeds too: both go on alike.
    x = tf.cast(images_of(4, 28, 28, 1), "float32")
    np.testing.assert_array_equal(loaded(x, training=True), layer(x, training=True))


def test_bad_input():
    for kwargs, match in (
        ({"p": 1.5}, r"p in \[0, 1\]"),
        ({"p": "often"}, "Schedule"),
        ({"target": 1.0}, "target in"),
        ({"images": 0}, "images > 0"),
        ({"every": 0}, "every >= 1"),
        ({"policy": "bgx"}, "letters of 'bgc'"),
        ({"policy": "bb"}, "letters of 'bgc'"),
        ({"policy": ""}, "letters of 'bgc'"),
    ):
        with pytest.raises(ValueError, match=match):
            AdaptiveAugment(**kwargs)
    with pytest.raises(ValueError, match="1 or 3 channels"):
        AdaptiveAugment()(tf.zeros((1, 8, 8, 2)))
    with pytest.raises(ValueError, match=r"augment\.monitor"):
        AdaptiveAugment().after_step(SimpleNamespace(watched={}))
