import keras
import numpy as np
import pytest

import kgan
from kgan.layers import EqualizedConv2D, EqualizedDense


def test_dense_by_hand():
    """gain sqrt(2) lrelu(x W m / sqrt(4) + b m), W and b as they are stored."""
    layer = EqualizedDense(3, activation="leaky_relu", rate=0.1, bias=2.0, gain=0.5)
    x = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    made = layer(x)
    kernel, bias = (v.numpy() for v in (layer.kernel, layer.bias))
    np.testing.assert_allclose(bias, 20.0)
    y = x @ kernel * 0.1 / 2.0 + bias * 0.1
    expected = 0.5 * np.sqrt(2.0) * np.where(y > 0, y, 0.2 * y)
    np.testing.assert_allclose(made, expected, rtol=1e-5, atol=1e-6)


def test_weights_have_hes_deviation_in_a_pass():
    layer = EqualizedDense(400, rate=0.01, seed=0)
    layer.build((None, 100))
    np.testing.assert_allclose(layer.kernel.numpy().std(), 100.0, rtol=0.02)
    np.testing.assert_allclose(layer.scaled_kernel().numpy().std(), 0.1, rtol=0.02)


@pytest.mark.parametrize("rate", [1.0, 0.01])
def test_a_step_moves_the_weights_of_a_pass_by_c(rate):
    """Adam's first step is its rate, whatever the gradient: by c of it in a pass."""
    layer = EqualizedDense(2, rate=rate, use_bias=False, seed=0)
    layer.build((None, 16))
    before, stored = layer.scaled_kernel().numpy(), layer.kernel.numpy()
    optimizer = keras.optimizers.Adam(0.002, beta_1=0.0, epsilon=1e-12)
    gradient = np.random.default_rng(0).normal(size=(16, 2)).astype("float32")
    optimizer.apply([keras.ops.convert_to_tensor(gradient)], [layer.kernel])
    step = -0.002 * np.sign(gradient)
    tolerance = 1e-6 / rate
    np.testing.assert_allclose(layer.kernel.numpy() - stored, step, atol=tolerance)
    moved = layer.scaled_kernel().numpy() - before
    np.testing.assert_allclose(moved, step * rate / 4.0, atol=1e-6)


def test_convolution_by_hand():
    layer = EqualizedConv2D(2, 3, bias=1.0, seed=0)
    x = np.random.default_rng(0).normal(size=(1, 5, 6, 3)).astype("float32")
    made = layer(x).numpy()
    kernel = layer.kernel.numpy() / np.sqrt(27.0)
    # Of the pixel at row 2, column 3.
    by_hand = np.einsum("ijc,ijcf->f", x[0, 1:4, 2:5], kernel) + 1.0
    np.testing.assert_allclose(made[0, 2, 3], by_hand, rtol=1e-4)
    assert layer.compute_output_shape((None, 5, 6, 3)) == (None, 5, 6, 2)


def test_halving_blurs_first():
    """Zeros around, the blur of all pixels, and every second of the convolution."""
    x = np.random.default_rng(0).normal(size=(1, 6, 8, 2)).astype("float32")
    taps = np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 64.0
    wide = np.pad(x[0], [(4, 4), (4, 4), (0, 0)])
    rows, columns = (s - 3 for s in wide.shape[:2])
    blurred = np.array(
        [
            [
                np.einsum("ij,ijc->c", taps, wide[r : r + 4, c : c + 4])
                for c in range(columns)
            ]
            for r in range(rows)
        ]
    )
    layer = EqualizedConv2D(3, 3, down=True, use_bias=False, seed=0)
    made = layer(x).numpy()
    kernel = layer.kernel.numpy() / np.sqrt(18.0)
    # Place 0 of `blurred` sees pixels -4 to -1; two zeros around are enough here.
    for r in range(3):
        for c in range(4):
            part = blurred[2 * r + 2 : 2 * r + 5, 2 * c + 2 : 2 * c + 5]
            expected = np.einsum("ijc,ijcf->f", part, kernel)
            np.testing.assert_allclose(made[0, r, c], expected, rtol=2e-4, atol=1e-5)
    pointwise = EqualizedConv2D(3, 1, down=True, use_bias=False, seed=0)
    made = pointwise(x).numpy()
    expected = blurred[3:9:2, 3:11:2][:3, :4] @ (
        pointwise.kernel.numpy()[0, 0] / np.sqrt(2.0)
    )
    np.testing.assert_allclose(made[0], expected, rtol=2e-4, atol=1e-5)


def test_config_and_bad_input():
    for layer in (
        EqualizedDense(3, activation="leaky_relu", rate=0.01, bias=1.0, gain=2.0),
        EqualizedConv2D(3, 1, down=True, use_bias=False, seed=3),
    ):
        assert type(layer).from_config(layer.get_config()).get_config() == (
            layer.get_config()
        )
    with pytest.raises(ValueError, match="'leaky_relu'"):
        EqualizedDense(3, activation="relu")
    with pytest.raises(ValueError, match="rate > 0"):
        EqualizedDense(3, rate=0.0)
    with pytest.raises(ValueError, match="odd size"):
        EqualizedConv2D(3, 2)
    with pytest.raises(ValueError, match="even sides"):
        EqualizedConv2D(3, 3, down=True).build((None, 5, 4, 1))


def test_in_bfloat16():
    keras.config.set_dtype_policy("mixed_bfloat16")
    x = np.random.default_rng(0).normal(size=(4, 8)).astype("float32")
    layer = EqualizedDense(16, activation="leaky_relu", seed=0)
    half = layer(x)
    assert half.dtype == "bfloat16" and layer.kernel.dtype == "float32"
    keras.config.set_dtype_policy("float32")
    whole = kgan.layers.EqualizedDense(16, activation="leaky_relu", seed=0)(x)
    np.testing.assert_allclose(np.asarray(half, "float32"), whole, atol=0.05)
