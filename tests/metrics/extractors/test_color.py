import hashlib

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from kgan.metrics import extractors, frechet_distance, gaussian
from kgan.metrics.extractors import color as module
from kgan.metrics.extractors.color import CLASSES, SHA256, WEIGHTS


@pytest.fixture(scope="module")
def extractor():
    return extractors.get("color")


@pytest.fixture(scope="module")
def drawn():
    """Discs of random color and place on gradients: uint8 [256, 32, 32, 3]."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:32, :32]
    images = []
    for _ in range(256):
        slope = (x[..., None] * rng.uniform(0, 4, 3) + y[..., None]).astype("uint8")
        center, radius = rng.uniform(8, 24, 2), rng.uniform(4, 10)
        disc = np.hypot(x - center[0], y - center[1]) < radius
        images.append(np.where(disc[..., None], rng.integers(0, 256, 3), slope))
    return np.stack(images).astype("uint8")


def test_the_weights_are_those_of_the_digest():
    content = WEIGHTS.read_bytes()
    assert hashlib.sha256(content).hexdigest() == SHA256
    assert SHA256 in (WEIGHTS.parent / "README.md").read_text()
    assert len(content) <= 1_000_000


def test_damaged_weights(monkeypatch, tmp_path):
    path = tmp_path / "color.npz"
    content = bytearray(WEIGHTS.read_bytes())
    content[5000] ^= 1
    path.write_bytes(content)
    monkeypatch.setattr(module, "WEIGHTS", path)
    with pytest.raises(ValueError, match=r"sha256.*damaged. Install kgan again"):
        extractors.Color()


def test_outputs(extractor, drawn):
    made = extractor.extract(drawn[:5])
    assert made.features.shape == (5, extractor.feature_dim) == (5, 128)
    assert made.logits.shape == (5, len(CLASSES)) == (5, 30)
    assert len(set(CLASSES)) == 30
    expected = extractor.network(drawn[:5].astype("float32") / 127.5 - 1.0)
    np.testing.assert_allclose(made.features, expected["features"], atol=1e-3)
    np.testing.assert_allclose(made.logits, expected["logits"], atol=1e-3)


def test_other_channels(extractor, drawn):
    rgb, gray = drawn[:5], drawn[:5, ..., :1]
    made = extractor.extract(gray).features
    repeated = extractor.extract(np.repeat(gray, 3, axis=-1)).features
    np.testing.assert_allclose(made, repeated, atol=1e-4)
    opacity = np.full_like(gray, 255)
    made = extractor.extract(np.concatenate([rgb, opacity], axis=-1)).features
    expected = extractor.extract(rgb).features
    np.testing.assert_allclose(made, expected, atol=1e-3)
    clear = np.concatenate([rgb, 0 * opacity], axis=-1)
    white = extractor.extract(np.full_like(rgb, 255)).features
    np.testing.assert_allclose(extractor.extract(clear).features, white, atol=1e-3)


def test_other_sizes_as_pillow_resizes(extractor):
    rng = np.random.default_rng(0)
    large = rng.integers(0, 256, (80, 50, 3), dtype="uint8")
    small = np.asarray(
        Image.fromarray(large).resize((32, 32), Image.Resampling.BILINEAR)
    )
    made = extractor.extract(large[None]).features
    expected = extractor.extract(small[None]).features
    # Pillow rounds to whole levels.
    assert np.abs(made - expected).max() < 0.05 * np.abs(expected).max()
    other = extractor.extract(large[None, :32, :32]).features
    assert np.abs(other - expected).max() > 0.2 * np.abs(expected).max()


def test_features_see_color(extractor, drawn):
    """The features of LeNet are equal for all colors of one luma."""
    swapped = drawn[..., ::-1]
    one, other = (extractor.extract(x).features for x in (drawn, swapped))
    assert np.abs(one - other).mean() > 0.1


@pytest.mark.parametrize("kind", ["blur", "noise", "fewer colors"])
def test_the_frechet_distance_rises_with_a_degradation(extractor, drawn, kind):
    def degraded(strength):
        if kind == "blur":
            x = tf.cast(drawn, tf.float32)
            for _ in range(3 * strength):
                x = tf.nn.avg_pool2d(x, 3, 1, "SAME")
        elif kind == "noise":
            noise = np.random.default_rng(0).normal(size=drawn.shape)
            x = drawn + 20 * strength * noise
        else:
            step = 255 / (4 - strength)
            x = np.rint(drawn / step) * step
        return np.clip(x, 0, 255).astype("uint8")

    features = [extractor.extract(drawn).features]
    features += [extractor.extract(degraded(s)).features for s in (1, 3)]
    real, *others = map(gaussian, features)
    weak, strong = (frechet_distance(real, other) for other in others)
    assert 0 < weak < strong


def test_the_dtype_policy_does_not_change_it(extractor, drawn):
    expected = extractor.extract(drawn[:5]).features
    keras.config.set_dtype_policy("mixed_bfloat16")
    made = extractors.Color().extract(drawn[:5]).features
    np.testing.assert_array_equal(made, expected)
