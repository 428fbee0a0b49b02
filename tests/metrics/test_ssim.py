import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from kgan import metrics


def images(n=3, shape=(20, 24, 3), seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (n, *shape), dtype="uint8")


def floats(levels):
    return levels.astype("float32") / np.float32(127.5) - 1


def reference(x, y):
    """scikit-image's structural_similarity of two planes of levels, as documented: with
    gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255."""
    x, y = x.astype("float64"), y.astype("float64")

    def mean(z):
        return gaussian_filter(z, 1.5, truncate=3.5)

    mx, my = mean(x), mean(y)
    vx, vy = mean(x * x) - mx**2, mean(y * y) - my**2
    covariance = mean(x * y) - mx * my
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    similarity = (2 * mx * my + c1) * (2 * covariance + c2)
    similarity /= (mx**2 + my**2 + c1) * (vx + vy + c2)
    return similarity[5:-5, 5:-5].mean()


def expected(first, second):
    return [
        np.mean([reference(a[..., c], b[..., c]) for c in range(a.shape[-1])])
        for a, b in zip(first, second, strict=True)
    ]


@pytest.mark.parametrize("channels", [1, 3])
def test_against_the_definition_of_scikit_image(channels):
    first = images(shape=(20, 24, channels))
    second = first // 2 + images(shape=(20, 24, channels), seed=1) // 2
    made = metrics.SSIM().each(floats(first), floats(second))
    np.testing.assert_allclose(made, expected(first, second), rtol=1e-9)


def test_luma_and_crop():
    first = images(shape=(24, 24, 3))
    second = first // 2 + images(shape=(24, 24, 3), seed=1) // 2
    luma = [
        np.round(x @ [65.481, 128.553, 24.966] / 255 + 16)[:, 2:-2, 2:-2, None]
        for x in (first, second)
    ]
    made = metrics.SSIM(channel="y", crop=2).each(floats(first), floats(second))
    np.testing.assert_allclose(made, expected(*luma), rtol=1e-9)


def test_equal_and_opposite_images():
    x = images()
    np.testing.assert_allclose(metrics.SSIM().each(floats(x), floats(x)), 1, rtol=1e-12)
    assert (metrics.SSIM().each(floats(x), floats(255 - x)) < 0).all()
