import numpy as np
import pytest
import tensorflow as tf

from kgan.layers import ModulatedConv2D, NoiseInjection
from tests.game_test_case import in_float64

TAPS = np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 64.0


def correlated(x, kernel, pad):
    """[h, w, c] with [kh, kw, c, f], by a loop over the pixels."""
    x = np.pad(x, [(pad, pad), (pad, pad), (0, 0)])
    kh, kw = kernel.shape[:2]
    rows, columns = x.shape[0] - kh + 1, x.shape[1] - kw + 1
    return np.array(
        [
            [
                np.einsum("ijc,ijcf->f", x[r : r + kh, c : c + kw], kernel)
                for c in range(columns)
            ]
            for r in range(rows)
        ]
    )


def by_example(x, styles, kernel, demodulate, up):
    """Equations 1 and 3: a kernel of its own for each example."""
    images = []
    for image, style in zip(x, styles, strict=True):
        own = kernel * style[:, None]
        if demodulate:
            own = own / np.sqrt((own**2).sum(axis=(0, 1, 2)) + 1e-8)
        if not up:
            images.append(correlated(image, own, own.shape[0] // 2))
            continue
        height, width, channels = image.shape
        zeros = np.zeros((2 * height - 1, 2 * width - 1, channels))
        zeros[::2, ::2] = image
        # A transposed convolution is a convolution with the turned kernel.
        wide = correlated(zeros, own[::-1, ::-1], 2)
        blur = np.einsum("ij,cf->ijcf", 4.0 * TAPS, np.eye(wide.shape[-1]))
        images.append(correlated(wide, blur, 1))
    return np.stack(images)


@pytest.mark.parametrize("demodulate", [True, False])
@pytest.mark.parametrize(("up", "size"), [(False, 3), (True, 3), (False, 1)])
def test_by_example(demodulate, up, size):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(3, 4, 5, 6)).astype("float32")
    styles = rng.normal(1.0, 1.0, size=(3, 6)).astype("float32")
    layer = ModulatedConv2D(
        2, size, demodulate, up, activation="leaky_relu", bias=0.5, seed=0
    )
    made = layer([x, styles]).numpy()
    kernel = layer.kernel.numpy() / np.sqrt(size * size * 6)
    expected = by_example(x, styles, kernel, demodulate, up) + 0.5
    expected = np.sqrt(2.0) * np.where(expected > 0, expected, 0.2 * expected)
    assert made.shape == layer.compute_output_shape([x.shape, styles.shape])
    np.testing.assert_allclose(made, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("up", [False, True])
def test_demodulation_keeps_unit_variance(up):
    """Of inputs with unit variance, for any styles: equation 2."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 12, 12, 32)).astype("float32")
    styles = np.exp(rng.normal(0.0, 1.0, size=(64, 32))).astype("float32")
    layer = ModulatedConv2D(64, 3, up=up, use_bias=False, seed=1)
    # Without the border, where zeros are in the sum.
    made = layer([x, styles]).numpy()[:, 2:-2, 2:-2]
    of_examples = made.std(axis=(1, 2, 3))
    # Where the zeros were, the blur makes neighbours alike: the variance is less.
    expected = made.std() if up else 1.0
    np.testing.assert_allclose(made.std(), expected, rtol=0.02)
    np.testing.assert_allclose(of_examples, expected, rtol=0.25)
    without = ModulatedConv2D(64, 3, False, up=up, use_bias=False, seed=1)
    assert without([x, styles]).numpy().std(axis=(1, 2, 3)).max() > 2.0


@pytest.mark.parametrize("up", [False, True])
def test_second_gradients(up):
    """Of the squared slope with respect to the styles, as in the path length."""
    with in_float64():
        layer = ModulatedConv2D(2, 3, up=up, activation="leaky_relu", seed=0)
        rng = np.random.default_rng(0)
        x = tf.constant(rng.normal(size=(2, 4, 4, 3)))
        styles = tf.constant(rng.normal(1.0, 0.3, size=(2, 3)))
        layer([x, styles])

        def penalty():
            with tf.GradientTape() as tape:
                tape.watch(styles)
                y = tf.reduce_sum(tf.tanh(layer([x, styles])))
            return tf.reduce_sum(tape.gradient(y, styles) ** 2)

        with tf.GradientTape() as tape:
            value = penalty()
        gradient = tape.gradient(value, layer.kernel.value)
        direction = rng.normal(size=layer.kernel.shape)
        kernel, step, values = layer.kernel.numpy(), 1e-5, []
        for sign in (1.0, -1.0):
            layer.kernel.assign(kernel + sign * step * direction)
            values.append(float(penalty()))
    change = (values[0] - values[1]) / (2 * step)
    claimed = float(np.sum(gradient.numpy() * direction))
    np.testing.assert_allclose(claimed, change, rtol=1e-6)
    assert abs(claimed) > 1e-3


def test_config_and_bad_input():
    layer = ModulatedConv2D(3, 3, False, up=True, gain=2.0, seed=1)
    again = ModulatedConv2D.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    with pytest.raises(ValueError, match="size=3 with up"):
        ModulatedConv2D(3, 1, up=True)
    with pytest.raises(ValueError, match="a style for each of 3 channels"):
        layer([np.ones((1, 4, 4, 3)), np.ones((1, 2))])


def test_noise_of_several_layers():
    """Each layer reads its own part of the vector."""
    noise = np.arange(20.0, dtype="float32").reshape(2, 10)
    layer = NoiseInjection(start=4, gain=3.0)
    x = np.ones((2, 2, 3, 2), "float32")
    np.testing.assert_array_equal(layer([x, noise]), x)
    layer.strength.assign(2.0)
    made = layer([x, noise]).numpy()
    expected = 1.0 + 6.0 * noise[:, 4:10].reshape(2, 2, 3, 1)
    np.testing.assert_allclose(made, np.repeat(expected, 2, axis=-1))
    assert NoiseInjection.from_config(layer.get_config()).start == 4
    with pytest.raises(ValueError, match="at least 10 numbers"):
        NoiseInjection(start=4).build([(None, 2, 3, 2), (None, 9)])
