import numpy as np
import pytest
from scipy.signal import convolve2d

from kgan import metrics
from kgan.metrics.ms_ssim import scales
from tests.metrics.metric_test_case import run_metric_test

WEIGHTS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]


def images(n, side, channels=1, seed=0):
    """Blocks of 4 x 4 pixels, a little alike, and noise."""
    shape = (side // 4, side // 4, channels)
    common = np.random.default_rng(99).uniform(-1, 1, size=(1, *shape))
    rng = np.random.default_rng(seed)
    blocks = common + rng.uniform(-0.5, 0.5, size=(n, *shape))
    fine = blocks.repeat(4, axis=1).repeat(4, axis=2)
    fine += rng.normal(0, 0.1, size=fine.shape)
    return np.clip(fine, -1, 1).astype("float32")


def reference(x, y):
    """MS-SSIM of two planes in [0, 1], by Wang et al.'s equations (1) to (7)."""
    offsets = np.arange(11) - 5
    window = np.exp(-np.square(offsets) / (2 * 1.5**2))
    window = np.outer(window, window) / window.sum() ** 2

    def mean(z):
        return convolve2d(z, window, mode="valid")

    side = min(x.shape)
    count = 0
    while count < 5 and side >= 11:
        side, count = (side + 1) // 2, count + 1
    weights = np.array(WEIGHTS[:count]) / sum(WEIGHTS[:count])
    result = 1.0
    for scale, weight in enumerate(weights):
        mx, my = mean(x), mean(y)
        vx, vy = mean(x * x) - mx**2, mean(y * y) - my**2
        structure = (2 * (mean(x * y) - mx * my) + 0.03**2) / (vx + vy + 0.03**2)
        luminance = (2 * mx * my + 0.01**2) / (mx**2 + my**2 + 0.01**2)
        last = scale == count - 1
        value = (structure * luminance if last else structure).mean()
        result *= max(value, 0.0) ** weight
        x, y = _halve(x), _halve(y)
    return result


def _halve(z):
    z = np.pad(z, [(0, z.shape[0] % 2), (0, z.shape[1] % 2)], mode="symmetric")
    return (z[::2, ::2] + z[1::2, ::2] + z[::2, 1::2] + z[1::2, 1::2]) / 4


@pytest.mark.parametrize(("side", "channels"), [(28, 1), (44, 3), (176, 1)])
def test_against_reference(side, channels):
    first, second = images(2, side, channels), images(2, side, channels, seed=1)
    expected = [
        np.mean([reference(a[..., c], b[..., c]) for c in range(channels)])
        for a, b in zip((first + 1.0) / 2, (second + 1.0) / 2, strict=True)
    ]
    np.testing.assert_allclose(metrics.ms_ssim(first, second), expected, rtol=1e-4)
    np.testing.assert_allclose(metrics.ms_ssim(first, first), 1.0, rtol=1e-5)


@pytest.mark.parametrize(
    ("side", "count"), [(11, 1), (20, 1), (21, 2), (28, 2), (64, 3), (160, 4), (161, 5)]
)
def test_scales(side, count):
    assert scales(side, side + 3) == count
    metrics.ms_ssim(np.zeros((1, side, side, 1)), np.zeros((1, side, side, 1)))


def test_pairs():
    array = images(3, 28)
    between = metrics.ms_ssim(array[[0, 0, 1]], array[[1, 2, 2]])
    drawn = metrics.ms_ssim_of_pairs(array, 60, seed=1)
    # An image is never paired with itself.
    distance = np.abs(drawn[:, None] - between)
    assert distance.min(axis=1).max() < 1e-6
    assert set(distance.argmin(axis=1)) == {0, 1, 2}


def test_score():
    metric = metrics.MSSSIM(pairs=100)
    value = metric.score(None, images(20, 28))["ms_ssim"]
    assert value.how == (
        "standard error over 100 pairs of 20 images; 2 of 5 scales, for 28x28 pixels"
    )
    alike = np.repeat(images(1, 28), 20, axis=0)
    assert metric.score(None, alike)["ms_ssim"].value == pytest.approx(1, rel=1e-5)
    assert 0 < value.value < 0.9


def test_stream():
    run_metric_test(metrics.MSSSIM(pairs=40, capacity=30), {"fake": images(30, 12)})


def test_bad_input():
    with pytest.raises(ValueError, match=r"at least 11x11 pixels.*Received: 8x8"):
        metrics.MSSSIM().score(None, images(3, 8))
    with pytest.raises(ValueError, match="at least 2 images"):
        metrics.ms_ssim_of_pairs(images(1, 28))
    with pytest.raises(ValueError, match="one shape"):
        metrics.ms_ssim(images(1, 28), images(2, 28))
    with pytest.raises(ValueError, match="pairs >= 1"):
        metrics.MSSSIM(pairs=0)
