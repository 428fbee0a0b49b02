import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.layers import resampling_convolutions
from tests.derivatives import along
from tests.game_test_case import in_float64

HALVING, DOUBLING = kgan.layers.HalvingConv2D, kgan.layers.DoublingConv2D


def pair(kind, filters, channels, dtype="float32"):
    """A layer and that of Keras, with the same weights."""
    layers = keras.layers
    if kind is HALVING:
        other = layers.Conv2D(filters, 4, strides=2, padding="same", dtype=dtype)
    else:
        size = {"strides": 2, "padding": "same", "dtype": dtype}
        other = layers.Conv2DTranspose(filters, 4, **size)
    own = kind(filters, dtype=dtype)
    for layer in (own, other):
        layer.build((None, 8, 6, channels))
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=w.shape) for w in other.weights]
    own.set_weights(weights)
    other.set_weights(weights)
    return own, other


def images(channels, sides=(8, 6), dtype="float32"):
    x = np.random.default_rng(1).normal(size=(3, *sides, channels))
    return tf.constant(x, dtype)


def slopes(layer, x):
    """Of a loss with curvature: of the images, the weights, and the square of the
    images' slope by the weights."""
    with tf.GradientTape() as outer:
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(layer(x) ** 3)
        slope = tape.gradient(loss, x)
        square = tf.reduce_sum(slope**2)
    kernel = layer.kernel.value
    second = outer.gradient(square, kernel)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(x) ** 3)
    return slope, *tape.gradient(loss, [kernel, layer.bias.value]), second


@pytest.fixture(params=["chosen", "fast"])
def forms(request, monkeypatch):
    """The forms that are chosen, and the fast ones whatever the dtype and channels."""
    if request.param == "fast":
        fast = {"_kernel_gradient": "kernel_gradient", "_up": "doubled_to_few"}
        for name, form in fast.items():
            form = getattr(resampling_convolutions, form)
            monkeypatch.setattr(resampling_convolutions, name, form)


@pytest.mark.parametrize("few", [False, True])
@pytest.mark.parametrize("kind", [HALVING, DOUBLING])
def test_results_and_gradients_are_those_of_keras(kind, few, forms):
    channels = (6, 5)
    if few:
        channels = (5, 3) if kind is HALVING else (1, 5)
    own, other = pair(kind, *channels)
    x = images(channels[1])
    np.testing.assert_allclose(own(x), other(x), atol=1e-4)
    for a, b in zip(slopes(own, x), slopes(other, x), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-6 * np.abs(b).max())
    assert [w.name for w in own.weights] == [w.name for w in other.weights]


@pytest.mark.parametrize("kind", [HALVING, DOUBLING])
def test_odd_and_unknown_sides(kind):
    own, other = pair(kind, 4, 3)
    x = images(3, (7, 5))
    np.testing.assert_allclose(own(x), other(x), atol=1e-4)
    anything = tf.TensorSpec((None, None, None, 3))
    graph = tf.function(lambda x: own(x), input_signature=[anything])
    for sides in ((7, 5), (8, 6)):
        x = images(3, sides)
        np.testing.assert_allclose(graph(x), other(x), atol=1e-4)


def test_the_kernel_gradient_by_a_loop():
    rng = np.random.default_rng(0)
    large, small = rng.normal(size=(2, 4, 6, 3)), rng.normal(size=(2, 2, 3, 2))
    expected = np.zeros((4, 4, 3, 2))
    padded = np.pad(large, [(0, 0), (1, 1), (1, 1), (0, 0)])
    for i in range(2):
        for j in range(3):
            window = padded[:, 2 * i : 2 * i + 4, 2 * j : 2 * j + 4]
            expected += np.einsum("buvc,bo->uvco", window, small[:, i, j])
    found = resampling_convolutions.kernel_gradient(*map(tf.constant, (large, small)))
    np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize("kind", [HALVING, DOUBLING])
def test_the_second_derivative_by_finite_differences(kind, forms):
    layer, _ = pair(kind, 5, 2, "float64")
    x = images(2, (4, 4), "float64")
    kernel = layer.kernel
    way = np.random.default_rng(2).normal(size=kernel.shape)

    def square():
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(layer(x) ** 3)
        return tf.reduce_sum(tape.gradient(loss, x) ** 2)

    claimed, measured = along(square, [kernel], [way], 1e-6)
    assert claimed == pytest.approx(measured, rel=1e-7)


def trained(steps):
    """The losses of a DCGAN in float64, step by step."""
    model = kgan.DCGAN((16, 16, 1), 4, 2, seed=0)
    model.compile(*(keras.optimizers.Adam(1e-3) for _ in range(2)))
    x = np.random.default_rng(0).uniform(-1.0, 1.0, (8, 16, 16, 1))
    data = tf.data.Dataset.from_tensors(x).repeat(steps)
    each = {"d_loss": [], "g_loss": []}

    def kept(batch, logs):
        for name, values in each.items():
            values.append(float(logs[name]))

    # Every epoch is a step: the logs of a step are a mean over the epoch.
    keep = keras.callbacks.LambdaCallback(on_epoch_end=kept)
    model.fit(data, epochs=steps, steps_per_epoch=1, verbose=0, callbacks=[keep])
    return each


def test_a_game_goes_the_same_way(monkeypatch):
    module = resampling_convolutions
    with in_float64():
        with monkeypatch.context() as keras_alone:
            keras_alone.setattr(module, "_is_own", lambda large: False)
            expected = trained(100)
        monkeypatch.setattr(module, "_kernel_gradient", module.kernel_gradient)
        monkeypatch.setattr(module, "_up", module.doubled_to_few)
        found = trained(100)
    assert len(found["d_loss"]) == 100
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-9)


def called(monkeypatch, kind, filters, channels, sides, dtype):
    """Which fast forms a layer and its gradients use."""
    names = []
    for name in ("kernel_gradient", "doubled_to_few"):
        form = getattr(resampling_convolutions, name)

        def counted(*args, name=name, form=form):
            names.append(name)
            return form(*args)

        monkeypatch.setattr(resampling_convolutions, name, counted)
    layer = kind(filters, dtype=dtype)
    x = images(channels, sides, dtype)
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(layer(x))
    tape.gradient(loss, [x, layer.kernel.value])
    monkeypatch.undo()
    return names


def test_which_forms_are_chosen(monkeypatch):
    def of(*args):
        return called(monkeypatch, *args)

    halving, doubling = ["kernel_gradient"], ["doubled_to_few"]
    assert of(HALVING, 64, 64, (16, 14), "bfloat16") == halving
    assert of(DOUBLING, 64, 64, (8, 7), "bfloat16") == halving
    assert of(HALVING, 64, 64, (16, 14), "float32") == []
    assert of(HALVING, 64, 64, (32, 16), "bfloat16") == []
    assert of(HALVING, 64, 32, (16, 14), "bfloat16") == []
    # Few channels: forwards to an image, backwards from one.
    assert of(DOUBLING, 4, 8, (32, 32), "float32") == doubling
    assert of(HALVING, 8, 4, (64, 64), "float32") == doubling
    assert of(DOUBLING, 1, 8, (16, 16), "bfloat16") == doubling
    assert of(DOUBLING, 1, 8, (32, 32), "bfloat16") == []
    assert of(DOUBLING, 5, 8, (8, 8), "float32") == []
    assert of(DOUBLING, 1, 8, (8, 8), "float64") == []


def test_layers_are_saved(tmp_path):
    x = keras.Input((8, 8, 2))
    model = keras.Model(x, DOUBLING(1, use_bias=False)(HALVING(4)(x)))
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    given = images(2, (8, 8))
    np.testing.assert_array_equal(again(given), model(given))
