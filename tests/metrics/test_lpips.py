import os
from pathlib import Path

import keras
import numpy as np
import pytest

import kgan
from kgan import metrics
from kgan.networks import alexnet, lpips, perceptual_distance


def random_weights(folder, lin=1.0):
    """A file of random weights in the form of lpips_alex_v0.1.npz."""
    network = alexnet(seed=1)
    arrays = {w.path.replace("/", "_"): w.numpy() for w in network.weights}
    rng = np.random.default_rng(0)
    for i, x in enumerate(network.outputs):
        arrays[f"lin{i}"] = (lin * rng.uniform(0, 1, x.shape[-1])).astype("float32")
    path = folder / "lpips_alex_v0.1.npz"
    np.savez(path, **arrays)
    return path


def images(n=3, side=64, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(-1, 1, (n, side, side, 3)).astype("float32")


def test_it_is_the_distance_of_the_network(tmp_path):
    path = random_weights(tmp_path)
    network = lpips(seed=1)
    with np.load(path) as arrays:
        for i in range(5):
            root = np.sqrt(arrays[f"lin{i}"]).reshape(1, 1, -1, 1)
            network.get_layer(f"lin{i}").kernel.assign(root)
    one, other = images(), images(seed=1)
    metric = metrics.LPIPS(str(path))
    made = metric.each(one, other)
    expected = perceptual_distance(network(one), network(other))
    np.testing.assert_allclose(made, expected, rtol=1e-5)
    np.testing.assert_array_equal(metric.each(one, one), 0)
    np.testing.assert_allclose(metric.each(other, one), made, rtol=1e-6)
    metric.update_state(fake=one[:2], target=other[:2])
    metric.update_state(fake=one[2:], target=other[2:])
    assert metric.result()["lpips"] == pytest.approx(made.mean(), rel=1e-5)
    copy = kgan.metrics.get(keras.saving.serialize_keras_object(metric))
    assert copy.get_config()["weights"] == str(path)


def test_the_first_use_may_be_in_a_graph(tmp_path):
    import tensorflow as tf

    metric = metrics.LPIPS(str(random_weights(tmp_path)))
    one, other = images(), images(seed=1)
    metric.build(one.shape[1:])
    tf.function(lambda a, b: metric.update_state(fake=a, target=b))(one, other)
    expected = metric.each(other, one).mean()
    assert metric.result()["lpips"] == pytest.approx(expected, rel=1e-5)


def test_without_weights(monkeypatch):
    monkeypatch.delenv("KGAN_WEIGHTS", raising=False)
    with pytest.raises(ValueError, match=r"lpips_alex_v0.1.npz.*KGAN_WEIGHTS"):
        metrics.LPIPS().each(images(), images())


@pytest.mark.slow
def test_the_example_of_the_authors():
    """ref-p0 0.722 and ref-p1 0.138 in the README of PerceptualSimilarity."""
    from PIL import Image

    shared = os.environ.get("KGAN_SHARED_DATA")
    if not shared:
        pytest.skip("KGAN_SHARED_DATA does not name a folder")
    folder = Path(shared, "weights")
    reference, p0, p1 = (
        np.asarray(Image.open(folder / f"lpips_example_{name}.png").convert("RGB"))
        for name in ("ref", "p0", "p1")
    )
    metric = metrics.LPIPS(str(folder / "lpips_alex_v0.1.npz"))
    pairs = np.stack([[reference, reference], [p0, p1]]) / np.float32(127.5) - 1
    np.testing.assert_allclose(metric.each(*pairs), [0.722, 0.138], atol=0.0006)
