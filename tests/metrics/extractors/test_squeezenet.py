import os
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from kgan.metrics import extractors
from kgan.networks import squeezenet


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A file of random weights, and the network that has them."""
    network = squeezenet(seed=3)
    path = tmp_path_factory.mktemp("weights") / "squeezenet_v1.0_imagenet.npz"
    arrays = {w.path.replace("/", "_"): w.numpy() for w in network.weights}
    np.savez(path, **arrays)
    return path, network


def levels(n=2, shape=(40, 30, 3)):
    return np.random.default_rng(0).integers(0, 256, (n, *shape), dtype="uint8")


def test_preparation_and_outputs(weights):
    path, network = weights
    extractor = extractors.get(f"squeezenet:{path}")
    assert extractors.get(f"squeezenet:{path}") is extractor
    x = levels()
    made = extractor.extract(x)
    assert made.features.shape == (2, 512)
    resized = tf.image.resize(x, (227, 227), antialias=True).numpy()
    expected = network(resized[..., ::-1] - np.array([104, 117, 123], "float32"))
    np.testing.assert_allclose(made.features, expected["features"], rtol=2e-3)
    np.testing.assert_allclose(made.logits, expected["logits"], rtol=2e-3, atol=1e-3)
    gray = x[..., :1]
    color = extractor.extract(np.repeat(gray, 3, axis=-1))
    np.testing.assert_array_equal(extractor.extract(gray).features, color.features)


def test_the_folder_of_weights(weights, monkeypatch):
    path, _ = weights
    monkeypatch.setenv("KGAN_WEIGHTS", str(path.parent))
    one, other = extractors.SqueezeNet(), extractors.SqueezeNet(path)
    assert one.digest == other.digest


def test_weights_of_another_network(tmp_path):
    path = tmp_path / "other.npz"
    np.savez(path, conv1_kernel=np.zeros((11, 11, 3, 64)))
    with pytest.raises(ValueError, match=r"weights of squeezenet.*\(11, 11, 3, 64\)"):
        extractors.get(f"squeezenet:{path}")


@pytest.mark.slow
def test_the_published_weights():
    """A third of the 1,248,424 weights of Deep Compression's file is not zero."""
    shared = os.environ.get("KGAN_SHARED_DATA")
    if not shared:
        pytest.skip("KGAN_SHARED_DATA does not name a folder")
    folder = Path(shared, "weights")
    extractor = extractors.SqueezeNet(folder / "squeezenet_v1.0_imagenet.npz")
    nonzero = sum(np.count_nonzero(w) for w in extractor.network.get_weights())
    assert nonzero / extractor.network.count_params() == pytest.approx(1 / 3, abs=0.02)
    from PIL import Image

    bird = np.asarray(Image.open(folder / "lpips_example_ref.png").convert("RGB"))
    logits = extractor.extract(bird[None]).logits
    assert np.isfinite(logits).all()
    assert (logits >= 0).all()
