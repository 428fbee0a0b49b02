import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.layers import DiffAugment
from kgan.layers import diff_augment as changes
from tests.game_test_case import two_replicas
from tests.layers.augmentation_test_case import (
    check_replicas_draw_as_one,
    check_second_gradient,
    check_types_and_compilers,
)


def images_of(*shape, seed=0):
    return tf.constant(np.random.default_rng(seed).uniform(-1, 1, shape), "float32")


def test_colors():
    x = images_of(2, 3, 4, 3)
    b = np.array([0.25, -0.5], "float32").reshape(2, 1, 1, 1)
    np.testing.assert_allclose(changes.brighten(x, b[:, 0, 0, 0]), x + b)
    # No saturation: all channels are their mean. Twice as much: twice the distance.
    gray = np.asarray(x).mean(axis=3, keepdims=True)
    np.testing.assert_allclose(
        changes.saturate(x, tf.constant([0.0, 2.0])),
        np.stack([gray[0] + 0 * x[0], 2 * x[1] - gray[1]]),
        atol=1e-6,
    )
    mean = np.asarray(x).mean(axis=(1, 2, 3), keepdims=True)
    np.testing.assert_allclose(
        changes.add_contrast(x, tf.constant([0.5, 1.5])),
        np.stack([(x[0] + mean[0]) / 2, 1.5 * x[1] - 0.5 * mean[1]]),
        atol=1e-6,
    )


def test_gray_images_have_no_saturation():
    x = images_of(2, 3, 4, 1)
    assert changes.saturate(x, tf.constant([0.0, 2.0])) is x


def test_translation_lets_0_in():
    x = tf.reshape(tf.range(1.0, 10.0), [1, 3, 3, 1])
    x = tf.tile(x, [3, 1, 1, 1])
    moved = changes.translate(x, tf.constant([1, -1, 0]), tf.constant([1, 0, 5]))
    expected = [
        [[0, 0, 0], [0, 1, 2], [0, 4, 5]],
        [[4, 5, 6], [7, 8, 9], [0, 0, 0]],
        np.zeros((3, 3)),
    ]
    np.testing.assert_array_equal(moved[..., 0], expected)


def test_cutout():
    x = tf.ones((3, 4, 6, 2))
    cut = changes.cut_out(x, tf.constant([0, 2, 4]), tf.constant([0, 3, 5]))
    expected = np.ones((3, 4, 6))
    # The first and the last reach over the border.
    expected[0, :1, :2] = 0
    expected[1, 1:3, 2:5] = 0
    expected[2, 3:, 4:] = 0
    for channel in range(2):
        np.testing.assert_array_equal(cut[..., channel], expected)


def test_ranges():
    x = tf.ones((400, 16, 16, 1))
    shifted = DiffAugment("translation", seed=0)(x, training=True)[..., 0]
    # 0 to 2 of 16 rows and columns are new, all about as often.
    for axis in (1, 2):
        new = 16 - np.asarray(shifted).max(axis).sum(1)
        counts = np.bincount(new.astype(int), minlength=3) / 400
        np.testing.assert_allclose(counts, [0.2, 0.4, 0.4], atol=0.08)
    cut = np.asarray(DiffAugment("cutout", seed=0)(x, training=True))[..., 0] == 0
    rows = cut.any(2).sum(1)
    assert rows.max() == 8
    assert rows.min() == 4
    bright = DiffAugment("color", seed=0)(x, training=True)
    b = np.asarray(bright)[:, 0, 0, 0] - 1
    assert -0.5 <= b.min() < -0.48 and 0.48 < b.max() < 0.5


def test_images_stay_outside_of_training():
    x = images_of(2, 8, 8, 1)
    assert DiffAugment(seed=0)(x) is x


def test_changes_follow_the_order_and_draw_the_same():
    x = images_of(4, 8, 8, 3)
    both = DiffAugment(["cutout", "translation"], seed=1)(x, training=True)
    first = DiffAugment("cutout", seed=1)(x, training=True)
    then = DiffAugment("translation", seed=1)(first, training=True)
    np.testing.assert_array_equal(both, then)
    again = DiffAugment("translation,cutout", seed=1)(x, training=True)
    assert np.abs(again - both).max() > 0


def test_second_gradient():
    check_second_gradient(lambda: DiffAugment(seed=2))


def test_types_and_compilers():
    check_types_and_compilers(lambda: DiffAugment(seed=2))


def test_replicas_draw_as_one():
    check_replicas_draw_as_one(lambda: DiffAugment(seed=3), two_replicas())


def test_config_round_trip(tmp_path):
    layer = DiffAugment(["color", "cutout"], seed=4)
    model = kgan.DCGAN((28, 28, 1), 4, width=2, augment=layer)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras").augment
    assert isinstance(loaded, DiffAugment)
    assert (loaded.policy, loaded.seed) == ("color,cutout", 4)


def test_bad_input():
    with pytest.raises(ValueError, match="Did you mean translation"):
        DiffAugment("color,translate")
    for policy in ("color,color", []):
        with pytest.raises(ValueError, match="each name once"):
            DiffAugment(policy)
    for shape in ((2, 8), (2, 8, 1, 1)):
        with pytest.raises(ValueError, match="at least 2x2"):
            DiffAugment()(tf.zeros(shape))
