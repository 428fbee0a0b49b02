import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.layers import SpectralNormalization
from tests.game_test_case import batch_for, check_replicas, compiled, step

LAYERS = {
    "dense": (lambda: keras.layers.Dense(5), (2, 7)),
    "convolution": (lambda: keras.layers.Conv2D(5, 3, strides=2), (2, 6, 6, 3)),
    "transposed": (lambda: keras.layers.Conv2DTranspose(5, 3), (2, 4, 4, 3)),
}


def matrix_of(layer):
    """The kernel as [outputs, rest], as NumPy sees it."""
    kernel = layer.layer.kernel.numpy()
    if isinstance(layer.layer, keras.layers.Conv2DTranspose):
        return np.moveaxis(kernel, 2, 0).reshape(kernel.shape[2], -1)
    return np.moveaxis(kernel, -1, 0).reshape(kernel.shape[-1], -1)


@pytest.mark.parametrize("name", LAYERS)
def test_sigma_is_the_largest_singular_value(name):
    make, shape = LAYERS[name]
    layer = SpectralNormalization(make())
    layer.build(shape)
    for _ in range(200):
        layer.before_update()
    largest = np.linalg.svd(matrix_of(layer))[1][0]
    assert float(layer.sigma()) == pytest.approx(largest, rel=1e-5)


@pytest.mark.parametrize("name", LAYERS)
def test_a_pass_is_of_the_kernel_over_sigma_and_changes_nothing(name):
    make, shape = LAYERS[name]
    layer = SpectralNormalization(make())
    x = np.random.default_rng(0).normal(size=shape).astype("float32")
    y = layer(x, training=True).numpy()
    before = [v.numpy() for v in layer.variables]
    np.testing.assert_array_equal(layer(x, training=True), y)
    for value, variable in zip(before, layer.variables, strict=True):
        np.testing.assert_array_equal(value, variable)
    plain = layer.layer(x).numpy()
    np.testing.assert_allclose(y, plain / float(layer.sigma()), rtol=1e-4, atol=1e-5)


def test_embeddings():
    layer = SpectralNormalization(keras.layers.Embedding(6, 4))
    layer.build((None,))
    for _ in range(100):
        layer.before_update()
    table = layer.layer.embeddings.numpy()
    largest = np.linalg.svd(table)[1][0]
    np.testing.assert_allclose(layer(np.arange(6)), table / largest, rtol=1e-4)


def test_one_iteration_by_hand():
    layer = SpectralNormalization(keras.layers.Dense(2, use_bias=False))
    layer.build((None, 2))
    layer.layer.kernel.assign([[2.0, 0.0], [0.0, 1.0]])
    layer.u.assign([0.6, 0.8])
    # W^T u = (1.2, .8), W v is along (2.4, .8): u = (3, 1) / sqrt(10)
    layer.before_update()
    np.testing.assert_allclose(layer.u, np.array([3.0, 1.0]) / np.sqrt(10), rtol=1e-6)
    # v = (6, 1) / sqrt(37), sigma = (3 * 2 * 6 + 1) / sqrt(370)
    assert float(layer.sigma()) == pytest.approx(37 / np.sqrt(370), rel=1e-6)


def test_gradient_goes_through_sigma():
    """In float64, against finite differences with u and v as they are."""
    rng = np.random.default_rng(0)
    layer = SpectralNormalization(
        keras.layers.Dense(3, use_bias=False, dtype="float64"), dtype="float64"
    )
    x = tf.constant(rng.normal(size=(4, 5)))
    layer(x)
    kernel = layer.kernel
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(x) ** 2)
    gradient = tape.gradient(loss, kernel.value).numpy()
    # u and v are stopped: so they are in the differences.
    w = kernel.numpy()
    u = layer.u.numpy()
    v = w @ u / np.linalg.norm(w @ u)

    def value(w):
        return ((x.numpy() @ w / (u @ w.T @ v)) ** 2).sum()

    assert float(loss) == pytest.approx(value(w), rel=1e-9)
    for _ in range(3):
        direction, h = rng.normal(size=w.shape), 1e-6
        slope = (value(w + h * direction) - value(w - h * direction)) / (2 * h)
        assert (gradient * direction).sum() == pytest.approx(slope, rel=1e-6)


def test_one_iteration_per_update_of_the_own_player():
    model = compiled(build)
    data = tf.constant(batch_for(model))
    u = next(v for v in model.discriminator.non_trainable_weights if "/u" in v.path)
    before = u.numpy()
    batch, tape = model.record((data,), "g")
    model.update("g", batch, tape)
    np.testing.assert_array_equal(u, before)
    model.update("d", batch)
    assert np.abs(u.numpy() - before).max() > 0


def build(**kwargs):
    x = keras.Input((2,))
    y = SpectralNormalization(keras.layers.Dense(8, activation="leaky_relu"))(x)
    y = SpectralNormalization(keras.layers.Dense(1, use_bias=False))(y)
    generator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    generator.set_weights([np.eye(2), np.ones(2)])
    critic = keras.Model(x, y)
    rng = np.random.default_rng(0)
    critic.set_weights([rng.normal(size=w.shape) for w in critic.get_weights()])
    return kgan.GAN(generator, critic, loss="hinge", seed=0, **kwargs)


def test_replicas_and_a_penalty():
    check_replicas(lambda **k: build(penalties="gradient_penalty", **k), eagerly=True)


class Seen(keras.layers.Dense):
    """Keeps the dtypes that a pass has."""

    def call(self, inputs):
        self.seen = (inputs.dtype, self.kernel.dtype)
        return super().call(inputs)


def test_bfloat16():
    """Sigma is that of the float32 kernel; the layer computes by its own policy."""
    x = np.random.default_rng(0).normal(size=(2, 64)).astype("float32")
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        layer = SpectralNormalization(Seen(3))
        y = layer(tf.cast(x, "bfloat16"))
        head = SpectralNormalization(Seen(1, use_bias=False, dtype="float32"))
        logits = head(x)
        symbolic = [made(keras.Input((64,))).dtype for made in (layer, head)]
    finally:
        keras.config.set_dtype_policy("float32")
    assert y.dtype == "bfloat16"
    assert layer.layer.seen == ("bfloat16", "bfloat16")
    assert layer.u.dtype == layer.kernel.dtype == layer.sigma().dtype == "float32"
    assert symbolic == ["bfloat16", "float32"]
    # A float32 layer is not rounded by its wrapper.
    expected = x @ head.kernel.numpy() / float(head.sigma())
    np.testing.assert_allclose(logits, expected, rtol=1e-5, atol=1e-5)


def test_sigma_in_a_bfloat16_pass_is_of_the_float32_kernel():
    class Kept(SpectralNormalization):
        def sigma(self):
            self.kept = super().sigma()
            return self.kept

    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        layer = Kept(keras.layers.Dense(64))
        layer(np.ones((2, 64), "float32"))
    finally:
        keras.config.set_dtype_policy("float32")
    assert float(layer.kept) == pytest.approx(float(layer.sigma()), rel=1e-6)


class Block(keras.layers.Layer):
    """Has no `build`: Keras builds its layer within a call, values come later."""

    def __init__(self):
        super().__init__()
        self.normed = SpectralNormalization(keras.layers.Dense(32))

    def call(self, inputs):
        return self.normed(inputs)


@pytest.mark.parametrize("how", ["symbolic", "eager", "graph"])
def test_the_first_iterations_are_made_wherever_it_is_built(how):
    block, x = Block(), np.ones((2, 32), "float32")
    if how == "symbolic":
        block(keras.Input((32,)))
    elif how == "eager":
        block(x)
    else:
        block = SpectralNormalization(keras.layers.Dense(32))
        call = tf.function(block)
        call(x)
        before = block.u.numpy()
        call(x)
        np.testing.assert_array_equal(block.u, before)
    layer = getattr(block, "normed", block)
    assert np.linalg.norm(layer.u) == pytest.approx(1.0, rel=1e-5)
    largest = np.linalg.svd(matrix_of(layer))[1][0]
    # 10 iterations come near from below.
    assert 0.8 * largest < float(layer.sigma()) < 1.001 * largest


def test_exported(tmp_path):
    x = keras.Input((6, 6, 2))
    y = SpectralNormalization(keras.layers.Conv2D(3, 3))(x)
    network = keras.Model(x, y)
    network.export(tmp_path / "export", verbose=False)
    loaded = tf.saved_model.load(tmp_path / "export")
    x = np.random.default_rng(0).normal(size=(2, 6, 6, 2)).astype("float32")
    np.testing.assert_allclose(loaded.serve(x), network(x), rtol=1e-5, atol=1e-5)


def test_an_outer_scope_is_seen():
    x = np.ones((2, 4), "float32")
    layer = SpectralNormalization(keras.layers.Dense(3))
    layer(x)
    values = [2.0 * v.numpy() + 1.0 for v in layer.variables]
    with keras.StatelessScope(zip(layer.variables, values, strict=True)):
        y = layer(x)
    layer.set_weights(values)
    np.testing.assert_array_equal(layer(x), y)


def test_saved_and_loaded(tmp_path):
    model = compiled(build)
    step(model, batch_for(model))
    network = model.discriminator
    network.save(tmp_path / "d.keras")
    loaded = keras.models.load_model(tmp_path / "d.keras")
    x = np.random.default_rng(0).normal(size=(3, 2)).astype("float32")
    np.testing.assert_array_equal(loaded(x), network(x))
    clone = keras.models.clone_model(network)
    clone.set_weights(network.get_weights())
    np.testing.assert_array_equal(clone(x), network(x))


def test_bad_input():
    with pytest.raises(ValueError, match="iterations >= 1"):
        SpectralNormalization(keras.layers.Dense(1), iterations=0)
    with pytest.raises(ValueError, match="with a kernel or embeddings"):
        SpectralNormalization(keras.layers.ReLU()).build((None, 2))
