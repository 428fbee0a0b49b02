import numpy as np

from kgan.layers import PixelNormalization


def test_mean_square_is_1_at_each_pixel():
    x = np.random.default_rng(0).normal(size=(2, 3, 3, 8)).astype("float32")
    y = PixelNormalization()(x).numpy()
    np.testing.assert_allclose((y**2).mean(axis=-1), 1.0, rtol=1e-5)
    np.testing.assert_allclose(y / x, (y / x)[..., :1] * np.ones(8), rtol=1e-4)


def test_zeros_stay_finite():
    np.testing.assert_array_equal(PixelNormalization()(np.zeros((2, 4))), 0.0)
