import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.metrics import extractors
from kgan.metrics.extractors import Extractor, Network, Outputs, Pixels
from kgan.metrics.extractors.extractor import as_channels, digest_of


class Mean(Extractor):
    name = "mean"

    def outputs(self, images):
        mean = tf.reduce_mean(images, axis=(1, 2))
        return Outputs(mean, -mean)


def images(n=7, shape=(4, 4, 1), seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (n, *shape)).astype("float32")


def test_extract_is_the_same_in_any_batches():
    x = images()
    made = Mean().extract(x, batch_size=3)
    np.testing.assert_allclose(made.features, x.mean(axis=(1, 2)), rtol=1e-6)
    np.testing.assert_array_equal(made.logits, -made.features)
    assert made.features.dtype == np.float32
    batches = tf.data.Dataset.from_tensor_slices((x, np.arange(7))).batch(2)
    np.testing.assert_array_equal(Mean().extract(batches).features, made.features)


def test_uint8_is_what_the_library_makes_of_it():
    x = np.array([0, 51, 255], "uint8").reshape(3, 1, 1, 1)
    expected = [[-1.0], [-0.6], [1.0]]
    np.testing.assert_allclose(Mean().extract(x).features, expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (np.zeros((4, 4, 1), "float32"), r"Received: float32 \(4, 4, 1\)"),
        (np.zeros((1, 4, 4, 1), "int32"), "Received: int32"),
        (np.zeros((0, 4, 4, 1), "float32"), "at least one image"),
        (
            np.full((2, 4, 4, 1), np.nan, "float32"),
            "2 of 2 images with NaN or infinite features",
        ),
    ],
)
def test_bad_images(bad, message):
    with pytest.raises(ValueError, match=message):
        Mean().extract(bad)


def test_features_of_another_rank():
    with pytest.raises(ValueError, match=r"features \[n, d\].*Pool or flatten"):
        Network(lambda x: x, name="identity").extract(images())


def test_channels():
    rgb = tf.constant([[[[1.0, -1.0, -1.0]]]])
    # 0.299 - 0.587 - 0.114
    np.testing.assert_allclose(as_channels(rgb, 1), [[[[-0.402]]]], rtol=1e-6)
    np.testing.assert_array_equal(as_channels(rgb, 3), rgb)
    gray = tf.constant([[[[0.5]]]])
    np.testing.assert_array_equal(as_channels(gray, 3), [[[[0.5] * 3]]])
    # Half black, half see-through to white.
    half = tf.constant([[[[-1.0, 0.0]]]])
    np.testing.assert_allclose(as_channels(half, 1), [[[[0.0]]]], atol=1e-7)
    through = tf.constant([[[[-1.0, -1.0, -1.0, -1.0]]]])
    np.testing.assert_array_equal(as_channels(through, 3), [[[[1.0] * 3]]])
    with pytest.raises(ValueError, match="1 to 4 channels"):
        as_channels(tf.zeros([1, 2, 2, 5]), 3)


def test_pixels():
    x = images()
    np.testing.assert_array_equal(Pixels().extract(x).features, x.reshape(7, 16))
    points = np.arange(6, dtype="float32").reshape(3, 2)
    np.testing.assert_array_equal(Pixels().extract(points).features, points)


def network(value=1.0):
    x = keras.Input((4, 4, 1))
    y = keras.layers.Flatten()(x)
    y = keras.layers.Dense(2, kernel_initializer=keras.initializers.Constant(value))(y)
    return keras.Model(x, y, name="dense")


def test_a_keras_model():
    extractor = extractors.get(network())
    x = images()
    made = extractor.extract(x)
    np.testing.assert_allclose(
        made.features, np.repeat(x.sum((1, 2)), 2, axis=1), rtol=1e-5, atol=1e-6
    )
    assert made.logits is None
    assert extractor.name == "dense"
    # Images of another size and in colour are prepared for it.
    assert extractor.extract(images(shape=(8, 6, 3))).features.shape == (7, 2)
    assert "Resized to 4x4" in extractor.resize


def test_the_digest_of_a_model_is_that_of_its_weights():
    assert Network(network()).digest == Network(network()).digest
    assert Network(network()).digest != Network(network(2.0)).digest
    assert len(Network(network()).digest) == 64


def test_the_digest_of_a_callable():
    def one(x):
        return tf.reduce_mean(x, axis=(1, 2))

    def two(x):
        return tf.reduce_max(x, axis=(1, 2))

    assert Network(one, name="f").digest == Network(one, name="f").digest
    assert Network(one).digest != Network(two).digest
    assert Network(one, digest="1").digest != Network(one, digest="2").digest
    assert "one" in Network(one).name


def test_outputs_of_a_callable():
    def both(x):
        flat = tf.reshape(x, [-1, 16])
        return {"features": flat, "logits": 2.0 * flat}

    x = images()
    made = extractors.get(both).extract(x)
    np.testing.assert_array_equal(made.logits, 2 * x.reshape(7, 16))
    made = Network(lambda x: tuple(both(x).values()), name="pair").extract(x)
    np.testing.assert_array_equal(made.logits, 2 * x.reshape(7, 16))


def test_digest_of_tells_parts_apart():
    assert digest_of("ab", "c") != digest_of("a", "bc")
    flat = np.zeros(4, "float32")
    assert digest_of(flat) != digest_of(flat.reshape(2, 2))
    assert digest_of(flat) != digest_of(flat.astype("int32"))


def test_get():
    assert extractors.get("pixels") is extractors.get("pixels")
    extractor = Mean()
    assert extractors.get(extractor) is extractor
    with pytest.raises(ValueError, match="inception, lenet, lpips, pixels, squeezenet"):
        extractors.get("lennet")


def test_a_model_that_is_not_built():
    with pytest.raises(ValueError, match="Expected a built model"):
        Network(keras.Sequential([keras.layers.Dense(2)]))
    with pytest.raises(ValueError, match=r"a keras.Model or a callable"):
        Network(3)
