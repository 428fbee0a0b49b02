import importlib

import numpy as np
import pytest
from scipy import ndimage, stats

from kgan import metrics
from tests.metrics.metric_test_case import run_metric_test


def images(n, shape=(28, 28, 1), seed=0, noise=0.2):
    rng = np.random.default_rng(seed)
    pixels = rng.normal(0, noise, size=(n, *shape)) + rng.uniform(-0.5, 0.5)
    return np.clip(pixels, -1, 1).astype("float32")


@pytest.mark.parametrize("m", [50, 31])
def test_against_scipy(m):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(50, 3)), rng.normal(0.5, 2, size=(m, 3))
    axes = np.random.default_rng(4).normal(size=(20, 3))
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    expected = [stats.wasserstein_distance(a @ u, b @ u) for u in axes]
    distances = metrics.sliced_wasserstein(a, b, directions=20, seed=4)
    np.testing.assert_allclose(distances, expected, rtol=1e-10)


def test_blocks(monkeypatch):
    a, b = np.random.default_rng(0).normal(size=(2, 50, 3))
    expected = metrics.sliced_wasserstein(a, b)
    # The name in the package is that of the function.
    module = importlib.import_module("kgan.metrics.sliced_wasserstein")
    monkeypatch.setattr(module, "_BLOCK", 500)
    np.testing.assert_allclose(metrics.sliced_wasserstein(a, b), expected, rtol=1e-12)


def test_pyramid_against_scipy():
    array = images(2, (57, 60, 3)).astype("float64")
    window = np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]) / 256
    window = window[None, :, :, None]
    half = ndimage.convolve(array, window, mode="mirror")[:, ::2, ::2]
    quarter = ndimage.convolve(half, window, mode="mirror")[:, ::2, ::2]
    up = np.zeros(half.shape)
    up[:, ::2, ::2] = quarter
    difference = half - ndimage.convolve(up, 4 * window, mode="mirror")
    levels = metrics.laplacian_pyramid(array)
    assert [level.shape[1:3] for level in levels] == [(57, 60), (29, 30), (15, 15)]
    np.testing.assert_allclose(levels[1], difference, atol=1e-12)
    np.testing.assert_allclose(levels[2], quarter, atol=1e-12)


def test_a_level_of_one_colour_is_all_in_the_last():
    fine, coarse = metrics.laplacian_pyramid(np.full((1, 28, 28, 1), 0.3))
    np.testing.assert_allclose(fine, 0.0, atol=1e-12)
    np.testing.assert_allclose(coarse, 0.3)


def test_patches():
    array = images(5, (32, 40, 2))
    found = metrics.patches(array, count=9, seed=1)
    assert {side: p.shape for side, p in found.items()} == {
        32: (45, 98),
        16: (45, 98),
    }
    channels = found[16].reshape(45, 2, 49)
    np.testing.assert_allclose(channels.mean(axis=(0, 2)), 0.0, atol=1e-6)
    np.testing.assert_allclose(channels.std(axis=(0, 2)), 1.0, rtol=1e-5)
    # An image without detail has none, and no NaN.
    assert not metrics.patches(np.zeros((2, 28, 28, 1)), 3)[28].any()


def test_patches_are_of_the_images():
    # One level: the patches are pixels, less their mean, over their deviation.
    array = images(1, (9, 8, 1))
    (found,) = metrics.patches(array, count=4, seed=1).values()
    windows = np.lib.stride_tricks.sliding_window_view(array[0, :, :, 0], (7, 7))
    windows = windows.reshape(-1, 49)
    correlations = np.corrcoef(found, windows)[:4, 4:]
    np.testing.assert_allclose(correlations.max(axis=1), 1.0, atol=1e-6)


def test_score():
    metric = metrics.SlicedWasserstein(patches=16, directions=64)
    real, alike = images(300, seed=0), images(300, seed=1)
    blurred = ndimage.gaussian_filter(images(300, seed=2), [0, 1, 1, 0])
    of_alike = metric.score(real, alike)["sliced_wasserstein"]
    value = metric.score(real, blurred)["sliced_wasserstein"]
    assert value.value > 3 * of_alike.value
    assert (
        "300 real and 300 generated images, 16 patches each, x1000: 28px" in value.how
    )


def test_stream():
    sides = {"real": images(30, (14, 14, 1)), "fake": images(25, (14, 14, 1), seed=1)}
    metric = metrics.SlicedWasserstein(patches=4, directions=8, capacity=30)
    run_metric_test(metric, sides)


def test_bad_input():
    metric = metrics.SlicedWasserstein()
    with pytest.raises(ValueError, match="at least 7x7 pixels"):
        metric.score(images(2, (6, 6, 1)), images(2, (6, 6, 1)))
    with pytest.raises(ValueError, match="same shape"):
        metric.score(images(2), images(2, (28, 28, 3)))
    with pytest.raises(ValueError, match="directions=1"):
        metrics.SlicedWasserstein(directions=1)
