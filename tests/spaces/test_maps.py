import numpy as np
import pytest
import tensorflow as tf
from scipy import ndimage

from kgan.spaces import Maps
from kgan.spaces.maps import heat, overlay, smoothed


def test_smoothing_against_scipy():
    maps = np.random.default_rng(0).uniform(size=(2, 20, 31)).astype("float32")
    sigma = 1.5

    def window(x):
        # With zeros beyond the border, and windows so wide that nothing is cut.
        return ndimage.gaussian_filter(x, sigma, mode="constant", truncate=20)

    expected = [window(m) / window(np.ones_like(m)) for m in maps.astype("float64")]
    np.testing.assert_allclose(smoothed(maps, sigma), expected, atol=1e-5)
    np.testing.assert_array_equal(smoothed(maps, 0.0), maps)
    # Beyond the border there is nothing: a constant stays one.
    np.testing.assert_allclose(smoothed(np.ones((1, 5, 9), "float32"), 3.0), 1.0, 1e-6)


def test_heat_and_overlay():
    levels = np.array([[[0.0, 0.5, 1.0, 9.0]]])
    colors = heat(levels, top=1.0)[0, 0]
    assert colors[:2].tolist() == [[0, 0, 4], [188, 55, 84]]
    assert colors[2:].tolist() == 2 * [[252, 255, 164]]
    gray = np.full((1, 1, 4, 1), 100, "uint8")
    mixed = overlay(gray, levels, top=1.0)[0, 0]
    # 3/4 of the hottest, none of the coldest
    assert mixed[0].tolist() == [100, 100, 100]
    assert mixed[2].tolist() == [214, 216, 148]
    rgba = np.full((1, 1, 4, 4), 100, "uint8")
    np.testing.assert_array_equal(overlay(rgba, levels, 1.0)[0, 0], mixed)
    # Without any heat nothing divides by 0.
    assert overlay(gray, np.zeros((1, 1, 4)), 0.0).max() == 100


def test_space():
    space = Maps((4, 6))
    assert space == Maps([4, 6])
    assert space.picture({"a": np.ones((4, 4, 6)), "b": np.zeros((4, 4, 6))}).ndim == 3
    assert space.request(3).shape == (3, 4, 6)
    with pytest.raises(ValueError, match=r"\(height, width\).*\(4, 6, 1\)"):
        Maps((4, 6, 1))
    with pytest.raises(tf.errors.InvalidArgumentError, match="expected finite maps"):
        space.check_values(tf.constant([np.nan]))
