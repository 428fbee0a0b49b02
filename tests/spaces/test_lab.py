"""Colors of CIE L*a*b*."""

import numpy as np
import tensorflow as tf

from kgan.spaces.lab import MOST, lab_to_rgb, rgb_to_lab

# Of scikit-image 0.25's rgb2lab, which has the same matrix and white.
CORNERS = {
    (0, 0, 0): (0.0, 0.0, 0.0),
    (0, 0, 1): (32.2957, 79.1856, -107.8573),
    (0, 1, 0): (87.7351, -86.1830, 83.1797),
    (0, 1, 1): (91.1133, -48.0906, -14.1263),
    (1, 0, 0): (53.2406, 80.0923, 67.2028),
    (1, 0, 1): (60.3235, 98.2331, -60.8210),
    (1, 1, 0): (97.1395, -21.5547, 94.4781),
    (1, 1, 1): (100.0, -0.0025, 0.0047),
}


def test_the_corners_of_the_cube():
    rgb = 2.0 * np.array(list(CORNERS), "float64") - 1.0
    lab = rgb_to_lab(rgb).numpy()
    np.testing.assert_allclose(lab, list(CORNERS.values()), atol=6e-5)
    assert np.abs(lab[:, 1:]).max() < MOST


def test_there_and_back_again():
    rgb = np.random.default_rng(0).uniform(-1, 1, (2, 40, 40, 3))
    back = lab_to_rgb(rgb_to_lab(rgb))
    np.testing.assert_allclose(back, rgb, atol=1e-10)
    # In the precision of training too, where a level is 2 / 255.
    single = lab_to_rgb(rgb_to_lab(rgb.astype("float32")))
    np.testing.assert_allclose(single, rgb, atol=1e-4)


def test_colors_that_srgb_does_not_have_are_clipped():
    rgb = lab_to_rgb(np.array([[50.0, -110.0, -110.0]])).numpy()
    assert rgb.min() == -1.0
    assert rgb.max() <= 1.0


def test_slopes_are_finite_where_it_is_dark():
    x = tf.Variable(np.full((1, 3), -1.0))
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(lab_to_rgb(rgb_to_lab(x)))
    assert np.isfinite(tape.gradient(y, x)).all()
